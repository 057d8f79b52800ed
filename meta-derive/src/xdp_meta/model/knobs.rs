// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The knobs that a field needs to be on, and those that it needs to be off.

use syn::Ident;

use crate::diag::Diag;
use crate::suggest::suggest;
use crate::xdp_meta::{attr, rule};

/// Knobs as masks, bit 0 for the first that is declared.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Knobs {
    pub(crate) on: usize,
    pub(crate) off: usize,
}

impl Knobs {
    /// All the knobs that the field looks at.
    pub(crate) fn all(self) -> usize {
        self.on | self.off
    }
}

/// `None`: one of them is wrong.
pub(super) fn knobs(
    field: &Ident,
    attrs: &mut attr::Field,
    known: &[Ident],
    diag: &mut Diag,
) -> Option<Knobs> {
    let list = match (attrs.knob.take(), attrs.knobs.take()) {
        (Some((key, _)), Some(_)) => {
            diag.error(key, rule::knob_and_knobs());
            return None;
        }
        (one, several) => one.or(several).map(|(_, list)| list).unwrap_or_default(),
    };
    let mut knobs = Some(Knobs::default());
    for knob in list {
        let bit = find(&knob.ident, known, diag)
            // A mask has no bits for more; that they are too many is said elsewhere.
            .map(|index| {
                1usize
                    .checked_shl(u32::try_from(index).unwrap_or(u32::MAX))
                    .unwrap_or(0)
            });
        knobs = match (knobs, bit) {
            (Some(knobs), Some(bit)) => add(field, knobs, bit, &knob, diag),
            _ => None,
        };
    }
    knobs
}

fn add(
    field: &Ident,
    mut knobs: Knobs,
    bit: usize,
    knob: &attr::Knob,
    diag: &mut Diag,
) -> Option<Knobs> {
    let name = &knob.ident;
    let (same, other) = match knob.not {
        Some(_) => (&mut knobs.off, knobs.on),
        None => (&mut knobs.on, knobs.off),
    };
    if *same & bit != 0 {
        diag.error(name, rule::knob_named_twice(name));
    }
    if other & bit != 0 {
        diag.error(name, rule::unreachable_field(field, name));
        return None;
    }
    *same |= bit;
    Some(knobs)
}

fn find(knob: &Ident, known: &[Ident], diag: &mut Diag) -> Option<usize> {
    let found = known.iter().position(|known| known == knob);
    if found.is_none() {
        let names: Vec<String> = known.iter().map(Ident::to_string).collect();
        let suggestion = suggest(&knob.to_string(), names.iter().map(String::as_str));
        diag.error(knob, rule::unknown_knob(knob, suggestion));
    }
    found
}
