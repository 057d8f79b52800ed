// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What is generated when there were errors: those, and implementations that do nothing.
//!
//! Without the latter, every use of the type would be one more error that hides the real one.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput};

use super::expand::ranges;
use super::model::Model;

pub(crate) fn expand(
    input: &DeriveInput,
    model: Option<&Model>,
    errors: Option<syn::Error>,
) -> TokenStream {
    let errors = errors.map(|errors| errors.to_compile_error());
    let (ident, vis) = (&input.ident, &input.vis);
    let (generics, parameters, bounds) = input.generics.split_for_impl();
    let bytes = match input.generics.params.is_empty() {
        true => quote!([u8; ::core::mem::size_of::<#ident>()]),
        false => quote!([u8; 1]),
    };
    let value = (!matches!(input.data, Data::Union(_))).then(|| {
        quote! {
            #[automatically_derived]
            impl #generics ::meta_core::value::Value for #ident #parameters #bounds {
                const ZERO: Self = ::core::unreachable!();
                type Bytes = #bytes;

                fn masked(self, _: bool) -> Self::Bytes {
                    ::core::unreachable!()
                }

                fn from_bytes(_: Self::Bytes) -> Self {
                    ::core::unreachable!()
                }

                fn number(self) -> ::core::option::Option<u64> {
                    ::core::option::Option::None
                }
            }
        }
    });
    let bits = matches!(input.data, Data::Enum(_)).then(|| {
        quote! {
            #[automatically_derived]
            impl #generics ::meta_core::bits::Bits for #ident #parameters #bounds {
                const WIDTH: u32 = 64;

                fn from_bits(_: u64) -> Self {
                    ::core::unreachable!()
                }

                fn to_bits(self) -> u64 {
                    0
                }
            }

            #[automatically_derived]
            #[allow(dead_code, missing_docs)]
            impl #generics #ident #parameters #bounds {
                #vis const fn from_bits(_: u64) -> Self {
                    ::core::unreachable!()
                }

                #vis const fn to_bits(self) -> u64 {
                    0
                }
            }
        }
    });
    let mut named = HashSet::new();
    let accessors = match model {
        Some(Model::Composite(composite)) => ranges::each(composite, |_, range, ty| {
            let (get, with) = (&range.ident, ranges::builder(range));
            let is_new = named.insert(get.to_string()) && named.insert(with.to_string());
            is_new.then(|| {
                quote! {
                    #vis const fn #get(self) -> #ty {
                        ::core::unreachable!()
                    }

                    #vis const fn #with(self, _: #ty) -> Self {
                        self
                    }
                }
            })
        }),
        _ => Vec::new(),
    };
    quote! {
        #errors

        const _: () = {
            #[automatically_derived]
            impl #generics ::meta_core::ty::Described for #ident #parameters #bounds {
                const TYPE: ::meta_core::ty::Type = ::meta_core::ty::Type::U8;
            }

            #value
            #bits

            #[automatically_derived]
            #[allow(dead_code, missing_docs)]
            impl #generics #ident #parameters #bounds {
                #(#accessors)*
            }
        };
    }
}
