// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Rules between the identities of fields.

use std::collections::HashMap;

use crate::diag::Diag;
use crate::xdp_meta::model::{Identity, Model};
use crate::xdp_meta::rule;

/// A program finds a field by its id, so no two have the same.
pub(super) fn distinct(model: &Model, diag: &mut Diag) {
    let mut hints = HashMap::new();
    let mut ids = HashMap::new();
    for field in &model.fields {
        match &field.identity {
            Identity::Hint(at, hint) => {
                if let Some((first, name)) = hints.get(hint.name) {
                    let note = rule::duplicate_hint_first(name, hint.name);
                    diag.pair(at, rule::duplicate_hint(hint.name, name), first, note);
                } else {
                    hints.insert(hint.name, (at, &field.ident));
                }
            }
            Identity::Own(at, id) => {
                if let Some((first, name)) = ids.get(id) {
                    let free = format!("{:#x}", free(model, *id));
                    let note = rule::duplicate_id_first(name, first);
                    diag.pair(at, rule::duplicate_id(at, name, free), first, note);
                } else {
                    ids.insert(*id, (at, &field.ident));
                }
            }
        }
    }
}

/// The first id above this one that no field has; there are far more ids than fields.
fn free(model: &Model, id: u16) -> u16 {
    let taken = |id: &u16| {
        (model.fields.iter())
            .any(|field| matches!(&field.identity, Identity::Own(_, other) if other == id))
    };
    (id..=u16::MAX)
        .chain(crate::kind::DRIVER_FIRST..id)
        .find(|id| !taken(id))
        .unwrap_or(id)
}

/// Half of a VLAN tag is none, and a hash type without a hash says nothing. Both halves hang on the same knobs.
pub(super) fn companions(model: &Model, diag: &mut Diag) {
    for (name, other, both) in [
        ("rx_vlan_tci", "rx_vlan_proto", true),
        ("rx_vlan_proto", "rx_vlan_tci", false),
        ("rx_hash_type", "rx_hash", true),
    ] {
        let Some(field) = model.hint(name) else {
            continue;
        };
        match model.hint(other) {
            None => diag.error(&field.ident, rule::hint_companion(name, other)),
            Some(companion) if both && companion.knobs != field.knobs => diag.pair(
                &field.ident,
                rule::hint_companion_knobs(name, other),
                &companion.ident,
                rule::hint_companion_knobs_first(other),
            ),
            Some(_) => {}
        }
    }
}
