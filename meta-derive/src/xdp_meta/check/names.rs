// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Rules about names: they go to BTF and C as they are, and there no two may be the same.

use std::collections::{HashMap, HashSet};

use syn::Ident;

use crate::diag::Diag;
use crate::kind::TRAILER_MEMBERS;
use crate::xdp_meta::model::Model;
use crate::xdp_meta::names::is_btf_name;
use crate::xdp_meta::rule;

pub(super) fn check(model: &Model, diag: &mut Diag) {
    if !is_btf_name(&model.name.value()) {
        diag.error(&model.name, rule::bad_name());
    }
    let fields = model.fields.iter().map(|field| &field.ident);
    for ident in fields.clone().chain(&model.knobs) {
        if !is_btf_name(&ident.to_string()) {
            diag.error(ident, rule::bad_name());
        }
    }
    for field in &model.fields {
        let ident = &field.ident;
        if TRAILER_MEMBERS.iter().any(|member| ident == member) {
            diag.error(ident, rule::trailer_name(ident));
        }
        if let Some(unit) = &field.unit {
            let text = unit.value();
            if text.is_empty() || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
                diag.error(unit, rule::bad_unit());
            }
        }
    }
    distinct(fields, diag, |name| {
        (
            rule::duplicate_field(name),
            rule::duplicate_field_first(name),
        )
    });
    distinct(&model.knobs, diag, |name| {
        (rule::duplicate_knob(name), rule::duplicate_knob_first(name))
    });
}

/// No two are the same, in C's capitals neither.
fn distinct<'a>(
    names: impl IntoIterator<Item = &'a Ident>,
    diag: &mut Diag,
    same: impl Fn(&Ident) -> (String, String),
) {
    let mut seen: HashMap<String, &Ident> = HashMap::new();
    for name in names {
        let capitals = name.to_string().to_ascii_uppercase();
        let Some(first) = seen.get(&capitals) else {
            seen.insert(capitals, name);
            continue;
        };
        let (message, note) = match *first == name {
            true => same(name),
            false => (rule::capitals(name, first), rule::capitals_first(first)),
        };
        diag.pair(name, message, first, note);
    }
}

/// Programs find types by name, and layouts by constants in capitals.
pub(super) fn layouts(model: &Model, diag: &mut Diag) {
    let others = model.other_names();
    let mut seen: HashSet<String> = others.map(|name| name.to_ascii_uppercase()).into();
    for mask in 0..model.layouts() {
        let name = model.layout_name(mask);
        if !seen.insert(name.to_ascii_uppercase()) {
            match model.knobs.last() {
                Some(knob) => diag.error(knob, rule::layout_name_taken(name)),
                None => diag.error(&model.name, rule::layout_name_taken(name)),
            }
            return;
        }
    }
}
