// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What a type comes to: behind its names and qualifiers, in bytes, in bits.
//!
//! Types may refer to each other in a circle, by mistake or by malice; so every search has a number of steps, the same as
//! libbpf's.

use super::body::Body;
use super::elements::Member;
use super::error::Error;
use super::item::Item;
use super::Reader;

/// More typedefs, qualifiers and dimensions than this are a circle.
const STEPS: usize = 32;

/// A run of bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BitRange {
    /// Bits from the start of the struct or union.
    pub offset: u32,
    /// Number of bits.
    pub bits: u32,
}

impl<'a> Reader<'a> {
    /// The same, for a machine whose pointers have this many bytes; it is 8 unless something else is said.
    #[must_use]
    pub fn with_pointer_size(mut self, bytes: u8) -> Self {
        self.pointer = bytes;
        self
    }

    /// The type behind typedefs, qualifiers and type tags.
    ///
    /// # Errors
    ///
    /// [`Error::NoType`] if one of them does not exist, [`Error::TooDeep`] if there is no end.
    pub fn resolve(&self, id: u32) -> Result<Item<'a>, Error> {
        let mut item = self.get(id)?;
        for _ in 0..STEPS {
            if !item.kind().is_modifier() {
                return Ok(item);
            }
            item = self.get(item.word())?;
        }
        Err(Error::TooDeep { id })
    }

    /// Size in bytes of a type, as C's `sizeof` has it.
    ///
    /// # Errors
    ///
    /// [`Error::NoSize`] for what has none, [`Error::TooLarge`] if it exceeds 32 bits, [`Error::NoType`] and
    /// [`Error::TooDeep`] as for [`resolve`](Reader::resolve).
    pub fn size_of(&self, id: u32) -> Result<u32, Error> {
        let mut item = self.get(id)?;
        let mut count: u32 = 1;
        for _ in 0..STEPS {
            let next = match item.body() {
                Body::Typedef(next)
                | Body::Volatile(next)
                | Body::Const(next)
                | Body::Restrict(next) => next,
                Body::TypeTag(tag) => tag.target,
                Body::DeclTag(tag) => tag.target,
                Body::Var(var) => var.type_id,
                Body::Array(array) => {
                    count = count.checked_mul(array.len).ok_or(Error::TooLarge { id })?;
                    array.element
                }
                body => {
                    let size = match body {
                        Body::Ptr(_) => u32::from(self.pointer),
                        _ => item.size().ok_or(Error::NoSize { id })?,
                    };
                    return count.checked_mul(size).ok_or(Error::TooLarge { id });
                }
            };
            item = self.get(next)?;
        }
        Err(Error::TooDeep { id })
    }

    /// The bits that a member of a struct or union takes.
    ///
    /// Compilers and pahole say a bit-field's width in the member; before 2018 it was the offset and width of an integer
    /// type made for it. This understands both.
    ///
    /// # Errors
    ///
    /// As for [`size_of`](Reader::size_of), and [`Error::TooLarge`] if the bits end beyond 32 bits.
    ///
    /// # Examples
    ///
    /// ```
    /// # use meta_core::btf::{layout_blob, Blob};
    /// # use meta_core::layout::Layout;
    /// # const NONE: Layout = Layout::new("nic_rx_none", 0, &[]);
    /// # const BLOB: Blob = layout_blob(&NONE);
    /// # let bytes: [u8; BLOB.len()] = BLOB.bytes();
    /// use meta_core::btf::{Kind, Reader};
    ///
    /// let btf = Reader::new(&bytes)?;
    /// let record = btf.find(Kind::Struct, "nic_rx_none").unwrap();
    /// let range = btf.bit_range(&record.members().nth(1).unwrap())?;
    /// assert_eq!((range.offset, range.bits), (32, 16));
    /// # Ok::<(), meta_core::btf::Error>(())
    /// ```
    pub fn bit_range(&self, member: &Member<'_>) -> Result<BitRange, Error> {
        let (mut offset, id) = (member.offset, member.type_id);
        let bits = if member.bits != 0 {
            u32::from(member.bits)
        } else if let Body::Int(int) = self.resolve(id)?.body() {
            offset = offset
                .checked_add(u32::from(int.offset))
                .ok_or(Error::TooLarge { id })?;
            u32::from(int.bits)
        } else {
            self.size_of(id)?
                .checked_mul(8)
                .ok_or(Error::TooLarge { id })?
        };
        Ok(BitRange { offset, bits })
    }
}
