// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Where C and Rust put the members of a struct, as far as can be known before anything is compiled.

use super::model::Composite;

/// A member's place, in bytes from the start of the struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Bytes before it that belong to no member.
    pub(crate) padding: usize,
}

/// The places of the members, up to the first of which the size is not known.
pub(crate) fn known(composite: &Composite) -> Vec<Place> {
    let mut places = Vec::new();
    let mut end = 0_usize;
    for member in &composite.members {
        let shape = member.shape.as_ref();
        let size = shape.and_then(|shape| shape.size());
        let align = shape.and_then(|shape| shape.align());
        let (Some(size), Some(align)) = (size, align) else {
            break;
        };
        let align = if composite.packed { 1 } else { align };
        let Some(start) = end.checked_next_multiple_of(align) else {
            break;
        };
        let padding = start - end;
        end = start.saturating_add(size);
        places.push(Place {
            start,
            end,
            padding,
        });
    }
    places
}

/// Bytes behind the last member that belong to none, if all the places are known.
pub(crate) fn trailing(composite: &Composite, places: &[Place]) -> Option<usize> {
    if places.len() != composite.members.len() {
        return None;
    }
    let natural = composite
        .members
        .iter()
        .map(|member| match composite.packed {
            true => Some(1),
            false => member.shape.as_ref()?.align(),
        });
    let align = natural
        .chain([Some(composite.align.max(1))])
        .try_fold(1, |max, align| Some(align?.max(max)))?;
    let end = places.last()?.end;
    Some(end.checked_next_multiple_of(align)? - end)
}

/// Names for fields to be added, none of which a member has.
pub(crate) fn free_names(composite: &Composite) -> impl Iterator<Item = String> + '_ {
    let names = (1..).map(|number| match number {
        1 => "_pad".to_owned(),
        _ => format!("_pad{number}"),
    });
    names.filter(|name| {
        let mut members = composite.members.iter();
        !members.any(|member| member.ident == name)
    })
}
