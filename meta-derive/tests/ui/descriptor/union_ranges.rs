// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Ranges are declared where the words are.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Descriptor)]
#[descriptor(part)]
#[repr(C)]
union Memory {
    #[desc(done: bool, bits = 0)]
    word: Le32,
}

fn main() {}
