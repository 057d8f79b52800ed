// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Both ranges are shown.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    #[value(bits(ip: u8 = 2..=0, l4: u8 = 5..=2, reserved = 7..=6))]
    status: u8,
}

fn main() {}
