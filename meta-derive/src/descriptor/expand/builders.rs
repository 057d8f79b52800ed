// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Builders, for the formats that a driver writes: each gives the descriptor with one thing changed.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::Type;

use super::getters::raw;
use super::{mask, plain, text};
use crate::descriptor::model::Model;
use crate::descriptor::range::{host, Form, Range, Taken};
use crate::descriptor::word::{Class, Word};
use crate::kind::Kind;

pub(super) fn expand(model: &Model) -> TokenStream {
    let vis = &model.vis;
    let builders = model.words.iter().map(|word| {
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
    quote! {
        /// All bits zero, the reserved ones too: what to build from.
        #[inline(always)]
        #[must_use]
        #vis const fn zeroed() -> Self {
            <Self as ::meta_core::value::Value>::ZERO
        }

        #(#builders)*
    }
}

fn whole(model: &Model, word: &Word) -> TokenStream {
    let (vis, name, with) = (
        &model.vis,
        &word.ident,
        format_ident!("with_{}", word.ident),
    );
    let docs = format!("With another [`{0}`](Self::{0}).", text(name));
    let (ty, value) = match word.class {
        Class::Int(kind) => {
            let host = Ident::new(host(kind), Span::call_site());
            (quote!(#host), stored(word, kind, quote!(#name)))
        }
        _ => {
            let ty = &word.ty;
            (quote!(#ty), quote!(#name))
        }
    };
    quote! {
        #[doc = #docs]
        #[inline(always)]
        #[must_use]
        #vis const fn #with(mut self, #name: #ty) -> Self {
            self.#name = #value;
            self
        }
    }
}

fn part(model: &Model, word: &Word, kind: Kind, range: &Range, taken: &Taken) -> TokenStream {
    let (vis, name, ty, member) = (&model.vis, &range.ident, &taken.ty, &word.ident);
    let with = format_ident!("with_{name}");
    let host = host(kind);
    let host_ty = Ident::new(host, Span::call_site());
    let number = match taken.form {
        Form::Int(width) if width == kind.size as u32 * 8 => quote!(#name),
        Form::Int(_) | Form::Bool => quote!(#name as #host_ty),
        Form::Enum if host == "u64" => to_bits(name, ty),
        Form::Enum => {
            let number = to_bits(name, ty);
            quote!(#number as #host_ty)
        }
    };
    let value = if range.width() == kind.size as u32 * 8 {
        stored(word, kind, number)
    } else {
        let (raw, bits, lsb) = (raw(word, kind), mask(range.width(), host), plain(range.lsb));
        let old = match range.lsb {
            0 => quote!(#raw & !#bits),
            _ => quote!(#raw & !(#bits << #lsb)),
        };
        let number = match taken.form {
            Form::Bool => number,
            _ => quote!((#number & #bits)),
        };
        let new = match (range.lsb, taken.form) {
            (0, Form::Bool) => quote!((#number)),
            (0, _) => number,
            (_, Form::Bool) => quote!((#number) << #lsb),
            (_, _) => quote!(#number << #lsb),
        };
        stored(word, kind, quote!(#old | #new))
    };
    let docs = format!("With another [`{0}`](Self::{0}).", text(name));
    let (more, checked) = match is_narrower(range, taken) {
        true => (
            Some(quote! {
                ///
                /// Bits that the range does not have are dropped.
            }),
            Some(checked(model, range, taken)),
        ),
        false => (None, None),
    };
    quote! {
        #[doc = #docs]
        #more
        #[inline(always)]
        #[must_use]
        #vis const fn #with(mut self, #name: #ty) -> Self {
            self.#member = #value;
            self
        }

        #checked
    }
}

/// The builder that does not drop bits.
fn checked(model: &Model, range: &Range, taken: &Taken) -> TokenStream {
    let (vis, name, ty) = (&model.vis, &range.ident, &taken.ty);
    let (with, try_with) = (
        format_ident!("with_{name}"),
        format_ident!("try_with_{name}"),
    );
    let docs = format!(
        "With another [`{0}`](Self::{0}); `None` if that does not fit into {1} bits.",
        text(name),
        range.width(),
    );
    let (number, most) = match taken.form {
        Form::Enum => (to_bits(name, ty), mask(range.width(), "u64")),
        Form::Int(bits) => (quote!(#name), mask(range.width(), &format!("u{bits}"))),
        Form::Bool => return TokenStream::new(),
    };
    quote! {
        #[doc = #docs]
        #[inline(always)]
        #[must_use]
        #vis const fn #try_with(self, #name: #ty) -> ::core::option::Option<Self> {
            if #number > #most {
                ::core::option::Option::None
            } else {
                ::core::option::Option::Some(self.#with(#name))
            }
        }
    }
}

/// The number of an enum's value.
fn to_bits(name: &Ident, ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty>::to_bits(#name))
}

/// Whether values of the type may not fit; of an enum the macro does not know.
fn is_narrower(range: &Range, taken: &Taken) -> bool {
    match taken.form {
        Form::Bool => false,
        Form::Int(bits) => range.width() < bits,
        Form::Enum => range.width() < 64,
    }
}

/// A value in host order as the word that is stored.
fn stored(word: &Word, kind: Kind, value: TokenStream) -> TokenStream {
    let ty = &word.ty;
    match kind.is_ordered() {
        true => quote!(<#ty>::new(#value)),
        false => value,
    }
}
