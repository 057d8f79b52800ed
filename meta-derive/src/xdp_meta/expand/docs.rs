// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A table of the layouts for the documentation of the type.
//!
//! Only the compiler knows how large a type is that is declared elsewhere. What comes behind such a field is then not given
//! a number, and the table says where to find it.

use std::fmt::Write as _;

use crate::kind::TRAILER;
use crate::xdp_meta::model::{Model, Place};

const HEAD: &str = "Layouts and where their fields are, in bytes from the start of the record.

| layout | bytes | fields | trailer |
|---|---|---|---|
";

const UNKNOWN: &str = "
*: depends on the size of a type that is declared elsewhere; [`LAYOUTS`](::meta_core::meta::XdpMeta::LAYOUTS) has it.
";

/// Markdown: a row for each layout.
pub(super) fn table(model: &Model) -> String {
    let mut text = String::from(HEAD);
    let mut is_known = true;
    for mask in 0..model.layouts() {
        let placed = model.placed(mask);
        let fields: Vec<String> = placed.places.iter().map(place).collect();
        let (size, trailer) = match placed.record_size() {
            Some(size) => (size.to_string(), format!("at {}", size - TRAILER)),
            None => ("*".to_owned(), "*".to_owned()),
        };
        is_known &= placed.record_size().is_some();
        let (name, fields) = (model.layout_name(mask), fields.join(", "));
        let row = writeln!(text, "| `{name}` | {size} | {fields} | {trailer} |");
        // Writing to a string does not fail.
        debug_assert!(row.is_ok());
    }
    if !is_known {
        text.push_str(UNKNOWN);
    }
    text
}

/// A field and its place: bytes, and of a bit-field its bits in the byte as C counts them on a little-endian machine.
fn place(place: &Place<'_>) -> String {
    let name = &place.field.ident;
    match (place.bit, &place.field.bits) {
        (None, _) => format!("`{name}` *"),
        (Some(bit), None) => format!("`{name}` at {}", bit / 8),
        (Some(bit), Some((_, 1))) => format!("`{name}` at {} bit {}", bit / 8, bit % 8),
        (Some(bit), Some((_, width))) => {
            let (byte, first) = (bit / 8, bit % 8);
            format!("`{name}` at {byte} bits {first}-{}", first + width - 1)
        }
    }
}
