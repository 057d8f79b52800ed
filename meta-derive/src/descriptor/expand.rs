// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Code from a model that has passed every check.
//!
//! Getters and builders are shifts and masks of constants: no branch, no loop, nothing that can panic.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::Ident;

use super::model::Model;
use super::union::Union;

mod asserts;
mod builders;
mod described;
mod docs;
mod getters;
mod words;

/// All that a struct gets.
pub(crate) fn model(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let asserts = asserts::expand(model);
    let described = described::expand(model);
    let words = words::expand(model);
    let getters = getters::expand(model);
    let builders = builders::expand(model);
    quote! {
        const _: () = {
            #asserts
            #described
            #words

            #[automatically_derived]
            #[allow(dead_code)]
            impl #ident {
                #getters
                #builders
            }
        };
    }
}

/// All that a union gets: its description, and that its members are views of it.
pub(crate) fn union(union: &Union) -> TokenStream {
    let (ident, name) = (&union.ident, &union.name);
    let members = union.views.iter().map(|(view, ty)| {
        let text = text(view);
        quote! {
            ::meta_core::ty::Member::new(
                #text,
                <#ty as ::meta_core::ty::Described>::TYPE,
                ::core::mem::offset_of!(#ident, #view),
            )
        }
    });
    let mut seen = Vec::new();
    let distinct = union.views.iter().filter(|(_, ty)| {
        let spelled = quote!(#ty).to_string();
        let new = !seen.contains(&spelled);
        seen.push(spelled);
        new
    });
    let views = distinct.map(|(_, ty)| {
        quote! {
            #[automatically_derived]
            impl ::meta_core::descriptor::View<#ident> for #ty {}
        }
    });
    let sizes = union.views.iter().skip(1).map(|(view, ty)| {
        let (first, first_ty) = &union.views[0];
        let (first, name) = (text(first), text(view));
        quote_spanned! {view.span()=>
            const _: () = ::meta_core::descriptor::check::same_size(
                #first,
                ::core::mem::size_of::<#first_ty>(),
                #name,
                ::core::mem::size_of::<#ty>(),
            );
        }
    });
    let whole = (!union.part).then(|| {
        quote_spanned! {ident.span()=>
            const _: () = ::meta_core::descriptor::check::whole_words(::core::mem::size_of::<#ident>());
        }
    });
    quote! {
        const _: () = {
            #(#sizes)*
            #whole

            #[automatically_derived]
            impl ::meta_core::ty::Described for #ident {
                const TYPE: ::meta_core::ty::Type =
                    ::meta_core::ty::Type::Union(&::meta_core::ty::Composite {
                        name: #name,
                        size: ::core::mem::size_of::<#ident>(),
                        align: ::core::mem::align_of::<#ident>(),
                        members: &[#(#members),*],
                    });
            }

            #(#views)*
        };
    }
}

/// The name of a member or range as a literal; without `r#`.
fn text(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

/// A mask of so many bits, as hexadecimal digits of the word's type.
fn mask(width: u32, host: &str) -> TokenStream {
    let bits = match width {
        64.. => u64::MAX,
        _ => (1 << width) - 1,
    };
    // Digits and a type's name are always a literal.
    match format!("{bits:#x}_{host}").parse::<Literal>() {
        Ok(literal) => quote!(#literal),
        Err(_) => quote!(#bits),
    }
}

/// A number without a type's name.
fn plain(number: u32) -> Literal {
    Literal::u32_unsuffixed(number)
}
