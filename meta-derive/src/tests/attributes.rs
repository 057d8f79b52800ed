// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Rules about one attribute or one field.

use super::{errors, rejects, with_attr, with_fields};

#[test]
fn a_right_declaration_has_no_errors() {
    assert_eq!(errors(&with_fields("")), []);
    assert_eq!(errors(&with_attr("name = \"nic\", source = S")), []);
}

#[test]
fn only_structs_with_named_fields() {
    for rest in ["enum M {}", "struct M(u8);", "struct M;"] {
        let code = format!("#[xdp_meta(name = \"nic\", source = S)] {rest}");
        rejects(&code, "M", "struct with named fields");
    }
}

#[test]
fn no_parameters() {
    rejects(
        "#[xdp_meta(name = \"nic\", source = S)] struct M<'a> {}",
        "<'a>",
        "can not be generic",
    );
}

#[test]
fn a_name_and_a_source() {
    rejects(
        &with_attr("source = S"),
        "M",
        "add `#[xdp_meta(name = \"...\")]`",
    );
    rejects(
        &with_attr("name = \"nic\""),
        "M",
        "add `#[xdp_meta(source = Type)]`",
    );
}

#[test]
fn unknown_keys_are_told_the_nearest() {
    rejects(
        &with_attr("name = \"nic\", sorce = X, source = S"),
        "sorce",
        "did you mean `source`?",
    );
    rejects(
        &with_fields("#[meta(id = 0x8000, value = f, ofset = 3)] z: u8"),
        "ofset",
        "expected one of `knob`, `hint`, `id`, `unit`, `value`, `present`",
    );
}

#[test]
fn keys_are_given_once() {
    rejects(
        &with_attr("name = \"nic\", source = S, name = \"card\""),
        "name",
        "given twice",
    );
}

#[test]
fn a_bad_entry_does_not_hide_the_next() {
    let code =
        with_fields("#[meta(id = , hint = 3, unit = ns, value = |s| s.a(), nob = a)] z: u128");
    let tokens: Vec<_> = errors(&code).into_iter().map(|error| error.0).collect();
    assert_eq!(tokens, [",", "3", "ns", "nob", "u128", "z"]);
}

#[test]
fn attributes_have_a_list() {
    rejects(
        &with_fields("#[meta] #[meta(id = 0x8000, value = f)] z: u8"),
        "#[meta]",
        "expected `#[meta(...)]`",
    );
}

#[test]
fn types_are_integers_of_known_width() {
    for ty in ["usize", "i32", "bool", "[u8; 4]", "&'static u8", "Le16"] {
        let code = with_fields(&format!("#[meta(id = 0x8000, value = f)] z: {ty}"));
        rejects(&code, ty, "use `u8`, `u16`");
    }
}

#[test]
fn a_field_has_one_identity() {
    rejects(
        &with_fields("#[meta(value = f)] z: u8"),
        "z",
        "add `hint = ...` if it is a standard hint, or `id = 0x8000` or above",
    );
    rejects(
        &with_fields("#[meta(hint = rx_csum, id = 0x8000, value = f)] z: u16"),
        "0x8000",
        "remove `id`",
    );
    rejects(
        &with_fields("#[meta(id = 2, value = f)] z: u8"),
        "2",
        "from 0x8000 to 0xffff",
    );
    rejects(
        &with_fields("#[meta(id = 0x10000, value = f)] z: u8"),
        "0x10000",
        "from 0x8000 to 0xffff",
    );
    rejects(
        &with_fields("#[meta(hint = rx_hsah, value = f)] z: u32"),
        "rx_hsah",
        "did you mean `rx_hash`?",
    );
}

#[test]
fn a_field_comes_from_somewhere() {
    rejects(
        &with_fields("#[meta(id = 0x8000)] z: u8"),
        "z",
        "add `#[meta(value = |source| ...)]`",
    );
    rejects(
        &with_fields("#[meta(id = 0x8000, value = || 3)] z: u8"),
        "|| 3",
        "one parameter",
    );
}

#[test]
fn a_hint_has_its_type() {
    rejects(
        &with_fields("#[meta(hint = rx_hash, value = f)] z: u64"),
        "u64",
        "the hint `rx_hash` is a `u32`; change the field's type",
    );
}

#[test]
fn knobs_are_declared() {
    rejects(
        &with_fields("#[meta(id = 0x8000, knob = c, value = f)] z: u8"),
        "c",
        "did you mean `a`?",
    );
}
