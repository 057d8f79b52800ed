// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A struct and a union without `repr(C)`.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
struct Nic {
    hash: u32,
}

#[derive(Clone, Copy, Value)]
union Word {
    whole: u32,
}

fn main() {}
