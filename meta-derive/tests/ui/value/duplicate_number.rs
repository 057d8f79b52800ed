// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Two variants of one number are the compiler's business.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(u8)]
enum Kind {
    #[value(fallback)]
    None = 1,
    Some = 1,
}

fn main() {}
