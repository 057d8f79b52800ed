// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Padding that only the compiler sees.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Inner {
    time: u64,
}

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Outer {
    kind: u8,
    inner: Inner,
    last: u16,
}

fn main() {}
