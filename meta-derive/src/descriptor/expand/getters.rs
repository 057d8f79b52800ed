// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A getter for each range, and for each word that is not divided.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::{docs, mask, plain};
use crate::descriptor::model::Model;
use crate::descriptor::range::{host, Form, Range, Taken};
use crate::descriptor::word::{Class, Word};
use crate::kind::Kind;

pub(super) fn expand(model: &Model) -> TokenStream {
    let getters = model.words.iter().map(|word| {
        let whole = word.is_whole().then(|| whole(model, word));
        let ranges = word.ranges.iter().filter_map(|range| match word.class {
            Class::Int(kind) => {
                (range.taken.as_ref()).map(|taken| part(model, word, kind, range, taken))
            }
            _ => None,
        });
        quote! {
            #whole
            #(#ranges)*
        }
    });
    quote!(#(#getters)*)
}

fn whole(model: &Model, word: &Word) -> TokenStream {
    let (vis, name, docs) = (&model.vis, &word.ident, docs::word(word));
    let (ty, value) = match word.class {
        Class::Int(kind) => {
            let host = Ident::new(host(kind), Span::call_site());
            (quote!(#host), raw(word, kind))
        }
        _ => {
            let ty = &word.ty;
            (quote!(#ty), quote!(self.#name))
        }
    };
    quote! {
        #docs
        #[inline(always)]
        #vis const fn #name(&self) -> #ty {
            #value
        }
    }
}

fn part(model: &Model, word: &Word, kind: Kind, range: &Range, taken: &Taken) -> TokenStream {
    let (vis, name, ty) = (&model.vis, &range.ident, &taken.ty);
    let (docs, host) = (docs::range(word, range), host(kind));
    let mut bits = raw(word, kind);
    if range.lsb > 0 {
        let lsb = plain(range.lsb);
        bits = quote!(#bits >> #lsb);
    }
    if range.width() < kind.size as u32 * 8 {
        let mask = mask(range.width(), host);
        bits = quote!(#bits & #mask);
    }
    let value = match taken.form {
        Form::Bool => quote!(#bits != 0),
        Form::Int(width) if width == kind.size as u32 * 8 => bits,
        Form::Int(_) => quote!((#bits) as #ty),
        Form::Enum => quote_spanned!(ty.span()=> <#ty>::from_bits((#bits) as u64)),
    };
    quote! {
        #[doc = #docs]
        #[inline(always)]
        #vis const fn #name(&self) -> #ty {
            #value
        }
    }
}

/// The word's value in host order.
pub(super) fn raw(word: &Word, kind: Kind) -> TokenStream {
    let name = &word.ident;
    match kind.is_ordered() {
        true => quote!(self.#name.get()),
        false => quote!(self.#name),
    }
}
