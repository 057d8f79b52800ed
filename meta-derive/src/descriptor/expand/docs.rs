// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What generated items say about themselves.

use std::fmt::Write as _;

use proc_macro2::TokenStream;
use quote::quote;

use super::text;
use crate::descriptor::model::Model;
use crate::descriptor::range::Range;
use crate::descriptor::word::Word;

/// Markdown: a row for each range and each whole word.
pub(super) fn table(model: &Model) -> String {
    let mut table = String::from(
        "What its words and their bits are.\n\n| word | bits | name |\n|---|---|---|\n",
    );
    for word in &model.words {
        let name = text(&word.ident);
        let mut row = |bits: &str, meaning: &str| {
            let written = writeln!(table, "| `{name}` | {bits} | {meaning} |");
            // Writing to a string does not fail.
            debug_assert!(written.is_ok());
        };
        if word.reserved {
            row("all", "reserved");
        } else if word.ranges.is_empty() {
            row("all", &format!("`{name}`"));
        }
        for range in &word.ranges {
            let meaning = match range.taken {
                Some(_) => format!("`{}`", text(&range.ident)),
                None => "reserved".to_owned(),
            };
            let bits = match range.width() {
                1 => range.lsb.to_string(),
                _ => format!("{}..={}", range.msb, range.lsb),
            };
            row(&bits, &meaning);
        }
    }
    table
}

/// Documentation of the getter of a range.
pub(super) fn range(word: &Word, range: &Range) -> String {
    let mut bits = range.bits();
    if let Some(first) = bits.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let place = format!("{bits} of `{}`.", text(&word.ident));
    match &range.doc {
        Some(doc) => format!("{}\n\n{place}", doc.trim()),
        None => place,
    }
}

/// Documentation of the getter of a word: that of the member.
pub(super) fn word(word: &Word) -> TokenStream {
    if word.docs.is_empty() {
        let line = format!("The word `{}`.", text(&word.ident));
        return quote!(#[doc = #line]);
    }
    let lines = &word.docs;
    quote!(#(#[doc = #lines])*)
}
