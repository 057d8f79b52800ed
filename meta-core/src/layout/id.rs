// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A layout's id: a hash of everything that a reader relies on.
//!
//! The canonical form is the type's name, then for each field its id, name, offset, width and encoding; of a field that is no
//! plain integer, also what it is made of. Nothing that differs between kernels, machines or loads goes in.
//!
//! An id has 31 bits. Programs get ids as values of an enum from BTF, and libbpf extends the sign of those: with the top bit
//! set, `bpf_core_enum_value()` of an unsigned enum can not be relocated.

use crate::field::Field;
use crate::ty::{Composite, Enum, Kind, Type};

/// Encodings, in the canonical form.
mod encoding {
    pub(super) const UNSIGNED: u8 = 0;
    pub(super) const BIG_ENDIAN: u8 = 1;
    pub(super) const LITTLE_ENDIAN: u8 = 2;
    pub(super) const SIGNED: u8 = 3;
    pub(super) const ARRAY: u8 = 4;
    pub(super) const ENUM: u8 = 5;
    pub(super) const STRUCT: u8 = 6;
    pub(super) const UNION: u8 = 7;
    pub(super) const BIT_FIELD: u8 = 8;
}

const OFFSET_BASIS: u32 = 0x811c_9dc5;
const PRIME: u32 = 0x0100_0193;

/// The id of a layout with this name and these fields: FNV-1a over the canonical form, folded to 31 bits, never 0.
///
/// # Examples
///
/// ```
/// use meta_core::field::Field;
/// use meta_core::layout::content_id;
/// use meta_core::ty::Type;
///
/// let a = content_id("a", &[Field::new(1, "x", Type::U16)]);
/// let b = content_id("a", &[Field::new(1, "x", Type::BE16)]);
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
        hash = of_type(hash, &field.ty);
        if field.bits != 0 {
            hash = byte(hash, encoding::BIT_FIELD);
            hash = byte(hash, field.bit);
            hash = byte(hash, field.bits);
        }
        i += 1;
    }
    match hash >> 31 ^ hash & 0x7fff_ffff {
        // 0 is "no record" in a trailer.
        0 => PRIME,
        id => id,
    }
}

/// Width in bytes, encoding, content.
const fn of_type(hash: u32, ty: &Type) -> u32 {
    let hash = byte(hash, ty.size().to_le_bytes()[0]);
    match ty {
        Type::Int(kind) => byte(hash, of_kind(*kind)),
        Type::Array(of, len) => {
            let hash = byte(hash, encoding::ARRAY);
            let [low, high, ..] = len.to_le_bytes();
            of_type(number(hash, u16::from_le_bytes([low, high])), of)
        }
        Type::Enum(of) => of_enum(byte(hash, encoding::ENUM), of),
        Type::Struct(of) => of_composite(byte(hash, encoding::STRUCT), of),
        Type::Union(of) => of_composite(byte(hash, encoding::UNION), of),
    }
}

const fn of_kind(kind: Kind) -> u8 {
    if kind.is_big_endian() {
        encoding::BIG_ENDIAN
    } else if kind.is_little_endian() {
        encoding::LITTLE_ENDIAN
    } else if kind.is_signed() {
        encoding::SIGNED
    } else {
        encoding::UNSIGNED
    }
}

const fn of_enum(hash: u32, of: &Enum) -> u32 {
    let mut hash = byte(text(hash, of.name), of_kind(of.kind));
    let mut i = 0;
    while i < of.values.len() {
        hash = text(hash, of.values[i].name);
        hash = bytes(hash, &of.values[i].value.to_le_bytes());
        i += 1;
    }
    hash
}

const fn of_composite(hash: u32, of: &Composite) -> u32 {
    let mut hash = text(hash, of.name);
    let mut i = 0;
    while i < of.members.len() {
        let member = &of.members[i];
        hash = text(hash, member.name);
        hash = bytes(hash, &member.offset.to_le_bytes());
        hash = of_type(byte(hash, member.bits), &member.ty);
        i += 1;
    }
    hash
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
const fn text(hash: u32, text: &str) -> u32 {
    byte(bytes(hash, text.as_bytes()), 0)
}

const fn bytes(mut hash: u32, bytes: &[u8]) -> u32 {
    let mut i = 0;
    while i < bytes.len() {
        hash = byte(hash, bytes[i]);
        i += 1;
    }
    hash
}
