// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A packing that C has only a pragma for.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C, packed(2))]
struct Nic {
    kind: u16,
    hash: u32,
}

fn main() {}
