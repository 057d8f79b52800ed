// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! One of them is enough.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(u8)]
enum Kind {
    #[value(fallback)]
    None,
    #[value(fallback)]
    Some,
}

fn main() {}
