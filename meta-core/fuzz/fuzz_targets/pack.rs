// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Any set of fields, packed: each keeps its identity, none overlaps another, all are aligned.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../src/sets.rs"]
mod sets;

fuzz_target!(|data: &[u8]| sets::check(&sets::fields(data)));
