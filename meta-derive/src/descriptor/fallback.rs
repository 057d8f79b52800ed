// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What is generated when there were errors: those, and implementations that are of no use.
//!
//! Without the latter, every use of the type would be one more error that hides the real one. Getters and builders of what
//! could be read are there too.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DataStruct, DeriveInput};

use super::attr::Entry;
use crate::diag::Diag;

pub(crate) fn expand(input: &DeriveInput, errors: Option<syn::Error>) -> TokenStream {
    let errors = errors.map(|errors| errors.to_compile_error());
    // A stub of a generic type would need bounds that its author did not write.
    let stub = input.generics.params.is_empty().then(|| stub(input));
    quote! {
        #errors
        #stub
    }
}

fn stub(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let methods = match &input.data {
        Data::Struct(data) => methods(input, data),
        _ => TokenStream::new(),
    };
    let value = matches!(input.data, Data::Struct(_)).then(|| {
        quote! {
            #[automatically_derived]
            impl ::meta_core::value::Value for #ident
            where
                Self: ::core::marker::Copy,
            {
                const ZERO: Self = ::core::unreachable!();
                type Bytes = [u8; 0];

                fn masked(self, _: bool) -> Self::Bytes {
                    []
                }

                fn from_bytes(_: Self::Bytes) -> Self {
                    ::core::unreachable!()
                }

                fn number(self) -> ::core::option::Option<u64> {
                    ::core::option::Option::None
                }
            }

            #[automatically_derived]
            impl ::meta_core::descriptor::Ranges for #ident {
                const RANGES: &'static [::meta_core::descriptor::Range] = &[];
            }

            #[automatically_derived]
            impl ::meta_core::descriptor::Descriptor for #ident {
                const SIZE: usize = 0;
                type Words = [u64; 0];

                fn from_words(_: Self::Words) -> Self {
                    ::core::unreachable!()
                }

                fn to_words(self) -> Self::Words {
                    []
                }

                fn read_words(_: impl ::core::ops::FnMut(usize) -> u64) -> Self::Words {
                    []
                }
            }
        }
    });
    let vis = &input.vis;
    quote! {
        const _: () = {
            #[automatically_derived]
            impl ::meta_core::ty::Described for #ident {
                const TYPE: ::meta_core::ty::Type = ::meta_core::ty::Type::U8;
            }

            #value

            #[allow(dead_code, missing_docs, unused_variables)]
            impl #ident {
                #vis const fn zeroed() -> Self {
                    ::core::unreachable!()
                }

                #methods
            }
        };
    }
}

/// Getters and builders of the ranges, once for each name.
fn methods(input: &DeriveInput, data: &DataStruct) -> TokenStream {
    let vis = &input.vis;
    // What is wrong with the attributes was said already.
    let entries = (data.fields.iter())
        .flat_map(|field| Entry::parse_all(&field.attrs, &mut Diag::new()))
        .filter_map(|(_, entry)| entry.named);
    let mut seen = HashSet::new();
    let methods = entries.map(|(name, ty)| {
        let with = format_ident!("with_{name}");
        let new = seen.insert(name.to_string());
        new.then(|| {
            quote! {
                #vis const fn #name(&self) -> #ty {
                    ::core::unreachable!()
                }

                #vis const fn #with(self, _: #ty) -> Self {
                    ::core::unreachable!()
                }
            }
        })
    });
    quote!(#(#methods)*)
}
