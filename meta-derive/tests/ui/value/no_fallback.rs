// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Hardware writes what it likes.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(u8)]
enum Kind {
    None,
    Some,
}

fn main() {}
