// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Padding behind the last member.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    time: u64,
    kind: u8,
}

#[derive(Clone, Copy, Value)]
#[repr(C, align(32))]
struct Aligned {
    time: u64,
}

fn main() {}
