// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What the macro knows of `meta-core`'s field types and standard hints.
//!
//! The macro can not call into `meta-core`, which is compiled for another machine, so this repeats just what messages and the
//! table in the documentation need. The generated code asserts each of these facts against `meta-core` itself.

use syn::Type;

pub(crate) use self::shape::{text, Shape};

mod shape;

/// A field type, by the last segment of its path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) size: usize,
}

const KINDS: [Kind; 14] = [
    kind("u8", 1),
    kind("u16", 2),
    kind("u32", 4),
    kind("u64", 8),
    kind("i8", 1),
    kind("i16", 2),
    kind("i32", 4),
    kind("i64", 8),
    kind("Be16", 2),
    kind("Be32", 4),
    kind("Be64", 8),
    kind("Le16", 2),
    kind("Le32", 4),
    kind("Le64", 8),
];

const fn kind(name: &'static str, size: usize) -> Kind {
    Kind { name, size }
}

impl Kind {
    pub(crate) fn of(ty: &Type) -> Option<Self> {
        let Type::Path(path) = ty else { return None };
        let last = path.path.segments.last()?;
        if path.qself.is_some() || !last.arguments.is_none() {
            return None;
        }
        KINDS.into_iter().find(|kind| last.ident == kind.name)
    }

    /// Whether it is one of `u8` to `u64`.
    pub(crate) fn is_unsigned(self) -> bool {
        self.name.starts_with('u')
    }

    /// Whether it is one of `i8` to `i64`.
    pub(crate) fn is_signed(self) -> bool {
        self.name.starts_with('i')
    }

    /// Whether its bytes have the same order on every machine: one of `Be16` to `Le64`.
    pub(crate) fn is_ordered(self) -> bool {
        self.name.starts_with(['B', 'L'])
    }
}

/// A standard hint: its name, the constant with its id, and the only type it may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hint {
    pub(crate) name: &'static str,
    pub(crate) constant: &'static str,
    pub(crate) ty: &'static str,
}

impl Hint {
    /// Number of bytes.
    pub(crate) fn size(self) -> usize {
        (KINDS.iter().find(|kind| kind.name == self.ty)).map_or(0, |kind| kind.size)
    }
}

pub(crate) const HINTS: [Hint; 7] = [
    hint("rx_timestamp", "RX_TIMESTAMP", "u64"),
    hint("rx_hash", "RX_HASH", "u32"),
    hint("rx_hash_type", "RX_HASH_TYPE", "u16"),
    hint("rx_vlan_tci", "RX_VLAN_TCI", "u16"),
    hint("rx_vlan_proto", "RX_VLAN_PROTO", "Be16"),
    hint("rx_csum", "RX_CSUM", "u16"),
    hint("rx_packet_type", "RX_PACKET_TYPE", "u16"),
];

const fn hint(name: &'static str, constant: &'static str, ty: &'static str) -> Hint {
    Hint { name, constant, ty }
}

/// Most fields in a struct.
pub(crate) const MAX_DECLARED: usize = 64;
/// Most fields in a layout: each has a bit in the trailer's `present`.
pub(crate) const MAX_FIELDS: usize = 16;
/// Most bits that the bit-fields of a layout take together.
pub(crate) const MAX_BITS: usize = 64;
/// Most knobs: each doubles the number of layouts.
pub(crate) const MAX_KNOBS: usize = 6;
/// Largest record.
pub(crate) const MAX_SIZE: usize = 64;
/// Size of the trailer.
pub(crate) const TRAILER: usize = 8;
/// Members of the trailer, whose names fields can not have.
pub(crate) const TRAILER_MEMBERS: [&str; 3] = ["layout_id", "generation", "present"];
/// First id of a driver's own fields.
pub(crate) const DRIVER_FIRST: u16 = 0x8000;
