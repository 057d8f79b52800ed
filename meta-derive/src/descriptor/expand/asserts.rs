// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What must hold of types that only the compiler knows, asserted by `meta-core`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::text;
use crate::descriptor::model::Model;
use crate::descriptor::range::Form;
use crate::descriptor::word::{Class, Word};

pub(super) fn expand(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let words = model.words.iter().map(word);
    let layout = (!model.is_known()).then(|| padding(model));
    let whole = (!model.part).then(|| {
        quote_spanned! {ident.span()=>
            const _: () = ::meta_core::descriptor::check::whole_words(::core::mem::size_of::<#ident>());
        }
    });
    quote! {
        #layout
        #whole
        #(#words)*
    }
}

/// Each word begins where the one before it ends, and the last one ends the struct.
fn padding(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let mut end = quote!(0);
    let mut asserts = TokenStream::new();
    for word in &model.words {
        let (member, ty, name) = (&word.ident, &word.ty, text(&word.ident));
        asserts.extend(quote_spanned! {member.span()=>
            const _: () = ::meta_core::descriptor::check::no_padding_before(
                #name,
                ::core::mem::offset_of!(#ident, #member),
                #end,
            );
        });
        end = quote!(::core::mem::offset_of!(#ident, #member) + ::core::mem::size_of::<#ty>());
    }
    if let Some(last) = model.words.last() {
        let name = text(&last.ident);
        asserts.extend(quote_spanned! {last.ident.span()=>
            const _: () = ::meta_core::descriptor::check::no_padding_after(
                #name,
                ::core::mem::size_of::<#ident>(),
                #end,
            );
        });
    }
    asserts
}

/// Byte order, description and ranges of a word.
fn word(word: &Word) -> TokenStream {
    let (ty, name) = (&word.ty, text(&word.ident));
    let span = word.ident.span();
    let order = (word.class == Class::Named).then(|| {
        quote_spanned! {span=>
            const _: () = ::meta_core::descriptor::check::has_byte_order(
                #name,
                &<#ty as ::meta_core::ty::Described>::TYPE,
            );
        }
    });
    let like = word.like.as_ref().map(|like| {
        quote_spanned! {span=>
            const _: () = ::meta_core::descriptor::check::same_place(
                #name,
                &<#ty as ::meta_core::ty::Described>::TYPE,
                &<#like as ::meta_core::ty::Described>::TYPE,
            );
        }
    });
    let ranges = word.ranges.iter().filter_map(|range| {
        let taken = range.taken.as_ref()?;
        let (ty, name, width) = (&taken.ty, text(&range.ident), range.width() as usize);
        (taken.form == Form::Enum).then(|| {
            quote_spanned! {range.span()=>
                const _: () = ::meta_core::descriptor::check::range_fits(
                    #name,
                    #width,
                    <#ty as ::meta_core::bits::Bits>::WIDTH,
                );
            }
        })
    });
    quote! {
        #order
        #like
        #(#ranges)*
    }
}
