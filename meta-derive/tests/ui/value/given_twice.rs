// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! One key, two values.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[value(name = "a", name = "b")]
#[repr(C)]
struct Nic {
    hash: u32,
}

fn main() {}
