// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Padding beside types whose size only the compiler knows.

use meta_core::le::{Le16, Le64};
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(part)]
#[repr(C)]
struct Info {
    info: Le16,
}

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Before {
    info: Info,
    address: Le64,
}

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Behind {
    address: Le64,
    info: Info,
}

fn main() {}
