// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What can not have any bytes is no word.

use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Status {
    done: bool,
    letter: char,
    ratio: f32,
    length: usize,
    some: Option<u8>,
    pair: (u8, u8),
    none: [u8; 0],
}

fn main() {}
