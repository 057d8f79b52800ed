// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Structs and unions.

use syn::{DeriveInput, Fields, FieldsNamed, Ident, Type, Visibility};

use super::c_name;
use crate::diag::Diag;
use crate::kind::Shape;
use crate::value::range::Range;
use crate::value::repr::Repr;
use crate::value::{attr, rules};

/// What is made of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A struct that can be written and read.
    Value,
    /// A struct that is only described.
    Description,
    /// A union, which is only described.
    Union,
}

/// A struct or a union.
pub(crate) struct Composite {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) name: String,
    pub(crate) form: Form,
    pub(crate) packed: bool,
    /// Alignment that was asked for; 1 if none was.
    pub(crate) align: usize,
    pub(crate) members: Vec<Member>,
}

/// A member of it.
pub(crate) struct Member {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) ty: Type,
    /// What is known of the type; `None` if it is refused.
    pub(crate) shape: Option<Shape>,
    /// The bit-fields that stand in its place in C; `None` if it is not divided.
    pub(crate) ranges: Option<Vec<Range>>,
    /// Whether `ranges` are all that are declared; of the others something is wrong.
    pub(crate) complete: bool,
}

impl Composite {
    pub(crate) fn new(
        input: &DeriveInput,
        form: Form,
        attrs: attr::Container,
        repr: &Repr,
        fields: &FieldsNamed,
        diag: &mut Diag,
    ) -> Self {
        let kind = match form {
            Form::Value | Form::Description => "struct",
            Form::Union => "union",
        };
        check_repr(input, kind, repr, diag);
        if fields.named.is_empty() {
            diag.error(&input.ident, rules::empty());
        }
        let members = fields.named.iter();
        Self {
            ident: input.ident.clone(),
            vis: input.vis.clone(),
            name: c_name(&input.ident, attrs.name, true, diag),
            form,
            packed: repr.packed.is_some(),
            align: repr.align.as_ref().map_or(1, |(_, align)| *align),
            members: members
                .filter_map(|field| Member::new(field, form, diag))
                .collect(),
        }
    }
}

/// The members of a struct, if they have names.
pub(super) fn named<'a>(
    fields: &'a Fields,
    input: &DeriveInput,
    diag: &mut Diag,
) -> Option<&'a FieldsNamed> {
    match fields {
        Fields::Named(fields) => Some(fields),
        Fields::Unnamed(fields) => {
            diag.error(fields, rules::tuple());
            None
        }
        Fields::Unit => {
            diag.error(&input.ident, rules::empty());
            None
        }
    }
}

fn check_repr(input: &DeriveInput, kind: &str, repr: &Repr, diag: &mut Diag) {
    if let Some(word) = &repr.transparent {
        diag.error(word, rules::transparent());
    } else if !repr.c {
        diag.error(&input.ident, rules::no_repr(kind));
    }
    if let Some((word, Some(number))) = &repr.packed {
        if number.base10_digits() != "1" {
            let message = rules::packed_to(number.base10_digits());
            diag.error(word, message);
        }
    }
}

impl Member {
    /// `None` only for what has no name.
    fn new(field: &syn::Field, form: Form, diag: &mut Diag) -> Option<Self> {
        let ident = field.ident.clone()?;
        let attrs = attr::Member::parse(&field.attrs, diag);
        let shape = Shape::of(&field.ty, diag);
        let anonymous = (attrs.name.as_ref()).filter(|name| name.value().is_empty());
        if let (Some(name), Some(Shape::Int(_) | Shape::Array(..))) = (anonymous, &shape) {
            diag.error(name, rules::nameless());
        }
        let declared = attrs.bits.as_ref().map_or(0, Vec::len);
        let ranges: Option<Vec<Range>> =
            (attrs.bits).map(|ranges| ranges.into_iter().flatten().collect());
        if let (Form::Union, Some(_)) = (form, &ranges) {
            diag.error(&ident, rules::word_in_union());
        }
        let complete = ranges.as_ref().map_or(0, Vec::len) == declared;
        if complete && ranges.as_ref().is_some_and(Vec::is_empty) {
            diag.error(&ident, rules::no_ranges(&ident));
        }
        // A word that is divided goes by the names of its ranges.
        let name = match ranges {
            Some(_) => String::new(),
            None => c_name(&ident, attrs.name, true, diag),
        };
        Some(Self {
            ident,
            name,
            ty: field.ty.clone(),
            shape,
            ranges,
            complete,
        })
    }
}
