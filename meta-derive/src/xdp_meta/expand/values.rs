// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Where values come from: for each field a function that gives the value, and one that says whether it is there.
//!
//! The user's expressions are functions of their own, with types that are fixed, so that a mistake in an expression is reported
//! in that expression; and a `return` in one of them can not leave the writer. All of them take the whole source.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Expr, Pat};

use super::FieldItems;
use crate::xdp_meta::model::{Field, Model, Origin, Presence};

pub(super) fn expand(model: &Model) -> TokenStream {
    let functions = model.fields.iter().map(|field| {
        let (value, present) = (value(model, field), present(model, field));
        quote! {
            #value
            #present
        }
    });
    quote!(#(#functions)*)
}

fn value(model: &Model, field: &Field) -> TokenStream {
    let name = FieldItems::of(field).value;
    let (ty, ident) = (&field.ty, &field.ident);
    match &field.origin {
        Origin::Value(expr) => of_descriptor(model, &name, &quote!(#ty), expr),
        Origin::Getter(getter) => of_getter(model, &name, &quote!(#ty), getter),
        Origin::Capture => {
            let source = model.whole_source();
            quote! {
                #[inline(always)]
                fn #name(source: &#source) -> #ty {
                    source.captures.#ident.unmasked()
                }
            }
        }
    }
}

fn present(model: &Model, field: &Field) -> TokenStream {
    let name = FieldItems::of(field).present;
    // The type is nowhere written, so that it is expected where the expression is.
    let bool = match &field.presence {
        Some(Presence::Present(expr)) => quote_spanned!(expr.span()=> bool),
        Some(Presence::Getter(getter)) => quote_spanned!(getter.span()=> bool),
        None => quote!(bool),
    };
    let (source, ident) = (model.whole_source(), &field.ident);
    let valid = Ident::new("valid", name.span());
    let said = match &field.presence {
        Some(Presence::Present(expr)) if field.is_captured() => {
            Some(function(&valid, &model.source, &bool, expr))
        }
        Some(Presence::Getter(getter)) if field.is_captured() => {
            Some(called(&valid, &model.source, &bool, getter))
        }
        Some(Presence::Present(expr)) => return of_descriptor(model, &name, &bool, expr),
        Some(Presence::Getter(getter)) => return of_getter(model, &name, &bool, getter),
        None => None,
    };
    match (field.is_captured(), said) {
        (false, _) => quote! {
            #[inline(always)]
            fn #name(_: &#source) -> bool {
                true
            }
        },
        (true, None) => quote! {
            #[inline(always)]
            fn #name(source: &#source) -> bool {
                source.captures.#ident.is_present()
            }
        },
        (true, Some(said)) => quote! {
            #[inline(always)]
            fn #name(source: &#source) -> bool {
                #said
                // Both are computed, so that no branch comes of it.
                #valid(&source.descriptor) & source.captures.#ident.is_present()
            }
        },
    }
}

/// A function of the whole source from an expression on the descriptor.
fn of_descriptor(model: &Model, name: &Ident, ty: &TokenStream, expr: &Expr) -> TokenStream {
    whole(model, name, ty, |name| {
        function(name, &model.source, ty, expr)
    })
}

/// The same from a getter of the descriptor.
fn of_getter(model: &Model, name: &Ident, ty: &TokenStream, getter: &Ident) -> TokenStream {
    whole(model, name, ty, |name| {
        called(name, &model.source, ty, getter)
    })
}

/// With captures, the function of the descriptor is inside of one that takes the whole source.
fn whole(
    model: &Model,
    name: &Ident,
    ty: &TokenStream,
    function: impl Fn(&Ident) -> TokenStream,
) -> TokenStream {
    if model.captures.is_none() {
        return function(name);
    }
    let source = model.whole_source();
    let inner = Ident::new("of_descriptor", name.span());
    let function = function(&inner);
    quote! {
        #[inline(always)]
        fn #name(source: &#source) -> #ty {
            #function
            #inner(&source.descriptor)
        }
    }
}

/// A closure becomes a function; of anything else, the function calls it.
fn function(name: &Ident, source: &syn::Type, ty: &TokenStream, expr: &Expr) -> TokenStream {
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

/// A call of a getter; what is wrong with it is reported at its name.
fn called(name: &Ident, source: &syn::Type, ty: &TokenStream, getter: &Ident) -> TokenStream {
    let descriptor = Ident::new("source", getter.span());
    let call = quote_spanned!(getter.span()=> #descriptor.#getter());
    quote! {
        #[inline(always)]
        fn #name(#descriptor: &#source) -> #ty {
            #call
        }
    }
}
