// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Rules between words and ranges, one function each.

use std::collections::HashMap;

use syn::Ident;

use super::model::{Layout, Model};
use super::range::Range;
use super::word::Word;
use crate::diag::Diag;

/// Checks all rules that can be checked without saying something untrue about what is not in the model.
pub(crate) fn check(model: &Model, diag: &mut Diag) {
    for word in &model.words {
        overlaps(word, diag);
    }
    names(model, diag);
    if model.words.iter().all(|word| word.complete) && model.is_known() {
        padding(model, diag);
    }
}

/// A bit has one meaning, unless all its meanings say that they overlap.
fn overlaps(word: &Word, diag: &mut Diag) {
    for (index, range) in word.ranges.iter().enumerate() {
        let found = (word.ranges.iter().take(index))
            .filter(|other| !(range.overlap && other.overlap))
            .find_map(|other| range.shared(other).map(|bits| (other, bits)));
        if let Some((other, bits)) = found {
            overlap(word, range, other, bits, diag);
        }
    }
}

fn overlap(word: &Word, range: &Range, other: &Range, (msb, lsb): (u32, u32), diag: &mut Diag) {
    let (ident, first) = (&range.ident, &other.ident);
    let shared = match msb == lsb {
        true => format!("bit {lsb}"),
        false => format!("bits {msb}..={lsb}"),
    };
    let message = format!(
        "`{ident}` ({}) overlaps `{first}` ({}) in {shared} of `{}`; correct one of them, or add `overlap` to both if the bits have two meanings",
        range.bits(),
        other.bits(),
        word.ident,
    );
    let note = format!("`{first}` ({}) is declared here", other.bits());
    diag.pair(ident, message, first, note);
}

/// Each getter has a name of its own, which is not that of anything else that is generated.
fn names(model: &Model, diag: &mut Diag) {
    let mut seen: HashMap<String, &Ident> = HashMap::new();
    for ident in model.words.iter().flat_map(getters) {
        let name = ident.to_string();
        if name == "zeroed" || name.starts_with("with_") || name.starts_with("try_with_") {
            diag.error(
                ident,
                format_args!("`{name}` is or may be the name of a generated builder; rename it"),
            );
        }
        match seen.get(&name) {
            Some(first) => diag.pair(
                ident,
                format_args!("the name `{name}` is given twice, and both would have the same getter; rename one of them"),
                first,
                format_args!("`{name}` is declared here"),
            ),
            None => {
                seen.insert(name, ident);
            }
        }
    }
}

/// Names of a word's getters.
fn getters(word: &Word) -> Vec<&Ident> {
    let whole = word.is_whole().then_some(&word.ident);
    let ranges = (word.ranges.iter()).filter(|range| range.taken.is_some());
    whole
        .into_iter()
        .chain(ranges.map(|range| &range.ident))
        .collect()
}

/// What is in memory is what is declared; and a descriptor is moved in words of 8 bytes.
fn padding(model: &Model, diag: &mut Diag) {
    let Layout { placed, ends } = model.layout();
    for (word, offset, end) in placed {
        if offset != end {
            let (name, gap) = (&word.ident, offset - end);
            let message = format!(
                "{} of hidden padding before `{name}`, which begins at {offset}; put a member `#[desc(reserved)] pad: [u8; {gap}]` there",
                bytes(gap),
            );
            diag.error(name, message);
        }
    }
    let (Some((end, size)), Some(last)) = (ends, model.words.last()) else {
        return;
    };
    if size != end {
        let (name, gap) = (&last.ident, size - end);
        let message = format!(
            "{} of hidden padding behind `{name}`, which ends at {end} of {size}; put a member `#[desc(reserved)] pad: [u8; {gap}]` there",
            bytes(gap),
        );
        diag.error(name, message);
    }
    if size % 8 != 0 && !model.part {
        let message = format!(
            "the descriptor has {}, which is no multiple of 8; add what is missing, or `#[descriptor(part)]` if it is part of a descriptor",
            bytes(size),
        );
        diag.error(&model.ident, message);
    }
}

fn bytes(count: usize) -> String {
    match count {
        1 => "1 byte".to_owned(),
        _ => format!("{count} bytes"),
    }
}
