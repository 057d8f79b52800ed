// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What is in memory is what is declared.

use meta_core::le::{Le16, Le32, Le64};
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Before {
    kind: u8,
    length: Le16,
    status: Le32,
}

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Behind {
    address: Le64,
    length: Le16,
}

fn main() {}
