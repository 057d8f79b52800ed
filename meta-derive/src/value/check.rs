// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Rules between members, one function each.
//!
//! What the compiler would only notice as a failed assertion in generated code is told here in words, at the token to change.

use super::model::{Composite, Enumeration, Form, Model};
use super::{place, rules};
use crate::diag::Diag;

mod ranges;

pub(super) use self::ranges::is_bool;

pub(crate) fn check(model: &Model, diag: &mut Diag) {
    match model {
        Model::Composite(composite) => {
            ranges::check(composite, diag);
            member_names(composite, diag);
            // Nobody reads or writes what is only described.
            if composite.form == Form::Value {
                padding(composite, diag);
            }
        }
        Model::Enum(enumeration) => enumerators(enumeration, diag),
    }
}

/// C knows each member by its name, and a divided word by those of its ranges.
fn member_names(composite: &Composite, diag: &mut Diag) {
    let mut seen: Vec<(String, &syn::Ident)> = Vec::new();
    for member in &composite.members {
        let names: Vec<_> = match &member.ranges {
            Some(ranges) => (ranges.iter())
                .map(|range| (range.name(), &range.ident))
                .collect(),
            None => vec![(member.name.clone(), &member.ident)],
        };
        for (name, at) in names.into_iter().filter(|(name, _)| !name.is_empty()) {
            match seen.iter().find(|(other, _)| *other == name) {
                Some((_, first)) if *first != at || member.ranges.is_some() => diag.pair(
                    at,
                    rules::name_twice(&name),
                    first,
                    rules::name_first(&name),
                ),
                // Two fields of one name are the compiler's business.
                Some(_) => {}
                None => seen.push((name, at)),
            }
        }
    }
}

/// No byte of a value is nobody's.
fn padding(composite: &Composite, diag: &mut Diag) {
    let places = place::known(composite);
    let mut names = place::free_names(composite);
    let bytes = |bytes| match bytes {
        1 => "1 byte".to_owned(),
        bytes => format!("{bytes} bytes"),
    };
    for (member, place) in composite.members.iter().zip(&places) {
        if place.padding != 0 {
            let name = names.next().unwrap_or_default();
            let (text, size) = (bytes(place.padding), place.padding);
            let message = rules::padding_before(text, &member.ident, name, size);
            diag.error(&member.ident, message);
        }
    }
    let trailing = place::trailing(composite, &places);
    if let (Some(size @ 1..), Some(last)) = (trailing, composite.members.last()) {
        let name = names.next().unwrap_or_default();
        let message = rules::padding_after(bytes(size), &last.ident, name, size);
        diag.error(&last.ident, message);
    }
}

/// In C, the values of an enum are constants, each with a name of its own.
fn enumerators(enumeration: &Enumeration, diag: &mut Diag) {
    for (index, variant) in enumeration.variants.iter().enumerate() {
        let mut before = enumeration.variants.iter().take(index);
        if let Some(other) = before.find(|other| other.name == variant.name) {
            let message = rules::enumerator_twice(&variant.name, &other.ident);
            diag.error(&variant.ident, message);
        }
    }
}
