// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Only words have bits with names.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    #[value(bits(low: u8 = 3..=0, high: u8 = 7..=4))]
    status: [u8; 2],
}

fn main() {}
