// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Any bytes, read as BTF that stands alone, as BTF split from a base that is right, and as a base with its split part.
//!
//! In the last case the first four bytes, little-endian, are the base's length. So a seed is either a file as it is, or two
//! files behind such a length.

#![no_main]

use libfuzzer_sys::fuzz_target;
use meta_core::btf::{Reader, BASE};

#[path = "../../tests/support/walk.rs"]
mod walk;

static RIGHT: [u8; BASE.len()] = BASE;

fuzz_target!(|data: &[u8]| {
    walk::bytes(data, None);
    let right = Reader::new(&RIGHT).expect("the base is right");
    walk::bytes(data, Some(&right));
    if let Some((length, rest)) = data.split_first_chunk() {
        let length = u32::from_le_bytes(*length) as usize;
        if let Some((base, split)) = rest.split_at_checked(length) {
            if let Ok(base) = Reader::new(base) {
                walk::bytes(split, Some(&base));
            }
        }
    }
});
