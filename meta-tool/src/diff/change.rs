// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What differs between two types.

use std::collections::HashMap;

use serde::Serialize;

use super::shape::{Element, Shape};

/// Members of a trailer.
const TRAILER: usize = 3;

/// What happened to a type.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Change {
    /// `struct`, `enum` and so on.
    pub(super) kind: &'static str,
    /// Name, or both.
    pub(super) name: String,
    /// The name that it had; nothing if it is new.
    pub(super) old: Option<String>,
    /// The name that it has; nothing if it is gone.
    pub(super) new: Option<String>,
    /// Changes of the type as a whole: id, size.
    pub(super) notes: Vec<String>,
    /// Changes of its members.
    pub(super) parts: Vec<Part>,
}

/// What happened to a member.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "change", rename_all = "lowercase")]
pub(super) enum Part {
    /// It came.
    Added { name: String, is: String },
    /// It went.
    Removed { name: String, was: String },
    /// It moved, or is something else.
    Changed {
        name: String,
        was: String,
        is: String,
    },
}

/// What differs; nothing if nothing does.
pub(super) fn between(old: Option<&Shape>, new: Option<&Shape>) -> Option<Change> {
    let any = old.or(new)?;
    let name = match (old, new) {
        (Some(old), Some(new)) if old.name != new.name => format!("{} -> {}", old.name, new.name),
        _ => any.name.clone(),
    };
    let mut change = Change {
        kind: any.kind,
        name,
        old: old.map(|shape| shape.name.clone()),
        new: new.map(|shape| shape.name.clone()),
        notes: Vec::new(),
        parts: Vec::new(),
    };
    let (Some(old), Some(new)) = (old, new) else {
        change.notes = whole(any);
        return Some(change);
    };
    for (old, new) in [
        (old.layout_id.map(id), new.layout_id.map(id)),
        (old.size.map(bytes), new.size.map(bytes)),
        (meaning(old), meaning(new)),
    ] {
        if old != new {
            let text = |of: Option<String>| of.unwrap_or_else(|| "nothing".to_owned());
            change.notes.push(format!("{} -> {}", text(old), text(new)));
        }
    }
    change.parts = parts(elements(old, new), elements(new, old));
    let renamed = old.name != new.name;
    (renamed || !change.notes.is_empty() || !change.parts.is_empty()).then_some(change)
}

/// The members; between layouts without those of the trailer, which is at the end of each.
fn elements<'s>(shape: &'s Shape, other: &Shape) -> &'s [Element] {
    let all = &shape.elements;
    let own = all.len().saturating_sub(TRAILER);
    match (shape.layout_id, other.layout_id) {
        (Some(_), Some(_)) => all.get(..own).unwrap_or(all),
        _ => all,
    }
}

/// What there is to say of a type that came or went.
fn whole(shape: &Shape) -> Vec<String> {
    let id = shape.layout_id.map(id);
    let size = shape.size.map(bytes);
    id.into_iter().chain(size).chain(meaning(shape)).collect()
}

fn parts<'s>(old: &'s [Element], new: &'s [Element]) -> Vec<Part> {
    let mut parts = Vec::new();
    let index = |list: &'s [Element]| -> HashMap<&'s str, &'s Element> {
        list.iter().map(|of| (&*of.name, of)).collect()
    };
    let (was, is) = (index(old), index(new));
    for element in old {
        let name = element.name.clone();
        match is.get(&*name) {
            None => parts.push(Part::Removed {
                name,
                was: text(element),
            }),
            Some(other) if *other != element => parts.push(Part::Changed {
                name,
                was: less(element, other),
                is: less(other, element),
            }),
            Some(_) => {}
        }
    }
    for element in new {
        if !was.contains_key(&*element.name) {
            parts.push(Part::Added {
                name: element.name.clone(),
                is: text(element),
            });
        }
    }
    parts
}

fn text(element: &Element) -> String {
    match &*element.ty {
        "" => element.at.clone(),
        ty => format!("{} ({ty})", element.at),
    }
}

/// What differs from the other.
fn less(element: &Element, other: &Element) -> String {
    match (element.at == other.at, element.ty == other.ty) {
        (_, true) => element.at.clone(),
        (true, false) => format!("({})", element.ty),
        (false, false) => text(element),
    }
}

fn id(id: u32) -> String {
    format!("id {id:#010x}")
}

fn bytes(size: u32) -> String {
    format!("{size} bytes")
}

fn meaning(shape: &Shape) -> Option<String> {
    Some(shape.meaning.clone()).filter(|meaning| !meaning.is_empty())
}
