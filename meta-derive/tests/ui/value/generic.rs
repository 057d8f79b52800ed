// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Types, lifetimes and constants as parameters.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic<T> {
    hash: T,
}

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Bytes<const N: usize> {
    bytes: [u8; N],
}

fn main() {}
