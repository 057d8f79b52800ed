// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A descriptor is moved in words of 8 bytes.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Status {
    status: Le32,
}

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Nested {
    half: Half,
}

#[derive(Clone, Copy, Descriptor)]
#[descriptor(part)]
#[repr(C)]
struct Half {
    half: Le32,
}

fn main() {}
