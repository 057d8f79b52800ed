// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A descriptor has one layout.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Status<const N: usize> {
    status: [Le32; N],
}

fn main() {}
