// SPDX-License-Identifier: GPL-2.0

//! `bpftool btf dump file`, as a list of types and as C.

use anyhow::Result;

use super::blobs::Blob;
use super::{missing_code, reading, Table};
use crate::boot::Workshop;
use crate::ui::Step;

/// Asks for both.
///
/// # Errors
///
/// When bpftool cannot be run.
pub fn test(workshop: &Workshop, step: &Step) -> Result<Vec<String>> {
    let table = Table::new(workshop, "bpftool")?;
    let dump = |format: &'static [&'static str]| {
        let table = &table;
        move |file: &std::path::Path, base: Option<&std::path::Path>| {
            let mut command = table.command("bpftool");
            if let Some(base) = base {
                command.arg("--base-btf").arg(base);
            }
            command.args(["btf", "dump", "file"]).arg(file);
            command.arg("format").args(format);
            command
        }
    };
    let mut wrong = table.run(step, dump(&["raw"]), raw)?;
    // In its own order, version 7.5 leaves out the first type if there is no integer.
    wrong.extend(table.run(step, dump(&["c", "unsorted"]), code)?);
    Ok(wrong)
}

/// What is not in a list of types, or not as often.
fn raw(blob: &Blob, text: &str) -> Vec<String> {
    let mut wrong: Vec<_> = blob
        .raw
        .iter()
        .filter(|line| !text.lines().any(|have| ends(have, line)))
        .map(|line| format!("no {line:?} in\n{text}"))
        .collect();
    let types = text.lines().filter(|line| line.starts_with('[')).count();
    if types != blob.types as usize {
        wrong.push(format!("{types} types, expected {}", blob.types));
    }
    wrong
}

/// Whether a line is this, or this with something in front: the id of the type, or what a variable is called behind.
fn ends(line: &str, expected: &str) -> bool {
    let line = line.trim();
    let line = line.split(" (VAR").next().unwrap_or(line);
    line == expected
        || line
            .split_once(' ')
            .is_some_and(|(_, rest)| rest == expected)
}

/// What is not in C code: what is expected, and every struct that has a name.
fn code(blob: &Blob, text: &str) -> Vec<String> {
    let mut wrong = missing_code(blob, text);
    reading(blob.base.as_deref(), &blob.bytes, |reader| {
        for item in reader.types() {
            let head = format!("struct {} {{", item.name());
            if item.kind() == meta_core::btf::Kind::Struct
                && !item.name().is_empty()
                && !text.contains(&head)
            {
                wrong.push(format!("no `{head}`"));
            }
        }
    });
    wrong
}
