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
/// use meta_core::field::Field;
/// use meta_core::layout::{pack, Layout};
/// use meta_core::ty::Type;
///
/// const FIELDS: [Field; 2] = pack([
///     Field::new(4, "rx_vlan_tci", Type::U16),
///     Field::new(2, "rx_hash", Type::U32),
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

/// Places fields: the strictest alignment first, from offset 0, in the given order where alignments are equal; then the
/// bit-fields, in the given order, by C's rule: a bit-field never crosses a unit of its declared type.
///
/// # Panics
///
/// If the fields and the trailer take more than 65535 bytes.
pub const fn pack<const N: usize>(fields: [Field; N]) -> [Field; N] {
    let mut packed = fields;
    let mut placed = 0;
    let mut end = 0;
    let mut align = 8;
    while align > 0 {
        let mut i = 0;
        while i < N {
            if fields[i].bits == 0 && fields[i].ty.align() == align {
                packed[placed] = place(fields[i], placed, end);
                end += fields[i].size() * 8;
                placed += 1;
            }
            i += 1;
        }
        align /= 2;
    }
    let mut i = 0;
    while i < N {
        if fields[i].bits != 0 {
            let (unit, bits) = (fields[i].size() * 8, fields[i].bits as usize);
            // All units are powers of two.
            let within = end & unit.wrapping_sub(1);
            if within + bits > unit {
                end += unit - within;
            }
            packed[placed] = place(fields[i], placed, end);
            end += bits;
            placed += 1;
        }
        i += 1;
    }
    packed
}

const fn place(mut field: Field, index: usize, bit: usize) -> Field {
    field.offset = narrow(bit / 8);
    field.bit = (bit % 8).to_le_bytes()[0];
    field.present = index.to_le_bytes()[0];
    field
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

    /// Where the bit-fields start, in bytes from the start of the record; where they would, if there are none.
    pub const fn bits_offset(&self) -> usize {
        let mut i = 0;
        while i < self.fields.len() && self.fields[i].bits == 0 {
            i += 1;
        }
        match i {
            0 => 0,
            _ => self.fields[i - 1].end(),
        }
    }

    /// Bytes from the first bit-field to the end of the last.
    pub const fn bits_len(&self) -> usize {
        match self.fields.len() {
            0 => 0,
            n => self.fields[n - 1].end() - self.bits_offset(),
        }
    }

    /// How far the bit-field with an id is to be shifted in the integer that holds all of them, for use in constants: the
    /// integer whose low [`bits_len`](Self::bits_len) bytes are those of the record, in native byte order.
    ///
    /// # Panics
    ///
    /// If the layout has no such field.
    pub const fn shift(&self, id: u16) -> u32 {
        let Some(field) = self.field(id) else {
            panic!("the layout has no field of this id");
        };
        let from_start = field.first_bit() - self.bits_offset() * 8;
        let shift = if cfg!(target_endian = "little") {
            from_start
        } else {
            // C fills units from their most significant bit.
            self.bits_len() * 8 - from_start - field.bits as usize
        };
        assert!(
            shift < 64,
            "the bit-fields of a record take more than 64 bits"
        );
        shift.to_le_bytes()[0] as u32
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

    /// Whether every field is at a multiple of its alignment from where the packet starts, and no bit-field crosses a unit of
    /// its declared type.
    pub const fn is_aligned(&self) -> bool {
        let mut i = 0;
        while i < self.fields.len() {
            let field = &self.fields[i];
            let unit = field.size() * 8;
            let aligned = match field.bits {
                0 => self.distance(field) & field.ty.align().wrapping_sub(1) == 0,
                // The first and the last bit differ in nothing above the unit.
                _ => (field.first_bit() ^ (field.end_bit() - 1)) < unit,
            };
            if !aligned {
                return false;
            }
            i += 1;
        }
        true
    }

    /// Whether the fields follow each other without an overlap, and without a hole but for the bits that C leaves between
    /// bit-fields, and end before the trailer; and the bit-fields are last and take no more than 64 bits.
    pub const fn is_packed(&self) -> bool {
        let mut end = 0;
        let mut i = 0;
        while i < self.fields.len() {
            let field = &self.fields[i];
            let start = field.first_bit();
            let follows = match field.bits {
                0 => start == end,
                _ => start >= end && start < end + field.size() * 8,
            };
            if !follows {
                return false;
            }
            end = field.end_bit();
            i += 1;
        }
        end.div_ceil(8) <= self.trailer_offset() && self.bits_len() <= 8
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

    /// Whether all of the above hold, and the record is not larger than [`MAX_SIZE`].
    pub const fn is_sound(&self) -> bool {
        self.fits(MAX_SIZE) && self.is_aligned() && self.is_packed() && self.is_unambiguous()
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
