// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Rules between fields.

use std::fmt::Write as _;

use super::{conflicts, errors, rejects, with_attr, with_fields};

#[test]
fn names_are_btf_names() {
    rejects(
        &with_attr("name = \"nic rx\", source = S"),
        "\"nic rx\"",
        "names go to BTF",
    );
    rejects(
        &with_attr("name = \"nic___v2\", source = S"),
        "\"nic___v2\"",
        "no `___`",
    );
    rejects(
        &with_fields("#[meta(id = 0x8000, value = f)] r#type: u8"),
        "r#type",
        "names go to BTF",
    );
}

#[test]
fn the_trailers_names_are_taken() {
    rejects(
        &with_fields("#[meta(id = 0x8000, value = f)] present: u8"),
        "present",
        "rename the field",
    );
}

#[test]
fn ids_are_distinct() {
    conflicts(
        &with_fields("#[meta(id = 0x9000, value = f)] z: u8"),
        "0x9000",
        "the id 0x9000 is already that of `x`; the next free one is 0x9002",
        "0x9000",
    );
    conflicts(
        &with_fields(
            "#[meta(hint = rx_csum, value = f)] z: u16, #[meta(hint = rx_csum, value = f)] w: u16",
        ),
        "rx_csum",
        "is already `z`",
        "rx_csum",
    );
}

#[test]
fn names_are_distinct() {
    conflicts(
        &with_fields("#[meta(id = 0x8000, value = f)] x: u8"),
        "x",
        "already a field `x`",
        "x",
    );
    conflicts(
        &with_fields("#[meta(id = 0x8000, value = f)] X: u8"),
        "X",
        "`X` and `x` are the same",
        "x",
    );
}

#[test]
fn halves_are_not_alone() {
    rejects(
        &with_fields("#[meta(hint = rx_vlan_tci, value = f)] z: u16"),
        "z",
        "add a field with `hint = rx_vlan_proto`",
    );
    rejects(
        &with_fields("#[meta(hint = rx_hash_type, value = f)] z: u16"),
        "z",
        "add a field with `hint = rx_hash`",
    );
    conflicts(
        &with_fields(
            "#[meta(hint = rx_hash, knob = a, value = f)] z: u32, #[meta(hint = rx_hash_type, value = f)] w: u16",
        ),
        "w",
        "behind the same knobs",
        "z",
    );
}

#[test]
fn a_knob_does_something() {
    rejects(
        &with_attr("name = \"nic\", source = S, knobs(idle)"),
        "idle",
        "no field is behind the knob `idle`",
    );
    conflicts(
        "#[xdp_meta(name = \"nic\", source = S, knobs(a, a))]
        struct M { #[meta(id = 0x8000, knob = a, value = f)] x: u8 }",
        "a",
        "declared twice",
        "a",
    );
}

#[test]
fn a_field_is_in_some_layout() {
    let of = |knobs: &str| with_fields(&format!("#[meta(id = 0x8000, {knobs}, value = f)] z: u8"));
    assert_eq!(errors(&of("knob = !a")), []);
    assert_eq!(errors(&of("knobs(a, !b)")), []);
    rejects(&of("knobs(a, !a)"), "a", "so `z` is in none");
    rejects(&of("knobs(!a, !a)"), "a", "named already");
    rejects(&of("knob = a, knobs(b)"), "knob", "into `knobs(...)`");
}

#[test]
fn types_have_distinct_names() {
    rejects(
        "#[xdp_meta(name = \"nic\", source = S, knobs(none))]
        struct M { #[meta(id = 0x8000, knob = none, value = f)] x: u8 }",
        "none",
        "two BTF types would be called `nic_none`",
    );
}

#[test]
fn there_are_few_knobs() {
    let mut fields = String::new();
    for (id, knob) in (0x8000..).zip(["a", "b", "c", "d", "e", "f", "g"]) {
        write!(
            fields,
            "#[meta(id = {id}, knob = {knob}, value = f)] {knob}: u8,"
        )
        .unwrap();
    }
    let code = format!(
        "#[xdp_meta(name = \"nic\", source = S, knobs(a, b, c, d, e, f, g))] struct M {{ {fields} }}"
    );
    rejects(&code, "g", "7 knobs make 128 layouts");
}

fn many(count: usize, ty: &str) -> String {
    let mut fields = String::new();
    for index in 0..count {
        let id = 0xa000 + index;
        write!(fields, "#[meta(id = {id}, value = f)] f{index}: {ty},").unwrap();
    }
    fields
}

#[test]
fn there_are_few_fields() {
    assert_eq!(errors(&with_fields(&many(14, "u8"))), []);
    rejects(
        &with_fields(&many(15, "u8")),
        "f14",
        "has 17 fields, but at most 16",
    );
}

#[test]
fn a_record_fits_into_a_claim() {
    assert_eq!(errors(&with_fields(&many(6, "u64"))), []);
    rejects(
        &with_fields(&many(7, "u64")),
        "M",
        "`nic_a` takes 72 bytes of at most 64, 8 of them for the trailer",
    );
}

#[test]
fn a_struct_has_fields_behind_knobs_that_exclude_each_other() {
    let half = |from: usize, knob: &str| {
        let mut fields = String::new();
        for index in from..from + 14 {
            let id = 0xa000 + index;
            write!(
                fields,
                "#[meta(id = {id}, knob = {knob}, value = f)] f{index}: u16,"
            )
            .unwrap();
        }
        fields
    };
    assert_eq!(errors(&with_fields(&(half(0, "a") + &half(20, "!a")))), []);
    let four = half(0, "a") + &half(20, "!a") + &half(40, "b") + &half(60, "!b") + &half(80, "b");
    let errors = errors(&with_fields(&four));
    assert!(errors
        .iter()
        .any(|error| error.1.contains("at most 64 fields")));
}

#[test]
fn bit_fields_fit_into_one_integer() {
    let mut fields = String::new();
    for index in 0..9 {
        let id = 0xa000 + index;
        write!(
            fields,
            "#[meta(id = {id}, bits = 7, value = f)] f{index}: u8,"
        )
        .unwrap();
    }
    rejects(
        &with_fields(&fields),
        "7",
        "the bit-fields of `nic_none` take 71 bits",
    );
}

#[test]
fn all_rules_are_told_at_once() {
    let code = with_fields(
        "#[meta(hint = rx_csum, value = f)] present: u8, #[meta(id = 0x9000, value = f)] a___b: u8",
    );
    // Two tokens are shown for the id.
    assert_eq!(errors(&code).len(), 5);
}
