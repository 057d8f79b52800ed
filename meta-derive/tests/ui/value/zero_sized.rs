// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A length that only the compiler knows.

use meta_derive::Value;

const NONE: usize = 0;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    bytes: [u8; NONE],
    hash: u32,
}

fn main() {}
