// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Enums whose size is not said.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
enum Kind {
    #[value(fallback)]
    Other,
}

#[derive(Clone, Copy, Value)]
#[repr(C)]
enum CLike {
    #[value(fallback)]
    Other,
}

fn main() {}
