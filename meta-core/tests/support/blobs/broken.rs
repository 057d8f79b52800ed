// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Blobs with one mistake each: whoever takes one of them did not look.

use super::composites::STRUCTS;
use super::{bytes, Blob};

/// Where the types start.
const TYPES: usize = 24;
/// Where the first member of the first struct is: behind an integer of 16 bytes, a typedef of 12, and the struct's head.
const MEMBER: usize = TYPES + 16 + 12 + 12;
/// Where the first member of the last struct is: behind the members of that one, the union, and its own head.
const HASH: usize = MEMBER + 3 * 12 + (12 + 2 * 12) + 12;

/// What is wrong with each, and its bytes.
pub(crate) fn all() -> Vec<(&'static str, Vec<u8>)> {
    let good = bytes!(STRUCTS).to_vec();
    let with = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    let last = good.len() - 1;
    vec![
        ("no magic number", with(0, 0)),
        ("a byte is missing", good[..last].to_vec()),
        ("no end of the strings", with(last, b'x')),
        ("no such kind", with(TYPES + 7, 77)),
        ("no such name", with(TYPES + 2, 0x7f)),
        ("no such type", with(MEMBER + 5, 0x10)),
    ]
}

/// A blob, and its bytes with one member a byte further than it should be.
pub(crate) fn changed() -> (Blob, Vec<u8>) {
    let mut list = super::composites::all().into_iter();
    let blob = list.find(|blob| blob.name == "structs");
    let blob = blob.expect("it is in the list");
    let mut bytes = blob.bytes.clone();
    bytes[HASH + 8..HASH + 12].copy_from_slice(&8_u32.to_ne_bytes());
    (blob, bytes)
}

/// A blob with a type that is there twice.
pub(crate) fn doubled() -> Vec<u8> {
    let mut bytes = bytes!(STRUCTS).to_vec();
    let integer = bytes[TYPES..TYPES + 16].to_vec();
    let end = TYPES + STRUCTS_TYPES;
    bytes.splice(end..end, integer);
    let length = u32::try_from(STRUCTS_TYPES + 16).expect("it is short");
    bytes[12..16].copy_from_slice(&length.to_ne_bytes());
    bytes[16..20].copy_from_slice(&length.to_ne_bytes());
    bytes
}

/// Bytes of the types of [`STRUCTS`].
const STRUCTS_TYPES: usize = 16 + 12 + (12 + 3 * 12) + 2 * (12 + 2 * 12) + 2 * 16;
