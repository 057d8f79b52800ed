// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A table of the layouts for the documentation of the type.

use std::fmt::Write as _;

use crate::xdp_meta::model::Model;

/// Markdown: a row for each layout.
pub(super) fn table(model: &Model) -> String {
    let mut text = String::from("Layouts and where their fields are, in bytes from the start of the record.\n\n| layout | bytes | fields | trailer |\n|---|---|---|---|\n");
    for mask in 0..model.layouts() {
        let mut fields = Vec::new();
        let mut offset = 0;
        for (_, field) in model.packed(mask) {
            fields.push(format!("`{}` at {offset}", field.ident));
            offset += field.kind.size;
        }
        let size = model.record_size(mask);
        let row = writeln!(
            text,
            "| `{}` | {size} | {} | at {} |",
            model.layout_name(mask),
            fields.join(", "),
            size - crate::kind::TRAILER,
        );
        // Writing to a string does not fail.
        debug_assert!(row.is_ok());
    }
    text
}
