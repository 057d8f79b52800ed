// SPDX-License-Identifier: GPL-2.0

//! `pahole -F btf`: structs with the offset and size of each member.
//!
//! pahole prints no other kinds, so of those it is only asked to load them.

use std::path::Path;

use anyhow::Result;
use meta_core::btf::{Item, Kind};

use super::blobs::Blob;
use super::{reading, Table};
use crate::boot::Workshop;
use crate::ui::Step;

/// Asks for all structs.
///
/// # Errors
///
/// When pahole cannot be run.
pub fn test(workshop: &Workshop, step: &Step) -> Result<Vec<String>> {
    let table = Table::new(workshop, "pahole")?;
    let ask = |file: &Path, base: Option<&Path>| {
        let mut command = table.command("pahole");
        command.args(["-F", "btf"]);
        if let Some(base) = base {
            command.arg("--btf_base").arg(base);
        }
        command.arg(file);
        command
    };
    let structs = |blob: &Blob, text: &str| {
        let mut wrong = Vec::new();
        reading(blob.base.as_deref(), &blob.bytes, |reader| {
            for item in reader.types() {
                if item.kind() == Kind::Struct && !item.name().is_empty() {
                    wrong.extend(compare(&item, text));
                }
            }
        });
        wrong
    };
    table.run(step, ask, structs)
}

/// What pahole says otherwise of a struct.
fn compare(item: &Item<'_>, text: &str) -> Option<String> {
    let name = item.name();
    let head = format!("struct {name} {{");
    let Some((_, rest)) = text.split_once(&head) else {
        return Some(format!("no `{head}`"));
    };
    let body = rest.split("\n}").next().unwrap_or(rest);
    let size = format!("/* size: {}, ", item.size().unwrap_or_default());
    if !body.contains(&size) {
        return Some(format!("{name}: no `{size}` in {body}"));
    }
    for member in item.members().filter(|member| !member.name().is_empty()) {
        let bits = u32::from(member.bits);
        let found = body
            .lines()
            .any(|line| is_member(line, &member.name().to_string(), member.offset, bits));
        if !found {
            let offset = member.offset;
            return Some(format!(
                "{name}: no {} at bit {offset} in {body}",
                member.name()
            ));
        }
    }
    None
}

/// Whether a line is `type name:width; /* byte:bit size */` or the like of a member at this bit.
fn is_member(line: &str, name: &str, offset: u32, bits: u32) -> bool {
    let Some((code, place)) = line.split_once("/*") else {
        return false;
    };
    let named = code
        .split([' ', '\t', '*', ';', ':', '['])
        .any(|word| word == name);
    let mut numbers = place
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| !number.is_empty())
        .filter_map(|number| number.parse::<u32>().ok());
    let byte = numbers.next();
    if bits == 0 {
        return named && byte == Some(offset / 8);
    }
    // The byte is that of the declared type's unit.
    let bit = numbers.next();
    named
        && code.contains(&format!(":{bits};"))
        && byte
            .zip(bit)
            .is_some_and(|(byte, bit)| byte * 8 + bit == offset)
}
