// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! An aligned enum is larger than its number.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(u8, align(4))]
enum Kind {
    #[value(fallback)]
    Other,
}

fn main() {}
