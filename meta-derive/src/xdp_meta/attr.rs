// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The grammar of `#[xdp_meta(…)]` and `#[meta(…)]`.

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
