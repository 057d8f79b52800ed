// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! `pack` with a mistake on purpose: a fuzzer that does not find it soon looks at nothing.
//!
//! It takes a few things at once, each of which is new code to the fuzzer.

#![no_main]

use libfuzzer_sys::fuzz_target;
use meta_core::ty::Type;

#[path = "../src/sets.rs"]
mod sets;

fuzz_target!(|data: &[u8]| {
    let fields = sets::fields(data);
    sets::check(&fields);
    if let [first, .., last] = &*fields {
        if matches!(first.ty, Type::Struct(_)) {
            assert_ne!(last.bits, 29, "planted");
        }
    }
});
