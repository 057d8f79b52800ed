// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What is declared: fields with their types, ids and knobs.
//!
//! Rules that concern one field or one attribute are decided while the model is made. A model that exists has a name, a
//! source and fields of known types; rules between them are in `check`.

use syn::{Data, DeriveInput, Expr, Fields, Ident, LitInt, LitStr, Type, Visibility};

use super::attr;
use crate::diag::Diag;
use crate::kind::{Hint, Kind, DRIVER_FIRST, HINTS, TRAILER};
use crate::suggest::suggest;

/// A struct that declares metadata.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) name: LitStr,
    pub(crate) source: Type,
    pub(crate) knobs: Vec<Ident>,
    pub(crate) fields: Vec<Field>,
    /// Whether these are all the fields that are declared; of the others something is wrong.
    pub(crate) complete: bool,
}

/// Who the field is.
#[derive(Clone)]
pub(crate) enum Identity {
    Hint(Ident, Hint),
    Own(LitInt, u16),
}

/// A field of it.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) kind: Kind,
    pub(crate) identity: Identity,
    pub(crate) unit: String,
    /// Index of the knob that it is behind.
    pub(crate) knob: Option<usize>,
    pub(crate) value: Expr,
    pub(crate) present: Option<Expr>,
}

impl Field {
    pub(crate) fn hint(&self) -> Option<&Hint> {
        match &self.identity {
            Identity::Hint(_, hint) => Some(hint),
            Identity::Own(..) => None,
        }
    }

    pub(crate) fn is_in(&self, mask: usize) -> bool {
        self.knob.is_none_or(|knob| mask & (1 << knob) != 0)
    }
}

impl Model {
    /// `None`: there are errors without which there is no model. With a model there may be errors too.
    pub(crate) fn new(input: &DeriveInput, diag: &mut Diag) -> Option<Self> {
        let attrs = attr::Container::parse(&input.attrs, diag);
        if !input.generics.params.is_empty() {
            diag.error(
                &input.generics,
                "metadata has one layout for each configuration, so the struct can not be generic; remove the parameters",
            );
        }
        let named = named_fields(input, diag);
        let knobs = attrs.knobs.unwrap_or_default();
        if attrs.name.is_none() {
            diag.error(
                &input.ident,
                "the layouts need a name for BTF; add `#[xdp_meta(name = \"...\")]`",
            );
        }
        if attrs.source.is_none() {
            diag.error(
                &input.ident,
                "it is not said what a record is made from; add `#[xdp_meta(source = Type)]`",
            );
        }
        let mut fields = Vec::new();
        let mut complete = true;
        for field in named?.named.iter() {
            match Field::new(field, &knobs, diag) {
                Some(field) => fields.push(field),
                None => complete = false,
            }
        }
        Some(Self {
            ident: input.ident.clone(),
            vis: input.vis.clone(),
            name: attrs.name?,
            source: attrs.source?,
            knobs,
            fields,
            complete,
        })
    }

    /// Number of layouts.
    pub(crate) fn layouts(&self) -> usize {
        1 << self.knobs.len()
    }

    /// Fields of the layout in which these knobs are on, in the order in which they stand in the record.
    pub(crate) fn packed(&self, mask: usize) -> Vec<(usize, &Field)> {
        let mut packed: Vec<_> = (self.fields.iter().enumerate())
            .filter(|(_, field)| field.is_in(mask))
            .collect();
        packed.sort_by_key(|(_, field)| core::cmp::Reverse(field.kind.size));
        packed
    }

    /// Bytes of a record of that layout.
    pub(crate) fn record_size(&self, mask: usize) -> usize {
        let fields: usize = (self.packed(mask).iter())
            .map(|(_, field)| field.kind.size)
            .sum();
        fields.next_multiple_of(8) + TRAILER
    }

    /// The field that is a hint.
    pub(crate) fn hint(&self, name: &str) -> Option<(usize, &Field)> {
        (self.fields.iter().enumerate())
            .find(|(_, field)| field.hint().is_some_and(|hint| hint.name == name))
    }
}

fn named_fields<'a>(input: &'a DeriveInput, diag: &mut Diag) -> Option<&'a syn::FieldsNamed> {
    if let Data::Struct(data) = &input.data {
        if let Fields::Named(fields) = &data.fields {
            return Some(fields);
        }
    }
    diag.error(
        &input.ident,
        "metadata is declared by a struct with named fields",
    );
    None
}

impl Field {
    fn new(field: &syn::Field, knobs: &[Ident], diag: &mut Diag) -> Option<Self> {
        let ident = field.ident.clone()?;
        let attrs = attr::Field::parse(&field.attrs, diag);
        let kind = Kind::of(&field.ty);
        if kind.is_none() {
            diag.error(
                &field.ty,
                "not a field type; use `u8`, `u16`, `u32`, `u64`, `Be16`, `Be32` or `Be64`",
            );
        }
        let identity = identity(&ident, attrs.hint, attrs.id, diag);
        if let (Some(kind), Some(Identity::Hint(_, hint))) = (kind, &identity) {
            hint_type(&field.ty, kind, hint, diag);
        }
        if attrs.value.is_none() {
            let message = format!(
                "it is not said where `{ident}` comes from; add `#[meta(value = |source| ...)]`"
            );
            diag.error(&ident, message);
        }
        for expr in attrs.value.iter().chain(&attrs.present) {
            one_parameter(expr, diag);
        }
        let knob = attrs.knob.map(|knob| find_knob(&knob, knobs, diag));
        Some(Self {
            ident,
            ty: field.ty.clone(),
            kind: kind?,
            identity: identity?,
            unit: attrs.unit.map(|unit| unit.value()).unwrap_or_default(),
            knob: knob.map_or(Some(None), |knob| knob.map(Some))?,
            value: attrs.value?,
            present: attrs.present,
        })
    }
}

/// A field is either a standard hint or has an id of its own.
fn identity(
    field: &Ident,
    hint: Option<Ident>,
    id: Option<LitInt>,
    diag: &mut Diag,
) -> Option<Identity> {
    match (hint, id) {
        (Some(hint), None) => {
            let known = HINTS.into_iter().find(|known| hint == known.name);
            if known.is_none() {
                let names = HINTS.iter().map(|known| known.name);
                let message = format!(
                    "unknown hint `{hint}` ({}); a field of the driver's own has `id = 0x8000` or above instead",
                    suggest(&hint.to_string(), names),
                );
                diag.error(&hint, message);
            }
            known.map(|known| Identity::Hint(hint, known))
        }
        (None, Some(id)) => match id.base10_parse::<u16>() {
            Ok(number) if number >= DRIVER_FIRST => Some(Identity::Own(id, number)),
            _ => {
                diag.error(
                    &id,
                    "ids of a driver's own fields are from 0x8000 to 0xffff; below are the standard hints, given by `hint = ...`",
                );
                None
            }
        },
        (Some(_), Some(id)) => {
            diag.error(&id, "a standard hint has an id already; remove `id`");
            None
        }
        (None, None) => {
            let message = format!(
                "`{field}` has no identity; add `hint = ...` if it is a standard hint, or `id = 0x8000` or above"
            );
            diag.error(field, message);
            None
        }
    }
}

/// A standard hint has the same encoding in every driver.
fn hint_type(ty: &Type, kind: Kind, hint: &Hint, diag: &mut Diag) {
    if hint.ty != kind.name {
        let message = format!(
            "the hint `{}` is a `{}`; change the field's type",
            hint.name, hint.ty
        );
        diag.error(ty, message);
    }
}

fn find_knob(knob: &Ident, knobs: &[Ident], diag: &mut Diag) -> Option<usize> {
    let found = knobs.iter().position(|known| known == knob);
    if found.is_none() {
        let names: Vec<String> = knobs.iter().map(Ident::to_string).collect();
        let message = format!(
            "unknown knob `{knob}` ({}); knobs are declared by `#[xdp_meta(knobs(...))]`",
            suggest(&knob.to_string(), names.iter().map(String::as_str)),
        );
        diag.error(knob, message);
    }
    found
}

/// A closure must take the source and nothing else. Other expressions are paths of functions; the compiler checks those.
fn one_parameter(expr: &Expr, diag: &mut Diag) {
    if let Expr::Closure(closure) = expr {
        if closure.inputs.len() != 1 {
            diag.error(
                closure,
                "the closure gets a reference to the source; write it with one parameter, `|source| ...`",
            );
        }
    }
}
