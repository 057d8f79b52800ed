// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A layout's id: a hash of everything that a reader relies on.
//!
//! The canonical form is the type's name, then for each field its id, name, offset, width and encoding. Nothing that differs
//! between kernels, machines or loads goes in.
//!
//! An id has 31 bits. Programs get ids as values of an enum from BTF, and libbpf extends the sign of those: with the top bit
//! set, `bpf_core_enum_value()` of an unsigned enum can not be relocated.

use crate::field::Field;

const OFFSET_BASIS: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;

/// The id of a layout with this name and these fields: FNV-1a over the canonical form, folded to 31 bits, never 0.
///
/// # Examples
///
/// ```
/// use meta_core::field::{Field, Kind};
/// use meta_core::layout::content_id;
///
/// let a = content_id("a", &[Field::new(1, "x", Kind::U16)]);
/// let b = content_id("a", &[Field::new(1, "x", Kind::Be16)]);
/// assert_ne!(a, b);
/// ```
pub const fn content_id(name: &str, fields: &[Field]) -> u32 {
    let mut hash = text(OFFSET_BASIS, name);
    let mut i = 0;
    while i < fields.len() {
        let field = &fields[i];
        hash = number(hash, field.id);
        hash = text(hash, field.name);
        hash = number(hash, field.offset);
        hash = byte(hash, field.kind.size().to_le_bytes()[0]);
        hash = byte(hash, if field.kind.is_big_endian() { 1 } else { 0 });
        i += 1;
    }
    match hash >> 31 ^ hash & 0x7fff_ffff {
        // 0 is "no record" in a trailer.
        0 => PRIME,
        id => id,
    }
}

const fn byte(hash: u32, byte: u8) -> u32 {
    (hash ^ byte as u32).wrapping_mul(PRIME)
}

/// Little-endian on every machine.
const fn number(hash: u32, number: u16) -> u32 {
    let [low, high] = number.to_le_bytes();
    byte(byte(hash, low), high)
}

/// With a NUL behind it, so that neighbouring strings can not run into each other.
const fn text(mut hash: u32, text: &str) -> u32 {
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        hash = byte(hash, bytes[i]);
        i += 1;
    }
    byte(hash, 0)
}
