// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Only structs are mere descriptions by choice.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[value(description)]
#[repr(C)]
union Word {
    whole: u32,
}

#[derive(Clone, Copy, Value)]
#[value(description)]
#[repr(u8)]
enum Kind {
    #[value(fallback)]
    Other,
}

fn main() {}
