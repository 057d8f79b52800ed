// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A value is copied.

use meta_derive::Value;

#[derive(Value)]
#[repr(C)]
struct Nic {
    hash: u32,
}

fn main() {}
