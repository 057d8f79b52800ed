// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The struct of what the receive loop captures.
//!
//! It is as visible as the metadata, with a member for each captured field, documented as that is.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Attribute, Data, DeriveInput, Ident, Type, Visibility};

use crate::diag::Diag;
use crate::xdp_meta::attr;
use crate::xdp_meta::model::{Field, Model};

pub(super) fn expand(model: &Model) -> Option<TokenStream> {
    let name = model.captures.as_ref()?;
    let members = (model.fields.iter())
        .filter(|field| field.is_captured())
        .map(|field: &Field| (&field.ident, &field.ty, field.docs.as_slice()));
    let defaults = members.clone().map(|(member, ..)| member);
    let default = quote!(Self { #(#defaults: ::core::default::Default::default()),* });
    let structure = structure(&model.ident, &model.vis, name, members);
    Some(quote! {
        #structure

        #[automatically_derived]
        impl ::core::default::Default for #name {
            #[inline(always)]
            fn default() -> Self {
                #default
            }
        }
    })
}

/// The struct for a declaration with errors: what can be read of it.
pub(crate) fn stub(input: &DeriveInput, name: &Ident) -> TokenStream {
    // What is wrong has been reported.
    let mut told = Diag::new();
    let mut members = Vec::new();
    if let Data::Struct(data) = &input.data {
        for field in &data.fields {
            let is_captured = attr::Field::parse(&field.attrs, &mut told)
                .capture
                .is_some();
            if let (Some(ident), true) = (&field.ident, is_captured) {
                members.push((ident, &field.ty, field.attrs.as_slice()));
            }
        }
    }
    let structure = structure(&input.ident, &input.vis, name, members.into_iter());
    quote! {
        #structure

        #[automatically_derived]
        impl ::core::default::Default for #name {
            fn default() -> Self {
                ::core::unreachable!()
            }
        }
    }
}

fn structure<'a>(
    ident: &Ident,
    vis: &Visibility,
    name: &Ident,
    members: impl Iterator<Item = (&'a Ident, &'a Type, &'a [Attribute])>,
) -> TokenStream {
    let members = members.map(|(member, ty, attrs)| {
        let docs = attrs.iter().filter(|attr| attr.path().is_ident("doc"));
        let fallback = format!("`{member}`, if it was captured.");
        let docs = match attrs.iter().any(|attr| attr.path().is_ident("doc")) {
            true => quote!(#(#docs)*),
            false => quote!(#[doc = #fallback]),
        };
        let ty = quote_spanned!(ty.span()=> ::meta_core::meta::Capture<#ty>);
        quote! {
            #docs
            #vis #member: #ty,
        }
    });
    let docs = format!("What is captured of a packet beside its descriptor, for [`{ident}`].");
    quote! {
        #[doc = #docs]
        #[derive(
            ::core::clone::Clone,
            ::core::marker::Copy,
            ::core::fmt::Debug,
        )]
        #vis struct #name {
            #(#members)*
        }
    }
}
