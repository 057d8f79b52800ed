// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Bit-fields of a union all start at bit 0.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
union Word {
    #[value(bits(low: u8 = 3..=0, high: u8 = 7..=4))]
    status: u8,
}

fn main() {}
