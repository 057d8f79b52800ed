// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The grammar of `#[value(…)]`, which differs between types, members and variants.

use syn::ext::IdentExt as _;
use syn::{Attribute, Ident, LitStr};

use super::range::{self, Range};
use crate::attr::{assigned, each, set, unknown};
use crate::diag::Diag;

/// What stands on the type.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) name: Option<LitStr>,
    pub(crate) description: Option<Ident>,
}

/// What stands on a member.
#[derive(Default)]
pub(crate) struct Member {
    pub(crate) name: Option<LitStr>,
    /// `None` inside: a range that is wrong.
    pub(crate) bits: Option<Vec<Option<Range>>>,
}

/// What stands on a variant.
#[derive(Default)]
pub(crate) struct Variant {
    pub(crate) name: Option<LitStr>,
    pub(crate) fallback: Option<Ident>,
}

impl Container {
    pub(crate) fn parse(attrs: &[Attribute], diag: &mut Diag) -> Self {
        let mut parsed = Self::default();
        each(attrs, "value", diag, |key, input, diag| {
            let word = key.unraw().to_string();
            match word.as_str() {
                "name" => set(&mut parsed.name, key, assigned(input)?, diag),
                "description" => set(&mut parsed.description, key, key.clone(), diag),
                _ => return Err(unknown(key, &word, "value", &["name", "description"])),
            }
            Ok(())
        });
        parsed
    }
}

impl Member {
    pub(crate) fn parse(attrs: &[Attribute], diag: &mut Diag) -> Self {
        let mut parsed = Self::default();
        each(attrs, "value", diag, |key, input, diag| {
            let word = key.unraw().to_string();
            match word.as_str() {
                "name" => set(&mut parsed.name, key, assigned(input)?, diag),
                "bits" => set(&mut parsed.bits, key, range::list(input, diag)?, diag),
                _ => return Err(unknown(key, &word, "value", &["name", "bits"])),
            }
            Ok(())
        });
        parsed
    }
}

impl Variant {
    pub(crate) fn parse(attrs: &[Attribute], diag: &mut Diag) -> Self {
        let mut parsed = Self::default();
        each(attrs, "value", diag, |key, input, diag| {
            let word = key.unraw().to_string();
            match word.as_str() {
                "name" => set(&mut parsed.name, key, assigned(input)?, diag),
                "fallback" => set(&mut parsed.fallback, key, key.clone(), diag),
                _ => return Err(unknown(key, &word, "value", &["name", "fallback"])),
            }
            Ok(())
        });
        parsed
    }
}
