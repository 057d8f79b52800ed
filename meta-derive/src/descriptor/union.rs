// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What is declared: a union, the memory whose views its members are.

use syn::{DataUnion, DeriveInput, Ident, Type};

use super::attr::Entry;
use super::model::container;
use crate::diag::Diag;
use crate::kind::Kind;
use crate::reject;

/// A union of views.
pub(crate) struct Union {
    pub(crate) ident: Ident,
    /// Name in BTF and C.
    pub(crate) name: String,
    /// It may have any size.
    pub(crate) part: bool,
    pub(crate) views: Vec<(Ident, Type)>,
}

impl Union {
    pub(crate) fn new(input: &DeriveInput, data: &DataUnion, diag: &mut Diag) -> Option<Self> {
        let (name, part) = container(input, diag);
        let mut views = Vec::new();
        for field in &data.fields.named {
            for (attr, _) in Entry::parse_all(&field.attrs, diag) {
                diag.error(
                    attr,
                    "ranges are of words; put this into the type of the view",
                );
            }
            if !reject::rejected(&field.ty, diag) {
                native(&field.ty, diag);
                if let Some(ident) = &field.ident {
                    views.push((ident.clone(), field.ty.clone()));
                }
            }
        }
        sizes(&views, diag);
        Some(Self {
            ident: input.ident.clone(),
            name,
            part,
            views,
        })
    }
}

/// A view that is just an integer has a byte order, like a word.
fn native(ty: &Type, diag: &mut Diag) {
    match Kind::of(ty) {
        Some(kind) if !kind.is_ordered() && kind.name != "u8" => {
            let bits = kind.size * 8;
            let message = format!(
                "wrong endianness: a `{}` is in the order of the machine; use `Le{bits}` or `Be{bits}`",
                kind.name,
            );
            diag.error(ty, message);
        }
        _ => {}
    }
}

/// Views that are integers are of one size; that of the others only the compiler knows, which asserts it.
fn sizes(views: &[(Ident, Type)], diag: &mut Diag) {
    let known = |(ident, ty): &(Ident, Type)| Kind::of(ty).map(|kind| (ident.clone(), kind.size));
    let mut known = views.iter().filter_map(known);
    if let Some((first, first_size)) = known.next() {
        for (ident, size) in known.filter(|(_, size)| *size != first_size) {
            let message = format!(
                "views of different sizes: `{first}` has {first_size} bytes, `{ident}` has {size}"
            );
            diag.error(&ident, message);
        }
    }
}
