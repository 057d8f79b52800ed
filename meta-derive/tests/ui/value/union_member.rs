// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A union is described, but is no value.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
union Word {
    whole: u32,
}

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    word: Word,
}

fn main() {}
