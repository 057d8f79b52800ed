// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A member of a type that derives nothing.

use meta_derive::Value;

#[derive(Clone, Copy)]
#[repr(C)]
struct Inner {
    hash: u32,
}

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    inner: Inner,
}

fn main() {}
