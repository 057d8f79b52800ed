// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Words that mean nothing here, with the nearest that do.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[value(desciption)]
#[repr(C)]
struct Nic {
    #[value(nam = "x")]
    hash: u32,
    #[value(fallback)]
    other: u32,
}

#[derive(Clone, Copy, Value)]
#[repr(u8)]
enum Kind {
    #[value(falback)]
    #[value(fallback)]
    Other,
}

fn main() {}
