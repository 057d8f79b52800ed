// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Lists of `key = value` in attributes.
//!
//! One bad entry does not hide the next: after an error the parser goes on behind the next comma. What entries mean
//! together is not decided here.

use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Attribute, Ident, Meta, Token};

use crate::diag::Diag;
use crate::suggest::suggest;

/// What is said of entries, whichever attribute they are in.
pub(crate) mod rule {
    crate::rule::rules! {
        not_a_list(name) = "expected `#[{name}(...)]`";
        key_given_twice(key) = "`{key}` is given twice; remove one of them";
        unknown_key(word, attr, suggestion) = "unknown key `{word}` in `#[{attr}]` ({suggestion})";
    }
}

/// Calls `entry` with the key of each entry in each attribute of this name.
pub(crate) fn each(
    attrs: &[Attribute],
    name: &str,
    diag: &mut Diag,
    mut entry: impl FnMut(&Ident, ParseStream<'_>, &mut Diag) -> syn::Result<()>,
) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(name)) {
        let Meta::List(list) = &attr.meta else {
            diag.error(attr, rule::not_a_list(name));
            continue;
        };
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let parsed = Ident::parse_any(input).and_then(|key| entry(&key, input, diag));
                let ended = parsed.and_then(|()| match input.is_empty() {
                    true => Ok(()),
                    false => input.parse::<Token![,]>().map(|_| ()),
                });
                if let Err(error) = ended {
                    diag.push(error);
                    skip(input)?;
                }
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(list.tokens.clone()) {
            diag.push(error);
        }
    }
}

/// Goes on behind the next comma.
fn skip(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() {
        if input.parse::<Option<Token![,]>>()?.is_some() {
            break;
        }
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}

/// `= value`.
pub(crate) fn assigned<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

pub(crate) fn set<T>(slot: &mut Option<T>, key: &Ident, value: T, diag: &mut Diag) {
    if slot.is_some() {
        diag.error(key, rule::key_given_twice(key));
    }
    *slot = Some(value);
}

pub(crate) fn unknown(key: &Ident, word: &str, attr: &str, known: &[&str]) -> syn::Error {
    let suggestion = suggest(word, known.iter().copied());
    syn::Error::new_spanned(key, rule::unknown_key(word, attr, suggestion))
}
