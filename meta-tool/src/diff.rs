// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! `diff`: what is not where it was.
//!
//! Whoever has offsets in a program wants to know which of them still hold. So types are matched by kind and name, members by
//! name, and a member that has only moved is not one that went and one that came.

use std::cmp::Ordering;
use std::io::Write;
use std::path::Path;

use anyhow::{bail, Context, Result};
use meta_core::btf::Reader;

use crate::source;
use crate::style::{ADDED, CHANGED, HEAD, REMOVED};

mod change;
mod shape;

use change::{between, Change, Part};
use shape::Shape;

/// Prints the differences; whether there was none.
pub(crate) fn run(old: &str, new: &str, base: Option<&Path>, json: bool) -> Result<bool> {
    let (old, new) = sides(old, new, base)?;
    let mut changes = Vec::new();
    if let ([old], [new], true) = (&*old, &*new, are_layouts(&old, &new)) {
        // Two layouts are compared whatever their names are.
        changes.extend(between(Some(old), Some(new)));
    } else {
        changes = matched(&old, &new);
    }
    if json {
        let text = serde_json::to_string_pretty(&serde_json::json!({ "changes": changes }))?;
        writeln!(std::io::stdout().lock(), "{text}")?;
    } else {
        let mut out = anstream::stdout().lock();
        changes
            .iter()
            .try_for_each(|change| write(&mut out, change))?;
    }
    Ok(changes.is_empty())
}

/// Both are sorted. Several types of one name are matched in their order.
fn matched(old: &[Shape], new: &[Shape]) -> Vec<Change> {
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    let mut changes = Vec::new();
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return changes,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.key().cmp(&new.key()),
        };
        let was = if order.is_le() { old.next() } else { None };
        let is = if order.is_ge() { new.next() } else { None };
        changes.extend(between(was, is));
    }
}

fn are_layouts(old: &[Shape], new: &[Shape]) -> bool {
    old.iter().chain(new).all(|shape| shape.layout_id.is_some())
}

/// What both arguments stand for.
fn sides(old: &str, new: &str, base: Option<&Path>) -> Result<(Vec<Shape>, Vec<Shape>)> {
    let (old_source, old_layout) = parts(old);
    let (new_source, new_layout) = parts(new);
    if old_source.is_empty() {
        bail!("{old}: say of what this is a layout, SOURCE:LAYOUT");
    }
    let new_source = match new_source {
        "" => old_source,
        source => source,
    };
    let side = |name: &str, layout: Option<&str>| -> Result<Vec<Shape>> {
        let found = source::one(name, base, None)?;
        shapes(&found.btf, layout).with_context(|| found.name.to_owned())
    };
    Ok((side(old_source, old_layout)?, side(new_source, new_layout)?))
}

/// `SOURCE:LAYOUT`, unless all of it is a file: names in /sys have colons.
fn parts(argument: &str) -> (&str, Option<&str>) {
    match argument.rsplit_once(':') {
        Some((source, layout)) if !Path::new(argument).exists() => (source, Some(layout)),
        _ => (argument, None),
    }
}

fn shapes(btf: &Reader<'static>, layout: Option<&str>) -> Result<Vec<Shape>> {
    let all = shape::all(btf);
    let layouts: Vec<&Shape> = all
        .iter()
        .filter(|shape| shape.layout_id.is_some())
        .collect();
    match (layout, layouts.as_slice()) {
        (Some(name), layouts) => {
            let found = layouts.iter().find(|shape| shape.name == name);
            let found = found.with_context(|| {
                let names: Vec<_> = layouts.iter().map(|shape| &*shape.name).collect();
                format!("no layout {name}; there are: {}", names.join(", "))
            })?;
            Ok(vec![(*found).clone()])
        }
        // A queue's blob: what else is in it are the integers.
        (None, [one]) => Ok(vec![(*one).clone()]),
        (None, _) => Ok(all),
    }
}

fn write(out: &mut impl Write, change: &Change) -> std::io::Result<()> {
    let (mark, colour) = match (&change.old, &change.new) {
        (None, _) => ('+', ADDED),
        (_, None) => ('-', REMOVED),
        _ => ('~', CHANGED),
    };
    write!(
        out,
        "{colour}{mark}{colour:#} {HEAD}{} {}{HEAD:#}",
        change.kind, change.name
    )?;
    for note in &change.notes {
        write!(out, ", {note}")?;
    }
    writeln!(out)?;
    for part in &change.parts {
        match part {
            Part::Added { name, is } => writeln!(out, "  {ADDED}+ {name}{ADDED:#} {is}")?,
            Part::Removed { name, was } => {
                writeln!(out, "  {REMOVED}- {name}{REMOVED:#} {was}")?;
            }
            Part::Changed { name, was, is } => {
                writeln!(out, "  {CHANGED}~ {name}{CHANGED:#} {was} -> {is}")?;
            }
        }
    }
    Ok(())
}
