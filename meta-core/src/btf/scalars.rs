// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The integer types that members have: C's integers, and the kernel's typedefs of them.
//!
//! Each is added the first time that it is asked for. This must not happen between a struct and its members, so callers ask
//! for all that they need before they begin one.

use super::encode::{Encoder, SIGNED};
use crate::ty::Kind;

/// Ids of the integer types that exist so far; 0 is "not yet".
#[derive(Clone, Copy)]
pub(super) struct Scalars {
    /// By number: the typedef of each [`Kind`].
    typedefs: [u32; Kind::ALL.len()],
    /// The C integers of 1, 2, 4 and 8 bytes, unsigned and signed.
    ints: [[u32; 4]; 2],
}

impl Scalars {
    pub(super) const fn new() -> Self {
        Self {
            typedefs: [0; Kind::ALL.len()],
            ints: [[0; 4]; 2],
        }
    }

    /// With the `unsigned int` of a base.
    pub(super) const fn with_unsigned_int(id: u32) -> Self {
        let mut scalars = Self::new();
        scalars.ints[0][2] = id;
        scalars
    }

    /// The type of a field's kind, `__u32` or the like.
    pub(super) const fn of<const CAP: usize>(
        &mut self,
        encoder: &mut Encoder<CAP>,
        kind: Kind,
    ) -> u32 {
        let slot = kind as usize;
        if self.typedefs[slot] == 0 {
            let target = match kind {
                Kind::Be16 | Kind::Le16 => self.of(encoder, Kind::U16),
                Kind::Be32 | Kind::Le32 => self.of(encoder, Kind::U32),
                Kind::Be64 | Kind::Le64 => self.of(encoder, Kind::U64),
                _ => self.int(encoder, kind),
            };
            self.typedefs[slot] = encoder.typedef(kind.c_name(), target);
        }
        self.typedefs[slot]
    }

    const fn int<const CAP: usize>(&mut self, encoder: &mut Encoder<CAP>, kind: Kind) -> u32 {
        const NAMES: [[&str; 4]; 2] = [
            [
                "unsigned char",
                "unsigned short",
                "unsigned int",
                "unsigned long long",
            ],
            ["signed char", "short", "int", "long long"],
        ];
        let (sign, slot) = (
            kind.is_signed() as usize,
            kind.size().trailing_zeros() as usize,
        );
        if self.ints[sign][slot] == 0 {
            let encoding = if kind.is_signed() { SIGNED } else { 0 };
            self.ints[sign][slot] = encoder.int(NAMES[sign][slot], kind.size(), encoding);
        }
        self.ints[sign][slot]
    }
}
