// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Getters are not called like what is generated besides.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Status {
    zeroed: Le32,
    #[desc(with_done: bool, bits = 0)]
    status: Le32,
}

fn main() {}
