// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The last eight bytes of every record, which say how to read the rest.
//!
//! A reader finds the trailer at a fixed place, directly in front of the packet, and must look at it before anything else: a
//! record is read only under the layout that its own trailer names.

/// What layout and generation a record belongs to, and which of its fields are valid.
///
/// # Examples
///
/// ```
/// use meta_core::trailer::Trailer;
///
/// let trailer = Trailer { layout_id: 0xdead_beef, generation: 7, present: 0b11 };
/// assert_eq!(Trailer::from_ne_bytes(trailer.to_ne_bytes()), trailer);
/// assert!(trailer.has(0) && !trailer.has(2));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trailer {
    /// Content hash of the layout; 0 is "no record".
    pub layout_id: u32,
    /// Low 16 bits of the ring's generation.
    pub generation: u16,
    /// Bit i: field i of the layout is valid for this packet.
    pub present: u16,
}

impl Trailer {
    /// Number of bytes.
    pub const SIZE: usize = 8;
    /// Where `layout_id` is, from the start of the trailer.
    pub const LAYOUT_ID: usize = 0;
    /// Where `generation` is.
    pub const GENERATION: usize = 4;
    /// Where `present` is.
    pub const PRESENT: usize = 6;

    /// The trailer as it stands in memory.
    #[inline(always)]
    pub const fn to_ne_bytes(self) -> [u8; Self::SIZE] {
        let id = self.layout_id.to_ne_bytes();
        let generation = self.generation.to_ne_bytes();
        let present = self.present.to_ne_bytes();
        [
            id[0],
            id[1],
            id[2],
            id[3],
            generation[0],
            generation[1],
            present[0],
            present[1],
        ]
    }

    /// The trailer whose bytes are given.
    #[inline(always)]
    pub const fn from_ne_bytes(b: [u8; Self::SIZE]) -> Self {
        Self {
            layout_id: u32::from_ne_bytes([b[0], b[1], b[2], b[3]]),
            generation: u16::from_ne_bytes([b[4], b[5]]),
            present: u16::from_ne_bytes([b[6], b[7]]),
        }
    }

    /// The trailer of a record that ends where `bytes` ends; `None` if there are fewer than eight bytes.
    pub const fn of(bytes: &[u8]) -> Option<Self> {
        match bytes.last_chunk() {
            Some(last) => Some(Self::from_ne_bytes(*last)),
            None => None,
        }
    }

    /// Whether the field with this present bit is valid.
    pub const fn has(self, bit: u8) -> bool {
        bit < 16 && self.present & (1 << bit) != 0
    }
}
