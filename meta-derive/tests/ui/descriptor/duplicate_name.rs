// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Every getter has a name of its own, in all words.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Status {
    #[desc(queue: u8, bits = 3..=0)]
    #[desc(queue: u8, bits = 7..=4)]
    #[desc(length: u16, bits = 31..=16)]
    status: Le32,
    length: Le32,
}

fn main() {}
