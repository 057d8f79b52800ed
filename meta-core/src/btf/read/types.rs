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
        let length = payload(info, self.layouts)?;
        let (payload, rest) = rest.split_at_checked(length)?;
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
        let here = || {
            let at = at + (section.len() - rest.len()) as u64;
            (at, first_id.saturating_add(count))
        };
        let end = || {
            let (at, id) = here();
            Error::Record { at, id }
        };
        let (head, tail) = rest.split_first_chunk::<TYPE>().ok_or_else(end)?;
        let [_, _, _, _, a, b, c, d, ..] = head;
        let info = order.one(&[*a, *b, *c, *d]);
        let Some(length) = payload(info, layouts) else {
            let (at, id) = here();
            let kind = number(info);
            return Err(Error::Kind { at, id, kind });
        };
        rest = tail.get(length..).ok_or_else(end)?;
        count += 1;
    }
    // Ids below the sum are used, and one more must exist to say "behind them".
    first_id.checked_add(count).ok_or(Error::TooMany)?;
    Ok(count)
}

/// `BTF_KIND_*` of a record.
#[inline]
pub(super) const fn number(info: u32) -> u8 {
    (info >> KIND_SHIFT & KIND_MASK) as u8
}

/// Bytes behind a record's head.
#[inline]
pub(super) fn payload(info: u32, layouts: &[u8]) -> Option<usize> {
    let count = (info & VLEN_MASK) as usize;
    // Kind 0 is none.
    let slot = usize::from(number(info)).wrapping_sub(1);
    match LENGTHS.get(slot) {
        Some((fixed, each)) => Some(usize::from(*fixed) + count * usize::from(*each)),
        None => unknown(info, layouts),
    }
}

/// The same for kinds that only the layout section knows.
#[cold]
#[inline(never)]
fn unknown(info: u32, layouts: &[u8]) -> Option<usize> {
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
