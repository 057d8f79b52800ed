// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A view is a member of the union.

use meta_core::descriptor::View;
use meta_core::le::{Le16, Le32};
use meta_derive::Descriptor;

#[derive(Descriptor)]
#[descriptor(part)]
#[repr(C)]
union Memory {
    word: Le32,
}

fn other(half: Le16) {
    View::<Memory>::view::<Le32>(half);
}

fn main() {}
