// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The word of bit-fields is unsigned.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    #[value(bits(low: u8 = 3..=0, high: u8 = 7..=4))]
    status: i8,
}

fn main() {}
