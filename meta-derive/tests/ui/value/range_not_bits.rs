// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A type that has nothing to do with bits.

use meta_derive::Value;

#[derive(Clone, Copy)]
struct Kind;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    #[value(bits(kind: Kind = 3..=0, reserved = 7..=4))]
    status: u8,
}

fn main() {}
