// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! One piece of metadata: its identity, its encoding and its place in a record.
//!
//! A field is known to the world by its id, not by its offset, because the offset differs from layout to layout. An id never
//! changes its meaning.

use crate::text;

/// How the bytes of a field are to be read.
///
/// # Examples
///
/// ```
/// use meta_core::field::Kind;
///
/// assert_eq!(Kind::Be16.size(), 2);
/// assert_eq!(Kind::Be16.c_name(), "__be16");
/// assert!(Kind::Be16.is_big_endian());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `__u8`.
    U8,
    /// `__u16`, native byte order.
    U16,
    /// `__u32`, native byte order.
    U32,
    /// `__u64`, native byte order.
    U64,
    /// `__be16`, network byte order.
    Be16,
    /// `__be32`, network byte order.
    Be32,
    /// `__be64`, network byte order.
    Be64,
}

impl Kind {
    /// All kinds, narrow before wide.
    pub const ALL: [Self; 7] = [
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::Be16,
        Self::Be32,
        Self::Be64,
    ];

    /// Number of bytes.
    pub const fn size(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16 | Self::Be16 => 2,
            Self::U32 | Self::Be32 => 4,
            Self::U64 | Self::Be64 => 8,
        }
    }

    /// Alignment in the record, the same as the size.
    pub const fn align(self) -> usize {
        self.size()
    }

    /// Name of the C type, as the kernel's headers spell it.
    pub const fn c_name(self) -> &'static str {
        match self {
            Self::U8 => "__u8",
            Self::U16 => "__u16",
            Self::U32 => "__u32",
            Self::U64 => "__u64",
            Self::Be16 => "__be16",
            Self::Be32 => "__be32",
            Self::Be64 => "__be64",
        }
    }

    /// Whether the bytes are in network order whatever the machine is.
    pub const fn is_big_endian(self) -> bool {
        matches!(self, Self::Be16 | Self::Be32 | Self::Be64)
    }

    /// Whether two kinds are the same, for use in `const` code.
    pub const fn same(self, other: Self) -> bool {
        self.size() == other.size() && self.is_big_endian() == other.is_big_endian()
    }
}

/// First id of those that a driver gives to fields of its own; below it are the standard [`hint`](crate::hint)s.
pub const DRIVER_FIRST: u16 = 0x8000;

/// One field, placed in a layout.
///
/// # Examples
///
/// ```
/// use meta_core::field::{Field, Kind};
///
/// let field = Field::new(2, "rx_hash", Kind::U32).hint("rx_hash").knobs(0b01);
/// assert_eq!(field.end(), 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Identity: a standard hint's id, or one from [`DRIVER_FIRST`] on.
    pub id: u16,
    /// Name of the member in BTF and in C.
    pub name: &'static str,
    /// Encoding.
    pub kind: Kind,
    /// Bytes from the start of the record.
    pub offset: u16,
    /// Number of the field's bit in the trailer's `present`.
    pub present: u8,
    /// Knobs that must all be on for the field to be in a layout, one bit each; 0 is a field of every layout.
    pub knobs: u32,
    /// Name of the standard hint that the field carries, or the empty string.
    pub hint: &'static str,
    /// Unit of the value, like `ns`, or the empty string.
    pub unit: &'static str,
}

impl Field {
    /// A field that [`pack`](crate::layout::pack) has not placed yet.
    pub const fn new(id: u16, name: &'static str, kind: Kind) -> Self {
        Self {
            id,
            name,
            kind,
            offset: 0,
            present: 0,
            knobs: 0,
            hint: "",
            unit: "",
        }
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

    /// The same field behind knobs.
    pub const fn knobs(mut self, knobs: u32) -> Self {
        self.knobs = knobs;
        self
    }

    /// Number of bytes.
    pub const fn size(&self) -> usize {
        self.kind.size()
    }

    /// Whether the field's id is that of the hint which it names, and its type is the hint's.
    pub const fn is_its_hint(&self) -> bool {
        match crate::hint::by_id(self.id) {
            Some(hint) => hint.kind.same(self.kind) && text::same(hint.name, self.hint),
            None => false,
        }
    }

    /// First byte behind the field, from the start of the record.
    pub const fn end(&self) -> usize {
        self.offset as usize + self.kind.size()
    }
}
