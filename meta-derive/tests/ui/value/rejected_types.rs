// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Types whose bytes may mean nothing.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    length: usize,
    valid: bool,
    letter: char,
    ratio: f32,
    wide: u128,
    next: *const u8,
    name: &'static [u8; 4],
    pair: (u8, u8),
    none: [u8; 0],
    maybe: Option<u8>,
}

fn main() {}
