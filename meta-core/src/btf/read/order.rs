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
        let word = native::<0>(bytes);
        if self.foreign {
            swapped(word)
        } else {
            word
        }
    }

    #[inline]
    pub(super) fn two(self, bytes: &[u8; 8]) -> [u32; 2] {
        let [a, b] = [native::<0>(bytes), native::<4>(bytes)];
        if self.foreign {
            [swapped(a), swapped(b)]
        } else {
            [a, b]
        }
    }

    #[inline]
    pub(super) fn three(self, bytes: &[u8; 12]) -> [u32; 3] {
        let [a, b, c] = [native::<0>(bytes), native::<4>(bytes), native::<8>(bytes)];
        if self.foreign {
            [swapped(a), swapped(b), swapped(c)]
        } else {
            [a, b, c]
        }
    }
}

/// The word at an offset, which must be in the array.
///
/// Four bytes of a slice are one load to every compiler; four bytes put together are two or four to some.
#[inline(always)]
fn native<const AT: usize>(bytes: &[u8]) -> u32 {
    bytes
        .get(AT..)
        .and_then(<[u8]>::first_chunk)
        .map_or(0, |word| u32::from_ne_bytes(*word))
}

/// Out of line, lest all words be swapped and the right ones chosen afterwards; and one at a time, lest the words that need
/// no swapping pass through memory on the way.
#[cold]
#[inline(never)]
fn swapped(word: u32) -> u32 {
    word.swap_bytes()
}
