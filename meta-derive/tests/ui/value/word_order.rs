// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! C has no bit-fields in another byte order.

use meta_derive::Value;

use meta_core::be::Be16;
use meta_core::le::Le16;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {
    #[value(bits(low: u8 = 7..=0, high: u8 = 15..=8))]
    tci: Be16,
    #[value(bits(first: u8 = 7..=0, last: u8 = 15..=8))]
    status: Le16,
}

fn main() {}
