// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A range has a name and a place.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(part)]
#[repr(C)]
struct Status {
    #[desc(queue: u8)]
    #[desc(bits = 7..=4)]
    #[desc(done: bool, reserved, bits = 8)]
    #[desc]
    status: Le32,
}

fn main() {}
