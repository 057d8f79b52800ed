// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What a word is in C takes the same place.

use meta_core::le::{Le16, Le32};
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(part)]
#[repr(C)]
struct Halves {
    low: Le16,
    high: Le16,
}

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Status {
    #[desc(as = Halves)]
    status: Le32,
    #[desc(as = Halves)]
    length: Le16,
    #[desc(reserved)]
    pad: Le16,
}

fn main() {}
