// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Structs that take no bytes.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic {}

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Unit;

fn main() {}
