// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Rules about what the struct declares for its fields: knobs, and the place of what is captured.

use std::collections::HashSet;

use crate::diag::Diag;
use crate::kind::MAX_KNOBS;
use crate::xdp_meta::model::{Field, Model};
use crate::xdp_meta::rule;

/// Each knob does something, and there are few enough. Gives whether layouts can be enumerated.
pub(super) fn check(model: &Model, diag: &mut Diag) -> bool {
    let mut seen = HashSet::new();
    let used = (model.fields.iter()).fold(0, |used, field| used | field.knobs.all());
    for (index, knob) in model.knobs.iter().enumerate() {
        let is_idle = used
            .checked_shr(u32::try_from(index).unwrap_or(u32::MAX))
            .is_some_and(|used| used & 1 == 0);
        if seen.insert(knob.to_string()) && is_idle {
            diag.error(knob, rule::idle_knob(knob));
        }
    }
    let count = model.knobs.len();
    if let Some(first) = model.knobs.get(MAX_KNOBS) {
        let layouts = match u32::try_from(count)
            .ok()
            .and_then(|count| 1u64.checked_shl(count))
        {
            Some(layouts) => layouts.to_string(),
            None => "too many".to_owned(),
        };
        diag.error(first, rule::too_many_layouts(count, layouts));
    }
    seen.len() == count && count <= MAX_KNOBS
}

/// What is captured has a place, and the place is for something.
pub(super) fn captures(model: &Model, diag: &mut Diag) {
    if let Some(captures) = &model.captures {
        if !model.fields.iter().any(Field::is_captured) {
            diag.error(captures, rule::captures_idle(captures));
        }
    }
}
