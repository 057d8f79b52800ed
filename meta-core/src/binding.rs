// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Where a field is in a layout's records, in one integer: what the kfunc answers.
//!
//! A reader that has this reads a field without knowing the layout. The format is shared with the C header; it never changes.

use crate::layout::Layout;

/// The place of a field, counted back from where the packet starts.
///
/// # Examples
///
/// ```
/// use meta_core::binding::Binding;
/// use meta_core::field::Field;
/// use meta_core::layout::{pack, Layout};
/// use meta_core::ty::Type;
///
/// const FIELDS: [Field; 1] = pack([Field::new(2, "rx_hash", Type::U32)]);
/// const LAYOUT: Layout = Layout::new("nic_rx_hash", 1, &FIELDS);
///
/// let binding = Binding::of(&LAYOUT, 2).unwrap();
/// assert_eq!(binding, Binding { distance: 16, size: 4, present: 0, bit: 0, bits: 0 });
/// assert_eq!(binding.to_answer(), 0x00_04_10);
/// assert_eq!(Binding::from_answer(0x00_04_10), Some(binding));
/// assert_eq!(Binding::of(&LAYOUT, 3), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Bytes from the start of the field to the packet; from the byte that a bit-field begins in.
    pub distance: u8,
    /// Bytes of the field; of a bit-field's declared type. Less than 64.
    pub size: u8,
    /// Number of the field's bit in the trailer's `present`.
    pub present: u8,
    /// First bit of a bit-field in its byte, as C allocates bits.
    pub bit: u8,
    /// Width of a bit-field in bits, less than 64; 0 if it is none.
    pub bits: u8,
}

impl Binding {
    /// Where the field with an id is; `None` if the layout does not have it, or an answer has no room for it (a record of
    /// more than 255 bytes, a field of more than 63).
    pub const fn of(layout: &Layout, id: u16) -> Option<Self> {
        let Some(field) = layout.field(id) else {
            return None;
        };
        let (distance, size) = (layout.distance(field), field.size());
        if distance > 0xff || size > 0x3f || field.bits > 0x3f || field.present > 0xf {
            return None;
        }
        Some(Self {
            distance: distance.to_le_bytes()[0],
            size: size.to_le_bytes()[0],
            present: field.present,
            bit: field.bit,
            bits: field.bits,
        })
    }

    /// The kfunc's answer: bits 0 to 7 distance, 8 to 13 size, 14 to 17 present bit, 18 to 20 first bit, 21 to 26 width.
    /// Never negative.
    pub const fn to_answer(self) -> i32 {
        self.distance as i32
            | (self.size as i32 & 0x3f) << 8
            | (self.present as i32 & 0xf) << 14
            | (self.bit as i32 & 7) << 18
            | (self.bits as i32 & 0x3f) << 21
    }

    /// The place in an answer; `None` if that is an error or nonsense.
    pub const fn from_answer(answer: i32) -> Option<Self> {
        let binding = Self {
            distance: answer.to_le_bytes()[0],
            size: (answer >> 8 & 0x3f).to_le_bytes()[0],
            present: (answer >> 14 & 0xf).to_le_bytes()[0],
            bit: (answer >> 18 & 7).to_le_bytes()[0],
            bits: (answer >> 21 & 0x3f).to_le_bytes()[0],
        };
        let whole = match binding.bits {
            0 => binding.bit == 0 && binding.size <= binding.distance,
            bits => bits <= binding.size.saturating_mul(8),
        };
        if answer >> 27 != 0 || binding.size == 0 || binding.distance == 0 || !whole {
            return None;
        }
        Some(binding)
    }
}
