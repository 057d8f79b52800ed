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
/// use meta_core::field::{Field, Kind};
/// use meta_core::layout::{pack, Layout};
///
/// const FIELDS: [Field; 1] = pack([Field::new(2, "rx_hash", Kind::U32)]);
/// const LAYOUT: Layout = Layout::new("nic_rx_hash", 1, &FIELDS);
///
/// let binding = Binding::of(&LAYOUT, 2).unwrap();
/// assert_eq!(binding, Binding { distance: 16, size: 4, present: 0 });
/// assert_eq!(binding.to_answer(), 0x00_04_10);
/// assert_eq!(Binding::from_answer(0x00_04_10), Some(binding));
/// assert_eq!(Binding::of(&LAYOUT, 3), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Bytes from the start of the field to the packet.
    pub distance: u8,
    /// Bytes of the field.
    pub size: u8,
    /// Number of the field's bit in the trailer's `present`.
    pub present: u8,
}

impl Binding {
    /// Where the field with an id is; `None` if the layout does not have it, or its records are larger than 255 bytes.
    pub const fn of(layout: &Layout, id: u16) -> Option<Self> {
        let Some(field) = layout.field(id) else {
            return None;
        };
        let distance = layout.distance(field);
        if distance > 0xff {
            return None;
        }
        Some(Self {
            distance: distance.to_le_bytes()[0],
            size: field.size().to_le_bytes()[0],
            present: field.present,
        })
    }

    /// The kfunc's answer: bits 0 to 7 distance, 8 to 15 size, 16 to 23 present bit. Never negative.
    pub const fn to_answer(self) -> i32 {
        i32::from_le_bytes([self.distance, self.size, self.present, 0])
    }

    /// The place in an answer; `None` if that is an error or nonsense.
    pub const fn from_answer(answer: i32) -> Option<Self> {
        let [distance, size, present, zero] = answer.to_le_bytes();
        if zero != 0 || size == 0 || size > distance || present > 15 {
            return None;
        }
        Some(Self {
            distance,
            size,
            present,
        })
    }
}
