// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A type that is no number says what to derive.

use meta_core::le::Le32;
use meta_derive::Descriptor;

#[derive(Clone, Copy)]
struct Kind;

#[derive(Clone, Copy, Descriptor)]
#[descriptor(part)]
#[repr(C)]
struct Status {
    #[desc(kind: Kind, bits = 3..=0)]
    status: Le32,
}

fn main() {}
