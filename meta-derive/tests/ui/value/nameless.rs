// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! An integer without a name.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    #[value(name = "")]
    hash: u32,
}

fn main() {}
