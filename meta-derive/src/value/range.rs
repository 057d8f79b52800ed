// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The grammar of `bits(name: Type = high..=low, …)`.

use proc_macro2::TokenStream;
use quote::{quote, ToTokens};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitInt, Token, Type};

use super::rules;
use crate::diag::Diag;

/// A range of bits of a word.
#[derive(Clone)]
pub(crate) struct Range {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) ident: Ident,
    /// What getter and builder deal in; a range without a type is reserved and has neither.
    pub(crate) ty: Option<Type>,
    pub(crate) bits: Bits,
}

/// The numbers of a range's last and first bit, and where they are written.
#[derive(Clone)]
pub(crate) struct Bits {
    pub(crate) high: u32,
    pub(crate) low: u32,
    tokens: TokenStream,
}

impl Range {
    /// Name in BTF and C.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }

    /// The type of getter and builder; `None` if there are none, as for members whose names begin with `_`.
    pub(crate) fn access(&self) -> Option<&Type> {
        let ty = self.ty.as_ref();
        ty.filter(|_| !self.name().starts_with('_'))
    }
}

impl Bits {
    pub(crate) fn width(&self) -> u32 {
        (self.high + 1).saturating_sub(self.low)
    }

    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }

    /// As it is written.
    pub(crate) fn text(&self) -> String {
        text(self.high, self.low)
    }
}

/// How a range is written.
pub(crate) fn text(high: u32, low: u32) -> String {
    match high == low {
        true => high.to_string(),
        false => format!("{high}..={low}"),
    }
}

impl ToTokens for Bits {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.tokens.to_tokens(tokens);
    }
}

impl Parse for Bits {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let first: LitInt = input.parse()?;
        let high = first.base10_parse()?;
        let mut bits = Self {
            high,
            low: high,
            tokens: quote!(#first),
        };
        let (dots, closed) = if input.peek(Token![..=]) {
            (input.parse::<Token![..=]>()?.to_token_stream(), true)
        } else if input.peek(Token![..]) {
            (input.parse::<Token![..]>()?.to_token_stream(), false)
        } else {
            return Ok(bits);
        };
        let last: LitInt = input.parse()?;
        bits.low = last.base10_parse()?;
        bits.tokens = quote!(#first #dots #last);
        if !closed {
            let (high, low) = (bits.high.max(bits.low), bits.high.min(bits.low));
            let message = rules::range_half_open(high, low);
            return Err(syn::Error::new_spanned(&bits.tokens, message));
        }
        Ok(bits)
    }
}

impl Parse for Range {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let docs = Attribute::parse_outer(input)?;
        let ident: Ident = input.parse()?;
        let ty = match input.parse::<Option<Token![:]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        input.parse::<Token![=]>()?;
        Ok(Self {
            docs,
            ident,
            ty,
            bits: input.parse()?,
        })
    }
}

/// The ranges in parentheses; with `None` for each that is wrong, which does not hide the next.
pub(crate) fn list(input: ParseStream<'_>, diag: &mut Diag) -> syn::Result<Vec<Option<Range>>> {
    let content;
    syn::parenthesized!(content in input);
    let mut ranges = Vec::new();
    while !content.is_empty() {
        let ended = content.parse().and_then(|range| {
            ranges.push(Some(range));
            match content.is_empty() {
                true => Ok(()),
                false => content.parse::<Token![,]>().map(|_| ()),
            }
        });
        if let Err(error) = ended {
            diag.push(error);
            ranges.push(None);
            while !content.is_empty() && content.parse::<Option<Token![,]>>()?.is_none() {
                content.parse::<proc_macro2::TokenTree>()?;
            }
        }
    }
    Ok(ranges)
}
