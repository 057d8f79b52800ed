// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Getters and builders of the ranges of words.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Ident, Type};

use crate::kind::Kind;
use crate::value::check::is_bool;
use crate::value::model::{Composite, Member};
use crate::value::range::Range;

pub(crate) fn expand(composite: &Composite) -> Option<TokenStream> {
    let functions: Vec<_> = each(composite, |member, range, ty| {
        let getter = Access::new(composite, member, range, ty);
        let (get, with) = (getter.get(), getter.with());
        quote! {
            #get
            #with
        }
    });
    let ident = &composite.ident;
    (!functions.is_empty()).then(|| {
        quote! {
            #[automatically_derived]
            #[allow(dead_code)]
            impl #ident {
                #(#functions)*
            }
        }
    })
}

/// Calls `make` for each range that has a getter.
pub(crate) fn each<T>(
    composite: &Composite,
    mut make: impl FnMut(&Member, &Range, &Type) -> T,
) -> Vec<T> {
    let mut made = Vec::new();
    for member in &composite.members {
        for range in member.ranges.iter().flatten() {
            if let Some(ty) = range.access() {
                made.push(make(member, range, ty));
            }
        }
    }
    made
}

/// The name of a range's builder.
pub(crate) fn builder(range: &Range) -> Ident {
    format_ident!("with_{}", range.ident.unraw())
}

/// What getter and builder of a range are made from.
struct Access<'a> {
    composite: &'a Composite,
    word: &'a Ident,
    word_ty: &'a Type,
    word_bits: u32,
    range: &'a Range,
    ty: &'a Type,
}

impl<'a> Access<'a> {
    fn new(composite: &'a Composite, member: &'a Member, range: &'a Range, ty: &'a Type) -> Self {
        let bytes = Kind::of(&member.ty).map_or(8, |kind| kind.size);
        Self {
            composite,
            word: &member.ident,
            word_ty: &member.ty,
            word_bits: bytes as u32 * 8,
            range,
            ty,
        }
    }

    /// The bits of the range, as low bits.
    fn mask(&self) -> u64 {
        u64::MAX >> (64 - self.range.bits.width().clamp(1, 64))
    }

    /// The bits of the word that are other ranges'.
    fn others(&self) -> u64 {
        !(self.mask() << self.range.bits.low) & (u64::MAX >> (64 - self.word_bits))
    }

    fn is_word(&self) -> bool {
        self.range.bits.width() == self.word_bits
    }

    fn place(&self) -> String {
        let (high, low, word) = (self.range.bits.high, self.range.bits.low, self.word);
        match high == low {
            true => format!("bit {low} of `{word}`"),
            false => format!("bits {high} to {low} of `{word}`"),
        }
    }

    fn get(&self) -> TokenStream {
        let Self { word, ty, .. } = self;
        let (vis, name, docs) = (&self.composite.vis, &self.range.ident, &self.range.docs);
        let (low, mask) = (
            Literal::u32_unsuffixed(self.range.bits.low),
            hex(self.mask()),
        );
        let shifted = match self.range.bits.low {
            0 => quote!(self.#word),
            _ => quote!(self.#word >> #low),
        };
        let bits = match self.range.bits.high + 1 == self.word_bits {
            true => shifted,
            false if self.range.bits.low == 0 => quote!(#shifted & #mask),
            false => quote!((#shifted) & #mask),
        };
        let value = if is_bool(ty) {
            quote!(#bits != 0)
        } else if self.is_native() {
            bits
        } else if Kind::of(ty).is_some() {
            quote!((#bits) as #ty)
        } else {
            quote_spanned!(ty.span()=> <#ty>::from_bits((#bits) as u64))
        };
        let text = sentence(&self.place());
        quote! {
            #(#docs)*
            #[doc = #text]
            #[inline(always)]
            #[must_use]
            #vis const fn #name(self) -> #ty {
                #value
            }
        }
    }

    fn with(&self) -> TokenStream {
        let Self {
            word, ty, word_ty, ..
        } = self;
        let (vis, name) = (&self.composite.vis, builder(self.range));
        let low = Literal::u32_unsuffixed(self.range.bits.low);
        let (mask, others) = (hex(self.mask()), hex(self.others()));
        let number = if self.is_native() {
            quote!(value)
        } else if is_bool(ty) || Kind::of(ty).is_some() {
            quote!(value as #word_ty)
        } else {
            quote_spanned!(ty.span()=> <#ty>::to_bits(value) as #word_ty)
        };
        let number = match is_bool(ty) || self.is_word() {
            true => number,
            false if self.is_native() => quote!((#number & #mask)),
            false => quote!(((#number) & #mask)),
        };
        let placed = match self.range.bits.low {
            0 => quote!(#number),
            _ => quote!((#number) << #low),
        };
        let set = match self.is_word() {
            true => number,
            false => quote!((self.#word & #others) | (#placed)),
        };
        let text = format!(
            "The same with another `{}`, {}; bits that do not fit are dropped.",
            self.range.name(),
            self.place()
        );
        quote! {
            #[doc = #text]
            #[inline(always)]
            #[must_use]
            #vis const fn #name(mut self, value: #ty) -> Self {
                self.#word = #set;
                self
            }
        }
    }

    /// Whether the range is of the same type as its word.
    fn is_native(&self) -> bool {
        let kind = Kind::of(self.ty);
        kind.is_some() && kind.map(|kind| kind.name) == Kind::of(self.word_ty).map(|kind| kind.name)
    }
}

/// A mask, as people read them.
fn hex(mask: u64) -> Literal {
    let text = format!("{mask:#x}");
    text.parse()
        .unwrap_or_else(|_| Literal::u64_unsuffixed(mask))
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}
