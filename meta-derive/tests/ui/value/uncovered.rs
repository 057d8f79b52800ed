// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Bits without a name.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    #[value(bits(ip: u8 = 1..=0, l4: bool = 4))]
    status: u8,
}

fn main() {}
