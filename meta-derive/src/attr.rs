// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The grammar of `#[xdp_meta(…)]` and `#[meta(…)]`.
//!
//! One bad entry does not hide the next: after an error the parser goes on behind the next comma. What entries mean together
//! is not decided here.

use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Ident, LitInt, LitStr, Meta, Token, Type};

use crate::diag::Diag;
use crate::suggest::suggest;

/// What stands on the struct.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) name: Option<LitStr>,
    pub(crate) source: Option<Type>,
    pub(crate) knobs: Option<Vec<Ident>>,
}

/// What stands on a field.
#[derive(Default)]
pub(crate) struct Field {
    pub(crate) knob: Option<Ident>,
    pub(crate) hint: Option<Ident>,
    pub(crate) id: Option<LitInt>,
    pub(crate) unit: Option<LitStr>,
    pub(crate) value: Option<Expr>,
    pub(crate) present: Option<Expr>,
}

impl Container {
    const KEYS: [&'static str; 3] = ["name", "source", "knobs"];

    pub(crate) fn parse(attrs: &[Attribute], diag: &mut Diag) -> Self {
        let mut this = Self::default();
        each(attrs, "xdp_meta", diag, |key, input, diag| {
            match key.to_string().as_str() {
                "name" => set(&mut this.name, key, assigned(input)?, diag),
                "source" => set(&mut this.source, key, assigned(input)?, diag),
                "knobs" => {
                    let inside;
                    syn::parenthesized!(inside in input);
                    let list = Punctuated::<Ident, Token![,]>::parse_terminated(&inside)?;
                    set(&mut this.knobs, key, list.into_iter().collect(), diag);
                }
                other => return Err(unknown(key, other, "xdp_meta", &Self::KEYS)),
            }
            Ok(())
        });
        this
    }
}

impl Field {
    const KEYS: [&'static str; 6] = ["knob", "hint", "id", "unit", "value", "present"];

    pub(crate) fn parse(attrs: &[Attribute], diag: &mut Diag) -> Self {
        let mut this = Self::default();
        each(attrs, "meta", diag, |key, input, diag| {
            match key.to_string().as_str() {
                "knob" => set(&mut this.knob, key, assigned(input)?, diag),
                "hint" => set(&mut this.hint, key, assigned(input)?, diag),
                "id" => set(&mut this.id, key, assigned(input)?, diag),
                "unit" => set(&mut this.unit, key, assigned(input)?, diag),
                "value" => set(&mut this.value, key, assigned(input)?, diag),
                "present" => set(&mut this.present, key, assigned(input)?, diag),
                other => return Err(unknown(key, other, "meta", &Self::KEYS)),
            }
            Ok(())
        });
        this
    }
}

/// Calls `entry` with the key of each entry in each attribute of this name.
fn each(
    attrs: &[Attribute],
    name: &str,
    diag: &mut Diag,
    mut entry: impl FnMut(&Ident, ParseStream<'_>, &mut Diag) -> syn::Result<()>,
) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(name)) {
        let Meta::List(list) = &attr.meta else {
            diag.error(attr, format_args!("expected `#[{name}(...)]`"));
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
fn assigned<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn set<T>(slot: &mut Option<T>, key: &Ident, value: T, diag: &mut Diag) {
    if slot.is_some() {
        diag.error(
            key,
            format_args!("`{key}` is given twice; remove one of them"),
        );
    }
    *slot = Some(value);
}

fn unknown(key: &Ident, word: &str, attr: &str, known: &[&str]) -> syn::Error {
    let known = known.iter().copied();
    let message = format!(
        "unknown key `{word}` in `#[{attr}]` ({})",
        suggest(word, known)
    );
    syn::Error::new_spanned(key, message)
}
