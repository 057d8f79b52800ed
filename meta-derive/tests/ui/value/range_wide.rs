// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! More bits than the type holds.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(u8)]
enum Kind {
    #[value(fallback)]
    Other,
}

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    #[value(bits(a: bool = 1..=0, b: u8 = 10..=2, c: u16 = 15..=11))]
    status: u16,
}

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Other {
    #[value(bits(kind: Kind = 8..=0, reserved = 15..=9))]
    status: u16,
}

fn main() {}
