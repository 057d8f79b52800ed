// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Bits that the word does not have.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    #[value(bits(low: u8 = 3..=0, high: u8 = 8..=4))]
    status: u8,
}

fn main() {}
