// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The nearest of the keys, or all of them.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(nam = "status", size = 4)]
#[descriptor(part)]
#[repr(C)]
struct Status {
    #[desc(queue: u8, bit = 3)]
    #[desc(reserve, bits = 7..=4)]
    #[desc(kind: u8, bits = 11..=8, unit = "ns")]
    status: Le32,
}

fn main() {}
