// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A range is an unsigned number without byte order, or what is made of one.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(part)]
#[repr(C)]
struct Status {
    #[desc(a: Le16, bits = 3..=0)]
    #[desc(b: i8, bits = 7..=4)]
    #[desc(c: f32, bits = 11..=8)]
    #[desc(d: (u8, u8), bits = 15..=12)]
    #[desc(e: &'static u8, bits = 19..=16)]
    #[desc(f: [u8; 2], bits = 31..=20)]
    status: Le32,
}

fn main() {}
