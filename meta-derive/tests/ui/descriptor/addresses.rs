// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! An address is nothing that a device knows.

use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Status {
    buffer: &'static [u8; 64],
    next: *const u8,
}

fn main() {}
