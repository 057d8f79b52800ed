// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The most significant bit comes first.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(part)]
#[repr(C)]
struct Status {
    #[desc(queue: u8, bits = 4..=7)]
    #[desc(kind: u8, bits = 11..8)]
    status: Le32,
}

fn main() {}
