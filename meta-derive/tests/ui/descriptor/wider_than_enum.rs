// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What only the compiler knows of a type is told too.

use meta_core::bits::Bits;
use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy)]
struct Kind;

impl Kind {
    const fn from_bits(_: u64) -> Self {
        Self
    }

    const fn to_bits(self) -> u64 {
        0
    }
}

impl Bits for Kind {
    const WIDTH: u32 = 8;

    fn from_bits(bits: u64) -> Self {
        Self::from_bits(bits)
    }

    fn to_bits(self) -> u64 {
        self.to_bits()
    }
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(part)]
#[repr(C)]
struct Status {
    #[desc(kind: Kind, bits = 8..=0)]
    status: Le32,
}

fn main() {}
