// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Names that C or BPF loaders do not take.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[value(name = "nic rx")]
#[repr(C)]
struct Nic {
    int: u32,
    a___b: u32,
    #[value(name = "9")]
    nine: u32,
}

fn main() {}
