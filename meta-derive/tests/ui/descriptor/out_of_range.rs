// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Bits are those of the word.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(part)]
#[repr(C)]
struct Status {
    #[desc(queue: u8, bits = 35..=32)]
    status: Le32,
    #[desc(kind: bool, bits = 8)]
    kind: u8,
    #[desc(reserved, bits = 7..=1)]
    rest: u8,
    #[desc(reserved)]
    pad: [u8; 2],
}

fn main() {}
