// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! All views of a memory are of one size.

use meta_core::le::{Le32, Le64};
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Short {
    status: Le64,
}

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Long {
    status: Le64,
    address: Le64,
}

#[derive(Descriptor)]
#[repr(C)]
union Memory {
    short: Short,
    long: Long,
}

#[derive(Descriptor)]
#[descriptor(part)]
#[repr(C)]
union Word {
    whole: Le64,
    half: Le32,
}

fn main() {}
