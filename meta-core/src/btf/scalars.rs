// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The integer types that members have: C's integers, and the kernel's typedefs of them.
//!
//! Each is added the first time that it is asked for. This must not happen between a struct and its members, so callers ask
//! for all that they need before they begin one.

use super::encode::{Encoder, SIGNED};
use crate::field::Kind;

/// Ids of the integer types that exist so far; 0 is "not yet".
#[derive(Clone, Copy)]
pub(super) struct Scalars {
    /// By [`slot`]: the typedef of each [`Kind`].
    typedefs: [u32; 7],
    /// The C integers of 1, 2, 4 and 8 bytes.
    ints: [u32; 4],
    s32: u32,
}

impl Scalars {
    pub(super) const fn new() -> Self {
        Self {
            typedefs: [0; 7],
            ints: [0; 4],
            s32: 0,
        }
    }

    /// With the `unsigned int` of a base.
    pub(super) const fn with_unsigned_int(id: u32) -> Self {
        let mut scalars = Self::new();
        scalars.ints[2] = id;
        scalars
    }

    /// The type of a field's kind, `__u32` or the like.
    pub(super) const fn of<const CAP: usize>(
        &mut self,
        encoder: &mut Encoder<CAP>,
        kind: Kind,
    ) -> u32 {
        let slot = slot(kind);
        if self.typedefs[slot] == 0 {
            let target = match kind {
                Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64 => self.int(encoder, slot),
                Kind::Be16 => self.of(encoder, Kind::U16),
                Kind::Be32 => self.of(encoder, Kind::U32),
                Kind::Be64 => self.of(encoder, Kind::U64),
            };
            self.typedefs[slot] = encoder.typedef(kind.c_name(), target);
        }
        self.typedefs[slot]
    }

    /// `__s32`, which no field has, but functions return.
    pub(super) const fn s32<const CAP: usize>(&mut self, encoder: &mut Encoder<CAP>) -> u32 {
        if self.s32 == 0 {
            let int = encoder.int("int", 4, SIGNED);
            self.s32 = encoder.typedef("__s32", int);
        }
        self.s32
    }

    const fn int<const CAP: usize>(&mut self, encoder: &mut Encoder<CAP>, slot: usize) -> u32 {
        const NAMES: [&str; 4] = [
            "unsigned char",
            "unsigned short",
            "unsigned int",
            "unsigned long long",
        ];
        if self.ints[slot] == 0 {
            self.ints[slot] = encoder.int(NAMES[slot], 1 << slot, 0);
        }
        self.ints[slot]
    }
}

/// The native kinds come first, by width.
const fn slot(kind: Kind) -> usize {
    match kind {
        Kind::U8 => 0,
        Kind::U16 => 1,
        Kind::U32 => 2,
        Kind::U64 => 3,
        Kind::Be16 => 4,
        Kind::Be32 => 5,
        Kind::Be64 => 6,
    }
}
