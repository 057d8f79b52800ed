// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Layouts: packed sets of fields, each with an identity made from its content.
//!
//! Every configuration of a ring has its own layout, and only what is enabled takes space. Two layouts with the same id are
//! the same byte for byte, on every kernel and machine; a layout never has a hole between its fields, a field that is not
//! aligned, or one that reaches into the trailer.

use crate::field::Field;
use crate::trailer::Trailer;

pub use self::id::content_id;

mod id;

/// Largest record that a driver may write, in bytes. It is also what a program claims.
pub const MAX_SIZE: usize = 64;

/// Most fields that a layout can have: each needs a bit in the trailer's `present`.
pub const MAX_FIELDS: usize = 16;

/// One packed set of fields.
///
/// # Invariants
///
/// For layouts made by [`Layout::new`]: `size` is a multiple of 8, `id` is the fields' [`content_id`] and not 0.
///
/// # Examples
///
/// ```
/// use meta_core::field::{Field, Kind};
/// use meta_core::layout::{pack, Layout};
///
/// const FIELDS: [Field; 2] = pack([
///     Field::new(4, "rx_vlan_tci", Kind::U16),
///     Field::new(2, "rx_hash", Kind::U32),
/// ]);
/// const LAYOUT: Layout = Layout::new("nic_rx_hash_vlan", 0b11, &FIELDS);
///
/// assert_eq!(LAYOUT.size, 16);
/// assert_eq!(LAYOUT.field(2).unwrap().offset, 0);
/// assert_eq!(LAYOUT.field(4).unwrap().offset, 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Name of the BTF struct.
    pub name: &'static str,
    /// Content hash, 31 bits, never 0.
    pub id: u32,
    /// Bytes of the whole record, trailer included.
    pub size: u16,
    /// The knobs that are on, one bit each.
    pub knobs: u32,
    /// The fields in the order in which they stand in the record.
    pub fields: &'static [Field],
}

/// Places fields: the strictest alignment first, from offset 0, in the given order where alignments are equal.
///
/// # Panics
///
/// If the fields and the trailer take more than 65535 bytes.
pub const fn pack<const N: usize>(fields: [Field; N]) -> [Field; N] {
    let mut packed = fields;
    let mut placed = 0;
    let mut offset: usize = 0;
    let mut align = 8;
    while align > 0 {
        let mut i = 0;
        while i < N {
            if fields[i].kind.align() == align {
                packed[placed] = fields[i];
                packed[placed].offset = narrow(offset);
                packed[placed].present = placed.to_le_bytes()[0];
                offset += align;
                placed += 1;
            }
            i += 1;
        }
        align /= 2;
    }
    packed
}

/// Bytes of a record with these fields: what the fields take, rounded up to 8, and the trailer.
///
/// # Panics
///
/// If that is more than 65535.
pub const fn record_size(fields: &[Field]) -> u16 {
    let mut end = 0;
    let mut i = 0;
    while i < fields.len() {
        if fields[i].end() > end {
            end = fields[i].end();
        }
        i += 1;
    }
    narrow(end.next_multiple_of(8) + Trailer::SIZE)
}

impl Layout {
    /// A layout of fields that are in their places.
    ///
    /// # Panics
    ///
    /// If the record would take more than 65535 bytes.
    pub const fn new(name: &'static str, knobs: u32, fields: &'static [Field]) -> Self {
        // INVARIANT: `record_size` gives a multiple of 8, `content_id` the id.
        Self {
            name,
            id: content_id(name, fields),
            size: record_size(fields),
            knobs,
            fields,
        }
    }

    /// The field with an id.
    pub const fn field(&self, id: u16) -> Option<&'static Field> {
        let mut i = 0;
        while i < self.fields.len() {
            if self.fields[i].id == id {
                return Some(&self.fields[i]);
            }
            i += 1;
        }
        None
    }

    /// Where the field with an id starts, for use in constants.
    ///
    /// # Panics
    ///
    /// If the layout has no such field.
    pub const fn offset(&self, id: u16) -> usize {
        match self.field(id) {
            Some(field) => field.offset as usize,
            None => panic!("the layout has no field of this id"),
        }
    }

    /// The `present` of a packet that has only the field with an id, for use in constants.
    ///
    /// # Panics
    ///
    /// If the layout has no such field.
    pub const fn present(&self, id: u16) -> u16 {
        match self.field(id) {
            Some(field) => 1 << field.present,
            None => panic!("the layout has no field of this id"),
        }
    }

    /// Bytes from the start of the record to the trailer.
    pub const fn trailer_offset(&self) -> usize {
        self.size as usize - Trailer::SIZE
    }

    /// Bytes from a field back to where the packet starts, which is what a reader needs.
    pub const fn distance(&self, field: &Field) -> usize {
        (self.size as usize).wrapping_sub(field.offset as usize)
    }

    /// Whether the record is no larger than `limit` and a multiple of 8.
    pub const fn fits(&self, limit: usize) -> bool {
        self.size as usize <= limit && self.size % 8 == 0
    }

    /// Whether every field is at a multiple of its alignment from where the packet starts.
    pub const fn is_aligned(&self) -> bool {
        let mut i = 0;
        while i < self.fields.len() {
            let field = &self.fields[i];
            if self.distance(field) % field.kind.align() != 0 {
                return false;
            }
            i += 1;
        }
        true
    }

    /// Whether the fields follow each other without a hole or an overlap and end before the trailer.
    pub const fn is_packed(&self) -> bool {
        let mut end = 0;
        let mut i = 0;
        while i < self.fields.len() {
            if self.fields[i].offset as usize != end {
                return false;
            }
            end = self.fields[i].end();
            i += 1;
        }
        end <= self.trailer_offset()
    }

    /// Whether each field has a present bit of its own, and its id is not used twice.
    pub const fn is_unambiguous(&self) -> bool {
        let mut i = 0;
        while i < self.fields.len() {
            let field = &self.fields[i];
            if field.present as usize != i || i >= MAX_FIELDS {
                return false;
            }
            let mut j = 0;
            while j < i {
                if self.fields[j].id == field.id {
                    return false;
                }
                j += 1;
            }
            i += 1;
        }
        true
    }
}

/// Whether no two layouts have the same id, and none has 0.
pub const fn ids_are_distinct(layouts: &[Layout]) -> bool {
    let mut i = 0;
    while i < layouts.len() {
        if layouts[i].id == 0 {
            return false;
        }
        let mut j = 0;
        while j < i {
            if layouts[j].id == layouts[i].id {
                return false;
            }
            j += 1;
        }
        i += 1;
    }
    true
}

/// The layout with an id.
pub const fn find(layouts: &'static [Layout], id: u32) -> Option<&'static Layout> {
    let mut i = 0;
    while i < layouts.len() {
        if layouts[i].id == id {
            return Some(&layouts[i]);
        }
        i += 1;
    }
    None
}

const fn narrow(bytes: usize) -> u16 {
    assert!(
        bytes <= 0xffff,
        "a record can not be larger than 65535 bytes"
    );
    let [low, high, ..] = bytes.to_le_bytes();
    u16::from_le_bytes([low, high])
}
