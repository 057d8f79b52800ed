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
        "expected one of `value`, `field`, `capture`, `present`, `valid`, `hint`, `id`, `knob`",
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
fn types_have_bytes_that_always_mean_something() {
    for ty in [
        "u8",
        "i64",
        "Le16",
        "[Be32; 2]",
        "[u8; N]",
        "RssType",
        "other::Type",
    ] {
        let code = with_fields(&format!("#[meta(id = 0x8000, value = f)] z: {ty}"));
        assert_eq!(errors(&code), [], "{ty}");
    }
    for (ty, message) in [
        ("usize", "use `u32` or `u64`"),
        ("bool", "use `u8`"),
        ("&'static u8", "an address"),
        ("[u8; 0]", "no bytes"),
    ] {
        let code = with_fields(&format!("#[meta(id = 0x8000, value = f)] z: {ty}"));
        rejects(&code, ty, message);
    }
}

#[test]
fn a_bit_field_is_narrower_than_its_type() {
    let of = |bits: &str, ty: &str| {
        with_fields(&format!(
            "#[meta(id = 0x8000, bits = {bits}, value = f)] z: {ty}"
        ))
    };
    assert_eq!(errors(&of("7", "u8")), []);
    rejects(&of("8", "u8"), "8", "all of a `u8`");
    rejects(&of("0", "u8"), "0", "1 to 7 bits, not 0");
    rejects(&of("65", "u64"), "65", "1 to 63 bits, not 65");
    for ty in ["i8", "Be16", "[u8; 2]", "RssType"] {
        rejects(&of("3", ty), ty, "not `");
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
        "add `value = |source| ...`, `field = getter` or `capture`",
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
fn a_hint_has_its_byte_order() {
    rejects(
        &with_fields("#[meta(hint = rx_csum, value = f)] z: Be16"),
        "Be16",
        "in the machine's byte order: `u16`, not `Be16`",
    );
    let errors = errors(&with_fields(
        "#[meta(hint = rx_vlan_tci, value = f)] z: u16, #[meta(hint = rx_vlan_proto, value = f)] w: u16",
    ));
    assert!(errors[0]
        .1
        .contains("in network byte order: `Be16`, not `u16`"));
}

#[test]
fn a_value_comes_from_one_place() {
    rejects(
        &with_fields("#[meta(id = 0x8000, field = g, value = f)] z: u8"),
        "field",
        "comes from `value` already",
    );
    rejects(
        &with_fields("#[meta(id = 0x8000, field = g, present = f, valid = v)] z: u8"),
        "valid",
        "remove one of them",
    );
    rejects(
        &with_fields("#[meta(id = 0x8000, capture)] z: u8"),
        "capture",
        "add `captures = Name`",
    );
    rejects(
        &with_attr("name = \"nic\", source = S, captures = C"),
        "C",
        "add `capture` to one or remove `captures`",
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
