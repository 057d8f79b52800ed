// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Padding that the macro sees: all of it at once.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    kind: u8,
    hash: u32,
    _pad: u8,
    ports: [u16; 2],
}

fn main() {}
