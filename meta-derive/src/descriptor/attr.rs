// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The grammar of `#[descriptor(…)]` on a type and of `#[desc(…)]` on a word.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitInt, LitStr, Token, Type};

use crate::attr::{assigned, each, set, unknown};
use crate::diag::Diag;

/// What stands on the type.
#[derive(Default)]
pub(crate) struct Container {
    /// Name in BTF and C.
    pub(crate) name: Option<LitStr>,
    /// It is a part of a descriptor, of any size.
    pub(crate) part: Option<()>,
}

/// One `#[desc(…)]`.
#[derive(Default)]
pub(crate) struct Entry {
    /// `name: Type`.
    pub(crate) named: Option<(Ident, Type)>,
    pub(crate) reserved: Option<Ident>,
    pub(crate) bits: Option<Bits>,
    pub(crate) overlap: Option<()>,
    pub(crate) doc: Option<LitStr>,
    /// `as = Type`: what the word is in C.
    pub(crate) like: Option<Type>,
    /// Something in it could not be read, so that what is missing may be there.
    pub(crate) faulty: bool,
}

/// `msb..=lsb`, or one bit.
pub(crate) struct Bits {
    pub(crate) msb: LitInt,
    dots: Option<Token![..=]>,
    lsb: Option<LitInt>,
}

impl Bits {
    pub(crate) fn lsb(&self) -> &LitInt {
        self.lsb.as_ref().unwrap_or(&self.msb)
    }
}

impl Parse for Bits {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let msb: LitInt = input.parse()?;
        if input.peek(Token![..=]) {
            return Ok(Self {
                msb,
                dots: Some(input.parse()?),
                lsb: Some(input.parse()?),
            });
        }
        if input.peek(Token![..]) {
            let dots: Token![..] = input.parse()?;
            let lsb: LitInt = input.parse()?;
            let message = format!("both bits belong to the range; write `{msb}..={lsb}`");
            return Err(syn::Error::new_spanned(dots, message));
        }
        Ok(Self {
            msb,
            dots: None,
            lsb: None,
        })
    }
}

impl ToTokens for Bits {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.msb.to_tokens(tokens);
        self.dots.to_tokens(tokens);
        self.lsb.to_tokens(tokens);
    }
}

impl Container {
    const KEYS: [&'static str; 2] = ["name", "part"];

    pub(crate) fn parse(attrs: &[Attribute], diag: &mut Diag) -> Self {
        let mut this = Self::default();
        each(attrs, "descriptor", diag, |key, input, diag| {
            match key.to_string().as_str() {
                "name" => set(&mut this.name, key, assigned(input)?, diag),
                "part" => set(&mut this.part, key, (), diag),
                other => return Err(unknown(key, other, "descriptor", &Self::KEYS)),
            }
            Ok(())
        });
        this
    }
}

impl Entry {
    const KEYS: [&'static str; 5] = ["reserved", "bits", "overlap", "doc", "as"];

    /// Each `#[desc(…)]` by itself, with the attribute that it was.
    pub(crate) fn parse_all<'a>(
        attrs: &'a [Attribute],
        diag: &mut Diag,
    ) -> Vec<(&'a Attribute, Self)> {
        (attrs.iter())
            .filter(|attr| attr.path().is_ident("desc"))
            .map(|attr| (attr, Self::parse(attr, diag)))
            .collect()
    }

    fn parse(attr: &Attribute, diag: &mut Diag) -> Self {
        let mut this = Self::default();
        let attrs = core::slice::from_ref(attr);
        each(attrs, "desc", diag, |key, input, diag| {
            let entry = this.entry(key, input, diag);
            this.faulty |= entry.is_err();
            entry
        });
        this
    }

    /// One entry of the list.
    fn entry(&mut self, key: &Ident, input: ParseStream<'_>, diag: &mut Diag) -> syn::Result<()> {
        if input.peek(Token![:]) && !input.peek(Token![::]) {
            input.parse::<Token![:]>()?;
            let ty = input.parse()?;
            match &self.named {
                Some((first, _)) => diag.error(
                    key,
                    format_args!(
                        "the range is called `{first}` already; write an attribute for each range"
                    ),
                ),
                None => self.named = Some((key.clone(), ty)),
            }
            return Ok(());
        }
        match key.to_string().as_str() {
            "reserved" => set(&mut self.reserved, key, key.clone(), diag),
            "bits" => set(&mut self.bits, key, assigned(input)?, diag),
            "overlap" => set(&mut self.overlap, key, (), diag),
            "doc" => set(&mut self.doc, key, assigned(input)?, diag),
            "as" => set(&mut self.like, key, assigned(input)?, diag),
            other => return Err(unknown(key, other, "desc", &Self::KEYS)),
        }
        Ok(())
    }
}
