// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A range fits into its type.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(part)]
#[repr(C)]
struct Status {
    #[desc(queue: u8, bits = 11..=0)]
    #[desc(done: bool, bits = 13..=12)]
    status: Le32,
}

fn main() {}
