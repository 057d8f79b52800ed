// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What is declared: a struct or union with its members, or an enum with its variants.
//!
//! Rules that concern one member or one attribute are decided while the model is made; rules between them are in `check`.

use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::{Data, DeriveInput, Ident, LitStr};

use super::{attr, repr, rules};
use crate::diag::Diag;
use crate::name;

pub(crate) use self::composite::{Composite, Form, Member};
pub(crate) use self::enumeration::Enumeration;

mod composite;
mod enumeration;

/// A type.
pub(crate) enum Model {
    Composite(Composite),
    Enum(Enumeration),
}

impl Model {
    /// `None`: there are errors without which there is no model. With a model there may be errors too.
    pub(crate) fn new(input: &DeriveInput, diag: &mut Diag) -> Option<Self> {
        let attrs = attr::Container::parse(&input.attrs, diag);
        let repr = repr::Repr::parse(&input.attrs);
        if !input.generics.params.is_empty() {
            diag.error(&input.generics, rules::generic());
        }
        match &input.data {
            Data::Struct(data) => {
                let fields = composite::named(&data.fields, input, diag)?;
                let form = match attrs.description {
                    Some(_) => Form::Description,
                    None => Form::Value,
                };
                Some(Self::Composite(Composite::new(
                    input, form, attrs, &repr, fields, diag,
                )))
            }
            Data::Union(data) => {
                refuse_description(&attrs, "a union is one anyway", diag);
                let fields = &data.fields;
                Some(Self::Composite(Composite::new(
                    input,
                    Form::Union,
                    attrs,
                    &repr,
                    fields,
                    diag,
                )))
            }
            Data::Enum(data) => {
                refuse_description(&attrs, "an enum is a value", diag);
                Enumeration::new(input, attrs, &repr, &data.variants, diag).map(Self::Enum)
            }
        }
    }
}

fn refuse_description(attrs: &attr::Container, what: &str, diag: &mut Diag) {
    if let Some(word) = &attrs.description {
        diag.error(word, rules::description_of(what));
    }
}

/// The name in BTF and C: as given, or as in Rust. `anonymous`: it may be empty.
fn c_name(ident: &Ident, given: Option<LitStr>, anonymous: bool, diag: &mut Diag) -> String {
    let (name, at) = match given {
        Some(given) => (given.value(), given.to_token_stream()),
        None => (ident.unraw().to_string(), ident.to_token_stream()),
    };
    if !(anonymous && name.is_empty()) {
        if let Some(problem) = name::problem(&name) {
            diag.error(at, rules::name(problem));
        }
    }
    name
}
