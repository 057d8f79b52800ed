// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A bit has one meaning, unless all its meanings say that they overlap.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(part)]
#[repr(C)]
struct Status {
    #[desc(done: bool, bits = 0)]
    #[desc(queue: u8, bits = 5..=0)]
    #[desc(kind: u8, bits = 7..=6)]
    #[desc(hash: u16, bits = 15..=6, overlap)]
    status: Le32,
}

fn main() {}
