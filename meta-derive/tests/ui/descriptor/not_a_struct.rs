// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A descriptor is a struct with named words.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Words(Le32, Le32);

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Nothing {}

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
enum Kind {
    One,
}

fn main() {}
