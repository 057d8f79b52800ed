// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! C knows members by name, bit-fields too.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    hash: u32,
    #[value(name = "hash")]
    other: u32,
    #[value(bits(low: u8 = 3..=0, low = 7..=4))]
    word: u8,
    #[value(bits(reserved = 6..=0, hash: bool = 7))]
    status: u8,
    _pad: [u8; 2],
}

fn main() {}
