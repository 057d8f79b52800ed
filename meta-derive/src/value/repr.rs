// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! `#[repr(…)]`: what the compiler was told about the type's bytes.

use syn::{Attribute, Ident, LitInt, Token};

/// What stands in all the type's `#[repr(…)]` together.
#[derive(Default)]
pub(crate) struct Repr {
    pub(crate) c: bool,
    pub(crate) transparent: Option<Ident>,
    pub(crate) packed: Option<(Ident, Option<LitInt>)>,
    pub(crate) align: Option<(Ident, usize)>,
    /// An integer type, whether it is one that is allowed or not.
    pub(crate) integer: Option<Ident>,
}

impl Repr {
    /// What is no right `repr` is left to the compiler, which has its own errors for that.
    pub(crate) fn parse(attrs: &[Attribute]) -> Self {
        let mut repr = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("repr")) {
            let parsed = attr.parse_nested_meta(|meta| {
                let number = match meta.input.peek(syn::token::Paren) {
                    true => {
                        let content;
                        syn::parenthesized!(content in meta.input);
                        Some(content.parse::<LitInt>()?)
                    }
                    false => None,
                };
                if let Some(word) = meta.path.get_ident() {
                    repr.word(word, number);
                }
                // More words may follow.
                debug_assert!(meta.input.is_empty() || meta.input.peek(Token![,]));
                Ok(())
            });
            if parsed.is_err() {
                return repr;
            }
        }
        repr
    }

    fn word(&mut self, word: &Ident, number: Option<LitInt>) {
        match word.to_string().as_str() {
            "C" => self.c = true,
            "transparent" => self.transparent = Some(word.clone()),
            "packed" => self.packed = Some((word.clone(), number)),
            "align" => {
                let align = number.and_then(|number| number.base10_parse().ok());
                self.align = align.map(|align| (word.clone(), align));
            }
            _ => self.integer = Some(word.clone()),
        }
    }
}
