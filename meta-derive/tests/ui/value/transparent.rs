// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! C knows no transparent struct.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(transparent)]
struct Nic {
    hash: u32,
}

fn main() {}
