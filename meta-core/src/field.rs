// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! One piece of metadata: its identity, its encoding and its place in a record.
//!
//! A field is known to the world by its id, not by its offset, because the offset differs from layout to layout. An id never
//! changes its meaning.

use crate::text;
use crate::ty::Type;

/// First id of those that a driver gives to fields of its own; below it are the standard [`hint`](crate::hint)s.
pub const DRIVER_FIRST: u16 = 0x8000;

/// One field, placed in a layout.
///
/// # Examples
///
/// ```
/// use meta_core::field::Field;
/// use meta_core::ty::Type;
///
/// let field = Field::new(2, "rx_hash", Type::U32).hint("rx_hash").knobs(0b01);
/// assert_eq!(field.end(), 4);
/// assert!(field.is_in(0b11) && !field.is_in(0b10));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Identity: a standard hint's id, or one from [`DRIVER_FIRST`] on.
    pub id: u16,
    /// Name of the member in BTF and in C.
    pub name: &'static str,
    /// Encoding; of a bit-field, the declared type.
    pub ty: Type,
    /// Bytes from the start of the record; of a bit-field, to the byte that its first bit is in.
    pub offset: u16,
    /// Number of a bit-field's first bit in that byte, 0 to 7, counted as C allocates bits.
    pub bit: u8,
    /// Width of a bit-field in bits; 0 if it is none.
    pub bits: u8,
    /// Number of the field's bit in the trailer's `present`.
    pub present: u8,
    /// Knobs that must all be on for the field to be in a layout, one bit each.
    pub knobs: u32,
    /// Knobs that must all be off.
    pub unless: u32,
    /// Name of the standard hint that the field carries, or the empty string.
    pub hint: &'static str,
    /// Unit of the value, like `ns`, or the empty string.
    pub unit: &'static str,
}

impl Field {
    /// A field that [`pack`](crate::layout::pack) has not placed yet.
    pub const fn new(id: u16, name: &'static str, ty: Type) -> Self {
        Self {
            id,
            name,
            ty,
            offset: 0,
            bit: 0,
            bits: 0,
            present: 0,
            knobs: 0,
            unless: 0,
            hint: "",
            unit: "",
        }
    }

    /// The same field as a bit-field of so many bits.
    pub const fn bits(mut self, bits: u8) -> Self {
        self.bits = bits;
        self
    }

    /// The same field with a hint's name.
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// The same field with a unit.
    pub const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// The same field behind knobs that must be on.
    pub const fn knobs(mut self, knobs: u32) -> Self {
        self.knobs = knobs;
        self
    }

    /// The same field behind knobs that must be off.
    pub const fn unless(mut self, unless: u32) -> Self {
        self.unless = unless;
        self
    }

    /// Whether the field is in the layout in which exactly these knobs are on.
    pub const fn is_in(&self, knobs: u32) -> bool {
        knobs & self.knobs == self.knobs && knobs & self.unless == 0
    }

    /// Number of bytes; of a bit-field, those of the declared type.
    pub const fn size(&self) -> usize {
        self.ty.size()
    }

    /// Whether the field's id is that of the hint which it names, and its type is the hint's.
    pub const fn is_its_hint(&self) -> bool {
        match crate::hint::by_id(self.id) {
            Some(hint) => {
                hint.ty.same(&self.ty) && self.bits == 0 && text::same(hint.name, self.hint)
            }
            None => false,
        }
    }

    /// First bit of the field, from the start of the record.
    pub const fn first_bit(&self) -> usize {
        self.offset as usize * 8 + self.bit as usize
    }

    /// First bit behind the field, from the start of the record.
    pub const fn end_bit(&self) -> usize {
        match self.bits {
            0 => self.first_bit() + self.size() * 8,
            bits => self.first_bit() + bits as usize,
        }
    }

    /// First byte behind the field, from the start of the record.
    pub const fn end(&self) -> usize {
        self.end_bit().div_ceil(8)
    }
}
