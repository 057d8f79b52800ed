// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The words of a descriptor have the byte order of the device.

use meta_derive::Descriptor;

#[derive(Clone, Copy, Descriptor)]
#[repr(C)]
struct Status {
    address: u64,
    lengths: [u16; 2],
    status: u32,
    signed: i8,
    kind: u8,
    #[desc(reserved)]
    pad: [u8; 6],
}

#[derive(Descriptor)]
#[repr(C)]
union Memory {
    word: u64,
    status: Status,
}

fn main() {}
