// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The grammar of `#[xdp_meta(…)]` and `#[meta(…)]`.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Ident, LitInt, LitStr, Token, Type};

use crate::attr::{assigned, each, set, unknown};
use crate::diag::Diag;

/// What stands on the struct.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) name: Option<LitStr>,
    pub(crate) source: Option<Type>,
    pub(crate) knobs: Option<Vec<Ident>>,
    pub(crate) captures: Option<Ident>,
}

/// What stands on a field.
#[derive(Default)]
pub(crate) struct Field {
    pub(crate) value: Option<(Ident, Expr)>,
    pub(crate) field: Option<(Ident, Ident)>,
    pub(crate) capture: Option<Ident>,
    pub(crate) present: Option<(Ident, Expr)>,
    pub(crate) valid: Option<(Ident, Ident)>,
    pub(crate) hint: Option<Ident>,
    pub(crate) id: Option<LitInt>,
    pub(crate) knob: Option<(Ident, Vec<Knob>)>,
    pub(crate) knobs: Option<(Ident, Vec<Knob>)>,
    pub(crate) unit: Option<LitStr>,
    pub(crate) bits: Option<LitInt>,
}

/// `a`, a knob that must be on, or `!a`, one that must be off.
#[derive(Clone)]
pub(crate) struct Knob {
    pub(crate) not: Option<Token![!]>,
    pub(crate) ident: Ident,
}

impl Parse for Knob {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            not: input.parse()?,
            ident: input.parse()?,
        })
    }
}

impl Container {
    const KEYS: [&'static str; 4] = ["name", "source", "knobs", "captures"];

    pub(crate) fn parse(attrs: &[Attribute], diag: &mut Diag) -> Self {
        let mut this = Self::default();
        each(attrs, "xdp_meta", diag, |key, input, diag| {
            match key.to_string().as_str() {
                "name" => set(&mut this.name, key, assigned(input)?, diag),
                "source" => set(&mut this.source, key, assigned(input)?, diag),
                "knobs" => set(&mut this.knobs, key, list(input)?, diag),
                "captures" => set(&mut this.captures, key, assigned(input)?, diag),
                other => return Err(unknown(key, other, "xdp_meta", &Self::KEYS)),
            }
            Ok(())
        });
        this
    }
}

impl Field {
    const KEYS: [&'static str; 11] = [
        "value", "field", "capture", "present", "valid", "hint", "id", "knob", "knobs", "unit",
        "bits",
    ];

    pub(crate) fn parse(attrs: &[Attribute], diag: &mut Diag) -> Self {
        let mut this = Self::default();
        each(attrs, "meta", diag, |key, input, diag| {
            let own = key.clone();
            match key.to_string().as_str() {
                "value" => set(&mut this.value, key, (own, assigned(input)?), diag),
                "field" => set(&mut this.field, key, (own, assigned(input)?), diag),
                "capture" => set(&mut this.capture, key, own, diag),
                "present" => set(&mut this.present, key, (own, assigned(input)?), diag),
                "valid" => set(&mut this.valid, key, (own, assigned(input)?), diag),
                "hint" => set(&mut this.hint, key, assigned(input)?, diag),
                "id" => set(&mut this.id, key, assigned(input)?, diag),
                "knob" => set(&mut this.knob, key, (own, vec![assigned(input)?]), diag),
                "knobs" => set(&mut this.knobs, key, (own, list(input)?), diag),
                "unit" => set(&mut this.unit, key, assigned(input)?, diag),
                "bits" => set(&mut this.bits, key, assigned(input)?, diag),
                other => return Err(unknown(key, other, "meta", &Self::KEYS)),
            }
            Ok(())
        });
        this
    }
}

/// `(a, b)`.
fn list<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    let inside;
    syn::parenthesized!(inside in input);
    let list = Punctuated::<T, Token![,]>::parse_terminated(&inside)?;
    Ok(list.into_iter().collect())
}
