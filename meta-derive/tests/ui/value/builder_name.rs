// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A getter with the name of a builder.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    #[value(bits(ip: u8 = 3..=0, with_ip: u8 = 7..=4))]
    status: u8,
}

fn main() {}
