// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Ranges of bits are written with both ends.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    #[value(bits(low: u8 = 4..0, high: u8 = 7..=4))]
    status: u8,
}

fn main() {}
