// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Each key is given once, each range has one attribute.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(part)]
#[repr(C)]
struct Status {
    #[desc(queue: u8, bits = 3..=0, bits = 4..=1)]
    #[desc(done: bool, ready: bool, bits = 5)]
    status: Le32,
}

fn main() {}
