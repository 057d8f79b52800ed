// SPDX-License-Identifier: GPL-2.0

//! Records that are switched off: the writer that says so in every packet.
//!
//! Writing nothing would leave the trailer of an earlier packet in a recycled buffer, and a program that knows the old
//! generation would take it for a record of this one. So the trailer is cleared: layout id 0 is no record.

use meta_core::{layout::Layout, meta::Writer, trailer::Trailer};

/// What is published while records are off.
pub(crate) static LAYOUT: Layout = Layout {
    name: "off",
    id: 0,
    size: 0,
    knobs: 0,
    fields: &[],
};

/// There is nothing to describe.
pub(crate) const BTF: &[u8] = &[];

/// Writes an empty trailer.
pub(crate) struct Off;

impl<S> Writer<S> for Off {
    type Record = [u8; Trailer::SIZE];
    const LAYOUT: &'static Layout = &LAYOUT;

    #[inline]
    fn record(_source: &S, _generation: u16) -> Self::Record {
        [0; Trailer::SIZE]
    }
}
