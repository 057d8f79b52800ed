// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The order of the words is that of C, and their alignment too.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(part)]
struct Status {
    status: Le32,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(part)]
#[repr(C, packed)]
struct Packed {
    status: Le32,
}

#[derive(Descriptor)]
#[descriptor(part)]
union Memory {
    status: Le32,
}

fn main() {}
