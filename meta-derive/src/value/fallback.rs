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
    if !input.generics.params.is_empty() {
        // What the parameters would need to be is not worth an error more.
        return quote!(#errors);
    }
    let (ident, vis) = (&input.ident, &input.vis);
    let value = (!matches!(input.data, Data::Union(_))).then(|| {
        quote! {
            #[automatically_derived]
            impl ::meta_core::value::Value for #ident {
                const ZERO: Self = ::core::panic!("its declaration has an error of its own");
                type Bytes = [u8; ::core::mem::size_of::<#ident>()];

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
            impl ::meta_core::bits::Bits for #ident {
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
            impl #ident {
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
            impl ::meta_core::ty::Described for #ident {
                const TYPE: ::meta_core::ty::Type = ::meta_core::ty::Type::U8;
            }

            #value
            #bits

            #[automatically_derived]
            #[allow(dead_code, missing_docs)]
            impl #ident {
                #(#accessors)*
            }
        };
    }
}
