// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! An integer of another size on other machines.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(usize)]
enum Kind {
    #[value(fallback)]
    Other,
}

fn main() {}
