// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Going through the type section, record by record.
//!
//! Each step takes at least a record's head from what is left, so it ends; it takes nothing that is not there, so it stays
//! within the section.

use core::iter::FusedIterator;

use super::error::Error;
use super::item::Item;
use super::order::Order;
use super::strings::Strings;
use crate::btf::format::{KIND_MASK, KIND_SHIFT, LAYOUT, LENGTHS, TYPE, VLEN_MASK};

/// Types in the order of their ids. See [`Reader::types`](super::Reader::types).
#[derive(Clone, Debug)]
pub struct Types<'a> {
    pub(super) rest: &'a [u8],
    pub(super) id: u32,
    /// Types that are left.
    pub(super) left: u32,
    pub(super) strings: Strings<'a>,
    pub(super) layouts: &'a [u8],
    pub(super) order: Order,
}

impl<'a> Iterator for Types<'a> {
    type Item = Item<'a>;

    #[inline]
    fn next(&mut self) -> Option<Item<'a>> {
        let (head, rest) = self.rest.split_first_chunk()?;
        let [name, info, word] = self.order.three(head);
        let (payload, rest) = rest.split_at_checked(payload(info, self.layouts))?;
        let item = Item {
            strings: self.strings,
            payload,
            id: self.id,
            name,
            info,
            word,
            order: self.order,
        };
        self.rest = rest;
        self.id = self.id.wrapping_add(1);
        self.left = self.left.wrapping_sub(1);
        Some(item)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl ExactSizeIterator for Types<'_> {}

impl FusedIterator for Types<'_> {}

/// Checks that a section is records, whole and of known length, and counts them.
pub(super) fn count(
    section: &[u8],
    at: u64,
    first_id: u32,
    layouts: &[u8],
    order: Order,
) -> Result<u32, Error> {
    let mut rest = section;
    let mut count = 0;
    while !rest.is_empty() {
        match step(rest, layouts, order) {
            Ok(tail) => rest = tail,
            Err(unknown) => {
                let at = at + (section.len() - rest.len()) as u64;
                let id = first_id.saturating_add(count);
                return Err(match unknown {
                    Some(kind) => Error::Kind { at, id, kind },
                    None => Error::Record { at, id },
                });
            }
        }
        count += 1;
    }
    // Ids below the sum are used, and one more must exist to say "behind them".
    first_id.checked_add(count).ok_or(Error::TooMany)?;
    Ok(count)
}

/// What follows the first record; an error has its kind, if that is what is wrong.
#[inline]
fn step<'a>(rest: &'a [u8], layouts: &[u8], order: Order) -> Result<&'a [u8], Option<u8>> {
    let (head, tail) = rest.split_first_chunk::<TYPE>().ok_or(None)?;
    let [_, info, _] = order.three(head);
    let length = payload(info, layouts);
    tail.get(length..)
        .ok_or_else(|| Some(number(info)).filter(|_| length == UNKNOWN))
}

/// `BTF_KIND_*` of a record.
#[inline]
pub(super) const fn number(info: u32) -> u8 {
    (info >> KIND_SHIFT & KIND_MASK) as u8
}

/// Longer than any section.
const UNKNOWN: usize = usize::MAX;

/// Bytes behind a record's head; [`UNKNOWN`] if nothing says how many.
#[inline]
fn payload(info: u32, layouts: &[u8]) -> usize {
    let count = (info & VLEN_MASK) as usize;
    // Kind 0 is none.
    let slot = usize::from(number(info)).wrapping_sub(1);
    match LENGTHS.get(slot) {
        Some((fixed, each)) => usize::from(*fixed) + count * usize::from(*each),
        None => by_layout(info, layouts).unwrap_or(UNKNOWN),
    }
}

/// The same for kinds that only the layout section knows.
#[cold]
#[inline(never)]
fn by_layout(info: u32, layouts: &[u8]) -> Option<usize> {
    let kind = number(info);
    if kind == 0 {
        return None;
    }
    let entry = layouts.get(usize::from(kind) * LAYOUT..)?;
    let [fixed, each, ..] = entry.first_chunk::<LAYOUT>()?;
    if fixed % 4 != 0 || each % 4 != 0 {
        return None;
    }
    let count = (info & VLEN_MASK) as usize;
    usize::from(*each)
        .checked_mul(count)?
        .checked_add(usize::from(*fixed))
}
