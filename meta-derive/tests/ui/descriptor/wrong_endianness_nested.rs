// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Integers in the machine's order are found behind names too.

use meta_core::le::Le32;
use meta_derive::Descriptor;

type Length = u32;

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Status {
    status: Le32,
    length: Length,
}

fn main() {}
