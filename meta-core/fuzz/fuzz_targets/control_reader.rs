// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! `reader` with a mistake on purpose: a fuzzer that does not find it soon looks at nothing.
//!
//! It takes a few things at once, each of which is new code to the fuzzer, and none of which a seed has together.

#![no_main]

use libfuzzer_sys::fuzz_target;
use meta_core::btf::{Kind, Reader};

#[path = "../../tests/support/walk.rs"]
mod walk;

fuzz_target!(|data: &[u8]| {
    walk::bytes(data, None);
    for item in Reader::new(data).into_iter().flatten() {
        if item.kind() == Kind::Enum64 && item.flag() && item.values().len() == 2 {
            assert_ne!(item.size(), Some(0), "planted");
        }
    }
});
