// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Rules between fields, one function each.
//!
//! What the compiler would only notice as a failed assertion in generated code is told here in words, at the token to change.

use std::collections::HashSet;

use crate::diag::Diag;
use crate::kind::{MAX_FIELDS, MAX_KNOBS, MAX_SIZE, TRAILER_MEMBERS};
use crate::xdp_meta::model::{Identity, Model};
use crate::xdp_meta::names::is_btf_name;

/// Checks all rules that can be checked without saying something untrue about fields which are not in the model.
pub(crate) fn check(model: &Model, diag: &mut Diag) {
    names(model, diag);
    identities(model, diag);
    if !model.complete {
        return;
    }
    companions(model, diag);
    if knobs(model, diag) {
        layout_names(model, diag);
        sizes(model, diag);
    }
}

/// Names go to BTF and C as they are, and CO-RE cuts them at `___`.
fn names(model: &Model, diag: &mut Diag) {
    const RULE: &str = "names go to BTF: ASCII letters, digits and `_`, no digit first, no `___`";
    if !is_btf_name(&model.name.value()) {
        diag.error(&model.name, RULE);
    }
    let fields = model.fields.iter().map(|field| &field.ident);
    for ident in fields.chain(&model.knobs) {
        if !is_btf_name(&ident.to_string()) {
            diag.error(ident, RULE);
        }
    }
    for field in &model.fields {
        if TRAILER_MEMBERS.iter().any(|member| field.ident == member) {
            let message = format!(
                "`{}` is a member of every record's trailer; rename the field",
                field.ident
            );
            diag.error(&field.ident, message);
        }
    }
}

/// A program finds a field by its id, so no two have the same.
fn identities(model: &Model, diag: &mut Diag) {
    let mut seen = HashSet::new();
    for field in &model.fields {
        match &field.identity {
            Identity::Hint(at, hint) if !seen.insert(hint.name.to_owned()) => {
                diag.error(
                    at,
                    format_args!("the hint `{}` is already another field", hint.name),
                );
            }
            Identity::Own(at, id) if !seen.insert(id.to_string()) => {
                diag.error(
                    at,
                    format_args!(
                        "the id {id:#x} is already another field's; use the next free one"
                    ),
                );
            }
            _ => {}
        }
    }
}

/// Half of a VLAN tag is none, and a hash type without a hash says nothing. Both halves hang on the same knob.
fn companions(model: &Model, diag: &mut Diag) {
    for (name, other) in [
        ("rx_vlan_tci", "rx_vlan_proto"),
        ("rx_vlan_proto", "rx_vlan_tci"),
        ("rx_hash_type", "rx_hash"),
    ] {
        let Some((_, field)) = model.hint(name) else {
            continue;
        };
        match model.hint(other) {
            None => diag.error(
                &field.ident,
                format_args!("`{name}` needs `{other}`; add a field with `hint = {other}`"),
            ),
            Some((_, companion)) if companion.knob != field.knob => diag.error(
                &field.ident,
                format_args!(
                    "`{name}` and `{other}` belong together; put both behind the same knob"
                ),
            ),
            Some(_) => {}
        }
    }
}

/// Each knob is its own, does something, and there are few enough. Gives whether layouts can be enumerated.
fn knobs(model: &Model, diag: &mut Diag) -> bool {
    let mut seen = HashSet::new();
    let mut distinct = true;
    for (index, knob) in model.knobs.iter().enumerate() {
        if !seen.insert(knob.to_string()) {
            distinct = false;
            diag.error(knob, format_args!("the knob `{knob}` is declared twice"));
        } else if !model.fields.iter().any(|field| field.knob == Some(index)) {
            diag.error(
                knob,
                format_args!("no field is behind the knob `{knob}`; add `knob = {knob}` to one or remove the knob"),
            );
        }
    }
    if model.knobs.len() > MAX_KNOBS {
        diag.error(
            &model.knobs[MAX_KNOBS],
            format_args!("each knob doubles the number of layouts; use at most {MAX_KNOBS}"),
        );
    }
    distinct && model.knobs.len() <= MAX_KNOBS
}

/// Programs find types by name.
fn layout_names(model: &Model, diag: &mut Diag) {
    let mut seen: HashSet<String> = model.other_names().into();
    for mask in 0..model.layouts() {
        let name = model.layout_name(mask);
        if !seen.insert(name.clone()) {
            let message = format!("two BTF types would be called `{name}`; rename a knob");
            match model.knobs.last() {
                Some(knob) => diag.error(knob, message),
                None => diag.error(&model.name, message),
            }
        }
    }
}

/// A record fits into what programs claim, and each field has a present bit.
fn sizes(model: &Model, diag: &mut Diag) {
    if let Some(field) = model.fields.get(MAX_FIELDS) {
        diag.error(
            &field.ident,
            format_args!("a layout has at most {MAX_FIELDS} fields, one for each present bit"),
        );
    }
    let size = model.record_size(model.layouts() - 1);
    if size > MAX_SIZE {
        let message = format!(
            "with all knobs on, a record would take {size} bytes of at most {MAX_SIZE}, 8 of them for the trailer; remove or narrow fields"
        );
        diag.error(&model.ident, message);
    }
}
