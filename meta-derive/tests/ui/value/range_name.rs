// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Names that C does not take.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    #[value(bits(short: u8 = 3..=0, a___b: u8 = 7..=4))]
    status: u8,
}

fn main() {}
