// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A record in front of a packet, and the values in it.
//!
//! That a layout does not have a field and that a packet does not have it are different answers: the first lasts until the
//! next generation, the second for one packet.

use meta_core::trailer::Trailer;
use meta_core::value::{ByteArray, Value};
use thiserror::Error;

use crate::layout::{Field, Layout};

/// Why the bytes in front of a packet are not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Rejected {
    /// Records are off, or the program did not claim this one.
    #[error("there is no record")]
    NoRecord,
    /// The record is of a generation that its ring never had or had long ago, or of another layout than that had.
    #[error("a record of layout {layout_id:#010x} in generation {generation} is stale")]
    Stale {
        /// Layout that it names.
        layout_id: u32,
        /// Generation that it names.
        generation: u16,
    },
    /// The record is of a later generation than was heard of. Its announcement waits in the subscription: hear it, and try again.
    #[error("generation {0} was not heard of yet")]
    Ahead(u16),
    /// No such layout was ever heard of.
    #[error("layout {0:#010x} was never heard of")]
    UnknownLayout(u32),
    /// The record is larger than what is there.
    #[error("a record of {size} bytes is not in {given}")]
    Cut {
        /// Bytes of the record.
        size: u16,
        /// Bytes that there are.
        given: usize,
    },
}

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Absent {
    /// The layout does not have the field: no packet does, until the next generation.
    #[error("not in the layout")]
    NotInLayout,
    /// The layout has it, this packet does not: an ARP frame has no hash.
    #[error("not in the packet")]
    NotInPacket,
    /// The field does not have the size of the type that was asked for, or one of both is a bit-field.
    #[error("the field is of another type")]
    OtherType,
}

/// A record and the layout that it is read by.
///
/// # Invariants
///
/// `bytes` has as many bytes as the layout says, and the layout is the one that the trailer names.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    bytes: &'a [u8],
    layout: &'a Layout,
    trailer: Trailer,
}

impl<'a> Record<'a> {
    /// The record of this layout that ends where `before` ends; its trailer was read from there and names the layout.
    pub(crate) fn new(
        before: &'a [u8],
        layout: &'a Layout,
        trailer: Trailer,
    ) -> Result<Self, Rejected> {
        let cut = Rejected::Cut {
            size: layout.size(),
            given: before.len(),
        };
        let start = before.len().checked_sub(layout.size().into()).ok_or(cut)?;
        // INVARIANT: `start` is the layout's size before the end.
        Ok(Self {
            bytes: before.get(start..).ok_or(cut)?,
            layout,
            trailer,
        })
    }

    /// The trailer.
    pub fn trailer(&self) -> Trailer {
        self.trailer
    }

    /// The layout.
    pub fn layout(&self) -> &'a Layout {
        self.layout
    }

    /// The whole record.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The value of the field with an id. Integers are in native byte order, `Be16` and the like in their own; only the size of
    /// the type is compared with the field's. Who reads a field of every packet [binds](crate::Binding) it.
    ///
    /// # Errors
    ///
    /// When there is no value.
    pub fn get<V: Value>(&self, id: u16) -> Result<V, Absent> {
        let field = self.present(id)?;
        if field.bits != 0 || usize::from(field.size) != V::Bytes::LEN {
            return Err(Absent::OtherType);
        }
        self.load(field.offset.into())
    }

    /// The value of the bit-field with an id.
    ///
    /// # Errors
    ///
    /// When there is no value.
    pub fn bits(&self, id: u16) -> Result<u64, Absent> {
        let field = self.present(id)?;
        if field.bits == 0 {
            return Err(Absent::OtherType);
        }
        let (bit, bits) = (u32::from(field.bit), u32::from(field.bits));
        let len = (bit + bits).div_ceil(8);
        let start = usize::from(field.offset);
        let bytes = self.bytes.get(start..start + len as usize);
        let bytes = bytes.ok_or(Absent::OtherType)?;
        // C fills a unit from the least significant bit, or, where the most significant byte comes first, from the most.
        let append = |word: u64, byte: &u8| word << 8 | u64::from(*byte);
        let (word, shift) = if cfg!(target_endian = "little") {
            (bytes.iter().rev().fold(0, append), bit)
        } else {
            (bytes.iter().fold(0, append), len * 8 - bit - bits)
        };
        Ok(word >> shift & (u64::MAX >> (64 - bits)))
    }

    /// The bytes of the field with an id, as they stand in the record; of a bit-field, those that it is in.
    ///
    /// # Errors
    ///
    /// When there is no value.
    pub fn field_bytes(&self, id: u16) -> Result<&'a [u8], Absent> {
        let field = self.present(id)?;
        let len = match field.bits {
            0 => usize::from(field.size),
            bits => (usize::from(field.bit) + usize::from(bits)).div_ceil(8),
        };
        let start = usize::from(field.offset);
        self.bytes.get(start..start + len).ok_or(Absent::OtherType)
    }

    /// The field with an id, if the packet has it.
    fn present(&self, id: u16) -> Result<&'a Field, Absent> {
        let field = self.layout.field(id).ok_or(Absent::NotInLayout)?;
        if !self.trailer.has(field.present) {
            return Err(Absent::NotInPacket);
        }
        Ok(field)
    }

    /// The value at an offset.
    pub(crate) fn load<V: Value>(&self, offset: usize) -> Result<V, Absent> {
        let tail = self.bytes.get(offset..);
        let bytes = tail.and_then(V::Bytes::first_of);
        bytes.map(V::from_bytes).ok_or(Absent::OtherType)
    }
}
