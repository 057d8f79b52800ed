// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Words in the byte order that the magic number told.
//!
//! BTF nearly always is in the order of the machine that reads it. So words are loaded as they are, once for each record,
//! and the other order is a detour: one jump for each record, not one for each word.

use crate::btf::format::MAGIC;

/// Byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

/// Byte order, as the difference from this machine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order {
    foreign: bool,
}

impl Order {
    /// This machine's.
    pub(super) const NATIVE: Self = Self { foreign: false };

    /// The order in which these bytes are the magic number.
    pub(super) fn of_magic(magic: [u8; 2]) -> Option<Self> {
        match u16::from_ne_bytes(magic) {
            MAGIC => Some(Self { foreign: false }),
            found if found == MAGIC.swap_bytes() => Some(Self { foreign: true }),
            _ => None,
        }
    }

    pub(super) const fn endian(self) -> Endian {
        if cfg!(target_endian = "big") == self.foreign {
            Endian::Little
        } else {
            Endian::Big
        }
    }

    #[inline]
    pub(super) fn one(self, bytes: &[u8; 4]) -> u32 {
        let word = u32::from_ne_bytes(*bytes);
        if self.foreign {
            word.swap_bytes()
        } else {
            word
        }
    }

    #[inline]
    pub(super) fn two(self, bytes: &[u8; 8]) -> [u32; 2] {
        let [a, b, c, d, e, f, g, h] = *bytes;
        let words = [[a, b, c, d], [e, f, g, h]].map(u32::from_ne_bytes);
        if self.foreign {
            swapped(words)
        } else {
            words
        }
    }

    #[inline]
    pub(super) fn three(self, bytes: &[u8; 12]) -> [u32; 3] {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = *bytes;
        let words = [[a, b, c, d], [e, f, g, h], [i, j, k, l]].map(u32::from_ne_bytes);
        if self.foreign {
            swapped(words)
        } else {
            words
        }
    }
}

/// Out of line, lest all words be swapped and the right ones chosen afterwards.
#[cold]
#[inline(never)]
fn swapped<const N: usize>(words: [u32; N]) -> [u32; N] {
    words.map(u32::swap_bytes)
}
