// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The name goes to C.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(name = "rx desc", part)]
#[repr(C)]
struct Status {
    status: Le32,
}

fn main() {}
