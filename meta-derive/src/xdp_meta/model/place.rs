// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Where fields are, as far as their sizes are known here: what `meta_core::layout::pack` does, repeated.
//!
//! It serves messages and the table in the documentation. The generated code never uses it, and asserts that the sizes agree.

use core::cmp::Reverse;

use super::Field;
use crate::kind::TRAILER;

/// The strictest alignment of a field, and that of the trailer.
const STRICTEST: usize = 8;

/// The fields of a record in their order.
pub(crate) struct Placed<'a> {
    pub(crate) places: Vec<Place<'a>>,
    /// First bit behind them; `None` if that depends on a type that is not known.
    end: Option<usize>,
    /// First bit behind those that are no bit-fields.
    start: Option<usize>,
}

/// A field, and its first bit from the start of the record; `None` if that depends on a type that is not known.
pub(crate) struct Place<'a> {
    pub(crate) field: &'a Field,
    pub(crate) bit: Option<usize>,
}

impl<'a> Placed<'a> {
    pub(super) fn new(fields: impl Iterator<Item = &'a Field>) -> Self {
        let (bits, mut bytes): (Vec<_>, Vec<_>) = fields.partition(|field| field.bits.is_some());
        // A type that is not known may have any alignment. Sure are only the places in front of it, where fields of the
        // strictest alignment are; its own too, if it is the last.
        bytes.sort_by_key(|field| Reverse(field.shape.align().unwrap_or(STRICTEST)));
        let sure = (bytes.iter().position(|field| field.shape.align().is_none()))
            .filter(|index| index + 1 < bytes.len())
            .unwrap_or(bytes.len());
        let mut places = Vec::new();
        let mut end = Some(0);
        for (index, field) in bytes.into_iter().enumerate() {
            let bit = end.filter(|_| index < sure);
            places.push(Place { field, bit });
            end = bit.and_then(|bit| Some(bit + field.shape.size()? * 8));
        }
        let start = end;
        for field in bits {
            let bit = end.and_then(|end| first_bit(field, end));
            places.push(Place { field, bit });
            end = bit.and_then(|bit| Some(bit + field.bits.as_ref()?.1));
        }
        Self { places, start, end }
    }

    /// Bytes of the record, with the trailer.
    pub(crate) fn record_size(&self) -> Option<usize> {
        let end = self.end?.div_ceil(8);
        Some(end.next_multiple_of(STRICTEST) + TRAILER)
    }

    /// Bits from the first bit-field to the end of the last.
    pub(crate) fn bits(&self) -> Option<usize> {
        Some(self.end? - self.start?)
    }
}

/// C's rule: a bit-field never crosses a unit of its declared type.
fn first_bit(field: &Field, end: usize) -> Option<usize> {
    let (unit, width) = (field.shape.size()? * 8, field.bits.as_ref()?.1);
    Some(match end % unit + width > unit {
        true => end.next_multiple_of(unit),
        false => end,
    })
}
