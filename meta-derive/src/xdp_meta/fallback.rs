// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What is generated when there were errors: those, and an implementation that does nothing.
//!
//! Without the latter, every use of the type would be one more error that hides the real one. So the stub has what the
//! implementation would have had, as far as it can be read: the source, the struct of what is captured, and as many layouts.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, GenericParam, Type};

use super::attr;
use super::expand::captures;
use crate::diag::Diag;
use crate::kind::MAX_KNOBS;

pub(crate) fn expand(input: &DeriveInput, errors: Option<syn::Error>) -> TokenStream {
    let errors = errors.map(|errors| errors.to_compile_error());
    if is_unsized(input) {
        return quote!(#errors);
    }
    // What is wrong has been reported.
    let mut told = Diag::new();
    let attrs = attr::Container::parse(&input.attrs, &mut told);
    let knobs = attrs.knobs.as_ref().map_or(0, Vec::len).min(MAX_KNOBS);
    let count = 1usize << knobs;
    let source = match (&attrs.source, &attrs.captures) {
        (Some(source), Some(captures)) => {
            quote!(::meta_core::meta::Captured<#source, #captures>)
        }
        (Some(source), None) => quote!(#source),
        (None, _) => quote!(()),
    };
    let captures = attrs.captures.map(|name| captures::stub(input, &name));
    let (ident, vis) = (&input.ident, &input.vis);
    let (parameters, arguments) = generics(input);
    quote! {
        #errors
        #captures

        const _: () = {
            static __XDP_META_LAYOUTS: [::meta_core::layout::Layout; #count] =
                [::meta_core::layout::Layout::new("", 0, &[]); #count];
            const __XDP_META_BTF: &[u8] = &[];

            #[automatically_derived]
            impl<#(#parameters),*> ::meta_core::meta::XdpMeta for #ident<#(#arguments),*> {
                type Source = #source;
                const NAME: &'static str = "";
                const KNOBS: &'static [&'static str] = &[""; #knobs];
                const LAYOUTS: &'static [::meta_core::layout::Layout] = &__XDP_META_LAYOUTS;
                const SUPERSET: &'static ::meta_core::layout::Layout = &__XDP_META_LAYOUTS[0];
                const BTF: &'static [&'static [u8]] = &[__XDP_META_BTF; #count];

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
            impl<#(#parameters),*> #ident<#(#arguments),*> {
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

/// Parameters and arguments of the implementation: lifetimes are `'static`, because the trait is.
fn generics(input: &DeriveInput) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let mut parameters = Vec::new();
    let mut arguments = Vec::new();
    for parameter in &input.generics.params {
        match parameter {
            GenericParam::Lifetime(_) => arguments.push(quote!('static)),
            GenericParam::Type(ty) => {
                let (ident, bounds) = (&ty.ident, &ty.bounds);
                parameters.push(quote!(#ident: 'static + #bounds));
                arguments.push(quote!(#ident));
            }
            GenericParam::Const(value) => {
                let (ident, ty) = (&value.ident, &value.ty);
                parameters.push(quote!(const #ident: #ty));
                arguments.push(quote!(#ident));
            }
        }
    }
    (parameters, arguments)
}

/// Whether the type has no size, with which it can not have the trait.
fn is_unsized(input: &DeriveInput) -> bool {
    let Data::Struct(data) = &input.data else {
        return false;
    };
    data.fields.iter().any(|field| match &field.ty {
        Type::Slice(_) | Type::TraitObject(_) => true,
        Type::Path(path) => path.path.is_ident("str"),
        _ => false,
    })
}
