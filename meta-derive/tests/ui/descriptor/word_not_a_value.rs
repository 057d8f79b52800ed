// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A named type that is no value says what to derive.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy)]
#[repr(C)]
struct Half {
    half: Le32,
}

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Status {
    status: Le32,
    half: Half,
}

fn main() {}
