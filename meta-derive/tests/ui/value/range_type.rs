// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Types that are no numbers of few bits.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    #[value(bits(a: i8 = 3..=0, b: [u8; 2] = 5..=4, c: usize = 6, d: char = 7))]
    status: u8,
}

fn main() {}
