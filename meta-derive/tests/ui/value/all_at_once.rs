// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Errors do not hide each other, and uses of the type add none.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[value(nme = "a")]
#[repr(C)]
struct Nic {
    kind: bool,
    hash: usize,
    #[value(bits(ip: u8 = 0..=3, l4: u8 = 9..=4))]
    status: u8,
}

fn uses(nic: Nic) -> u8 {
    let bytes = meta_core::value::Value::to_bytes(nic);
    let nic = <Nic as meta_core::value::Value>::from_bytes(bytes);
    nic.with_ip(3).ip()
}

fn main() {}
