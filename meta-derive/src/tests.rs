// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What the derive says about declarations that are wrong, and at which token.
//!
//! These run in the derive's own process and need no compiler, so every rule has its case and all of them take no time.

use syn::DeriveInput;

mod attributes;
mod cases;
mod expansion;
mod golden;
mod relations;

/// The text of the token and the message, of each error.
fn errors(code: &str) -> Vec<(String, String)> {
    let input: DeriveInput = syn::parse_str(code).unwrap();
    let (_, errors) = crate::xdp_meta::analyse(&input);
    errors
        .into_iter()
        .flatten()
        .map(|error| {
            let token = error.span().source_text().unwrap_or_default();
            (token, error.to_string())
        })
        .collect()
}

/// Expects one error, at this token and with this in its message.
#[track_caller]
fn rejects(code: &str, token: &str, message: &str) {
    let errors = errors(code);
    let [(at, text)] = errors.as_slice() else {
        panic!("not one error: {errors:#?}");
    };
    assert_eq!(at, token);
    assert!(text.contains(message), "{text}");
}

/// Expects two errors, with this token and message at the one to change, and at the other this token.
#[track_caller]
fn conflicts(code: &str, token: &str, message: &str, other: &str) {
    let errors = errors(code);
    let [(at, text), (second, _)] = errors.as_slice() else {
        panic!("not two errors: {errors:#?}");
    };
    assert_eq!((at.as_str(), second.as_str()), (token, other));
    assert!(text.contains(message), "{text}");
}

/// A struct with these fields and the knobs `a` and `b`, which `x` and `y` are behind.
fn with_fields(fields: &str) -> String {
    format!(
        "#[xdp_meta(name = \"nic\", source = S, knobs(a, b))]
        struct M {{
            #[meta(id = 0x9000, knob = a, value = f)] x: u8,
            #[meta(id = 0x9001, knob = b, value = f)] y: u8,
            {fields}
        }}"
    )
}

/// A struct with this attribute and no fields.
fn with_attr(attr: &str) -> String {
    format!("#[xdp_meta({attr})] struct M {{}}")
}
