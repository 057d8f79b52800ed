// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Variants that hold something.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(u8)]
enum Kind {
    None,
    Some(u8),
    Named {
        length: u8,
    },
    #[value(fallback)]
    Other,
}

fn main() {}
