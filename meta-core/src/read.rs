// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Finding a record, and fields in it, in the bytes in front of a packet.
//!
//! Nothing here trusts the bytes: a record is taken only if its trailer names a known layout and all of it is there.

use crate::layout::{self, Layout};
use crate::trailer::Trailer;
use crate::value::{ByteArray, Value};

/// A record and the layout that its trailer names.
///
/// # Invariants
///
/// `bytes` is as long as `layout.size` says.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    bytes: &'a [u8],
    layout: &'static Layout,
    trailer: Trailer,
}

impl<'a> Record<'a> {
    /// Finds the record that ends where `bytes` ends, if it is of one of the layouts.
    ///
    /// # Examples
    ///
    /// ```
    /// use meta_core::layout::Layout;
    /// use meta_core::read::Record;
    /// use meta_core::trailer::Trailer;
    ///
    /// static LAYOUTS: [Layout; 1] = [Layout::new("nic_rx_none", 0, &[])];
    ///
    /// let trailer = Trailer { layout_id: LAYOUTS[0].id, generation: 1, present: 0 };
    /// assert!(Record::find(&trailer.to_ne_bytes(), &LAYOUTS).is_some());
    /// assert!(Record::find(&[0; 64], &LAYOUTS).is_none());
    /// ```
    pub fn find(bytes: &'a [u8], layouts: &'static [Layout]) -> Option<Self> {
        let trailer = Trailer::of(bytes)?;
        if trailer.layout_id == 0 {
            return None;
        }
        let layout = layout::find(layouts, trailer.layout_id)?;
        let start = bytes.len().checked_sub(usize::from(layout.size))?;
        // INVARIANT: `start` is `layout.size` before the end.
        Some(Self {
            bytes: bytes.get(start..)?,
            layout,
            trailer,
        })
    }

    /// The trailer.
    pub fn trailer(&self) -> Trailer {
        self.trailer
    }

    /// The layout.
    pub fn layout(&self) -> &'static Layout {
        self.layout
    }

    /// The value of the field with an id; `None` if the layout or the packet does not have it or it is of another type.
    pub fn get<V: Value>(&self, id: u16) -> Option<V> {
        let field = self.layout.field(id)?;
        if field.bits != 0 || !field.ty.same(&V::TYPE) || !self.trailer.has(field.present) {
            return None;
        }
        let tail = self.bytes.get(usize::from(field.offset)..)?;
        V::Bytes::first_of(tail).map(V::from_bytes)
    }

    /// The value of the bit-field with an id; `None` if the layout or the packet does not have it or it is no bit-field.
    pub fn get_bits(&self, id: u16) -> Option<u64> {
        let field = self.layout.field(id)?;
        if field.bits == 0 || !self.trailer.has(field.present) {
            return None;
        }
        let all = self.bytes.get(self.layout.bits_offset()..)?;
        let len = self.layout.bits_len();
        let mut word = [0; 8];
        word.get_mut(..len)?.copy_from_slice(all.get(..len)?);
        let word = if cfg!(target_endian = "little") {
            u64::from_le_bytes(word)
        } else {
            u64::from_be_bytes(word).checked_shr(64 - 8 * len as u32)?
        };
        Some(word.checked_shr(self.layout.shift(id))? & crate::bits::mask(field.bits.into()))
    }

    /// The same as [`get`](Self::get), with zero for `None`.
    pub fn get_or_zero<V: Value>(&self, id: u16) -> V {
        self.get(id).unwrap_or(V::ZERO)
    }
}
