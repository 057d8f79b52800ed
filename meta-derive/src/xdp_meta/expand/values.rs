// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The user's expressions, each a function of its own.
//!
//! As functions their types are fixed, so that a mistake in an expression is reported in that expression; and a `return` in
//! one of them can not leave the writer.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, Pat, Type};

use super::{item, numbered};
use crate::xdp_meta::model::Model;

pub(super) fn expand(model: &Model) -> TokenStream {
    let functions = model.fields.iter().enumerate().map(|(index, field)| {
        let source = &model.source;
        let ty = &field.ty;
        let value = function(item::VALUE, index, source, ty, &field.value);
        let bool: Type = syn::parse_quote!(bool);
        let present = match &field.present {
            Some(expr) => function(item::PRESENT, index, source, &bool, expr),
            None => {
                let name = numbered(item::PRESENT, index);
                quote! {
                    #[inline(always)]
                    fn #name(_: &#source) -> bool {
                        true
                    }
                }
            }
        };
        quote! {
            #value
            #present
        }
    });
    quote!(#(#functions)*)
}

fn function(name: &str, index: usize, source: &Type, ty: &Type, expr: &Expr) -> TokenStream {
    let name = numbered(name, index);
    let Expr::Closure(closure) = expr else {
        return quote! {
            #[inline(always)]
            fn #name(source: &#source) -> #ty {
                (#expr)(source)
            }
        };
    };
    let body = &closure.body;
    let parameter = match closure.inputs.first() {
        Some(Pat::Type(typed)) => quote!(#typed),
        Some(pattern) => quote!(#pattern: &#source),
        None => quote!(_: &#source),
    };
    quote! {
        #[inline(always)]
        fn #name(#parameter) -> #ty {
            #body
        }
    }
}
