// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What is generated when there were errors: those, and an implementation that does nothing.
//!
//! Without the latter, every use of the type would be one more error that hides the real one.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, Visibility};

pub(crate) fn expand(ident: &Ident, vis: &Visibility, errors: Option<syn::Error>) -> TokenStream {
    let errors = errors.map(|errors| errors.to_compile_error());
    quote! {
        #errors

        const _: () = {
            static __XDP_META_LAYOUT: ::meta_core::layout::Layout =
                ::meta_core::layout::Layout::new("", 0, &[]);

            #[automatically_derived]
            impl ::meta_core::meta::XdpMeta for #ident {
                type Source = ();
                const NAME: &'static str = "";
                const KNOBS: &'static [&'static str] = &[];
                const LAYOUTS: &'static [::meta_core::layout::Layout] = &[];
                const SUPERSET: &'static ::meta_core::layout::Layout = &__XDP_META_LAYOUT;
                const BTF: &'static [&'static [u8]] = &[];

                fn select<V: ::meta_core::meta::Visitor<Self>>(_: u32, _: V) -> V::Output {
                    ::core::unreachable!()
                }

                fn decode(_: &[u8]) -> ::core::option::Option<(Self, ::meta_core::trailer::Trailer)> {
                    ::core::option::Option::None
                }

                fn value(&self, _: u16) -> ::core::option::Option<u64> {
                    ::core::option::Option::None
                }
            }

            #[automatically_derived]
            #[allow(dead_code, missing_docs)]
            impl #ident {
                #vis fn rx_timestamp<S>(_: &S) -> ::core::option::Option<u64> {
                    ::core::option::Option::None
                }

                #vis fn rx_hash<S>(_: &S) -> ::core::option::Option<(u32, u16)> {
                    ::core::option::Option::None
                }

                #vis fn rx_vlan_tag<S>(_: &S) -> ::core::option::Option<(::meta_core::be::Be16, u16)> {
                    ::core::option::Option::None
                }
            }
        };
    }
}
