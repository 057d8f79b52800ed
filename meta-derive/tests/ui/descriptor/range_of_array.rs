// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Ranges are of a word that is one integer.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(part)]
#[repr(C)]
struct Status {
    #[desc(queue: u8, bits = 3..=0)]
    status: [Le32; 2],
}

fn main() {}
