// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A word divided into nothing.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    #[value(bits())]
    status: u8,
}

fn main() {}
