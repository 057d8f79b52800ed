// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Members without names.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(C)]
struct Nic(u32, u32);

fn main() {}
