// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Types with elements: structs and unions, enums, prototypes and sections.

use super::records::number;
use super::{Builder, Id};
use crate::btf::format::kind;
use crate::ty::{Enumerator, Kind};

/// A member of a struct or union, for a [`Builder`].
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// Name; empty for an anonymous struct or union.
    pub name: &'a str,
    /// Type; of a bit-field, the declared one.
    pub ty: Id,
    /// Bits from the start of the struct.
    pub offset: u32,
    /// Width of a bit-field in bits; 0 if it is none.
    pub bits: u8,
}

impl<'a> Member<'a> {
    /// A member that is no bit-field, so many bytes from the start.
    ///
    /// # Panics
    ///
    /// If that is more than 2^29 bytes.
    pub const fn new(name: &'a str, ty: Id, offset: usize) -> Self {
        assert!(offset < 1 << 29, "BTF: a member is further than 2^29 bytes");
        Self {
            name,
            ty,
            offset: number(offset * 8),
            bits: 0,
        }
    }

    /// A bit-field, so many bits from the start.
    pub const fn bit_field(name: &'a str, ty: Id, offset: u32, bits: u8) -> Self {
        Self {
            name,
            ty,
            offset,
            bits,
        }
    }
}

/// A parameter of a prototype, for a [`Builder`].
#[derive(Clone, Copy, Debug)]
pub struct Param<'a> {
    /// Name; empty for none. The kernel wants names in the prototype of a function, and none in that of a pointer.
    pub name: &'a str,
    /// Type; [`Id::VOID`], without a name and as the last one, for `...`.
    pub ty: Id,
}

/// A variable in a section, for a [`Builder`].
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// The VAR.
    pub ty: Id,
    /// Bytes from the start of the section.
    pub offset: u32,
    /// Bytes.
    pub size: u32,
}

impl<const CAP: usize> Builder<CAP> {
    /// STRUCT: a struct of so many bytes, with the members in the order of their offsets. The name may be empty.
    ///
    /// # Panics
    ///
    /// If a member's offset is below that of the one before or beyond the end, a bit-field reaches beyond the end, or a
    /// name is none in C.
    pub const fn structure(&mut self, name: &str, size: usize, members: &[Member<'_>]) -> Id {
        self.composite(kind::STRUCT, name, size, members)
    }

    /// UNION: a union of so many bytes, whose members all start at 0. The name may be empty.
    ///
    /// # Panics
    ///
    /// If a member does not start at 0, or a name is none in C.
    pub const fn union(&mut self, name: &str, size: usize, members: &[Member<'_>]) -> Id {
        let mut i = 0;
        while i < members.len() {
            assert!(
                members[i].offset == 0,
                "BTF: the members of a union all start at 0"
            );
            i += 1;
        }
        self.composite(kind::UNION, name, size, members)
    }

    const fn composite(&mut self, kind: u8, name: &str, size: usize, members: &[Member<'_>]) -> Id {
        let mut has_bits = false;
        let mut i = 0;
        while i < members.len() {
            has_bits |= members[i].bits != 0;
            assert!(
                i == 0 || members[i - 1].offset <= members[i].offset,
                "BTF: members stand in the order of their offsets: sort them"
            );
            i += 1;
        }
        let name = self.name(name);
        self.begin_composite(kind, name, size, members.len(), has_bits);
        let mut i = 0;
        while i < members.len() {
            let Member {
                name,
                ty,
                offset,
                bits,
            } = members[i];
            assert!(
                offset as usize + bits as usize <= size * 8,
                "BTF: a member is not within its struct: correct its offset, or the struct's size"
            );
            self.member(name, ty, offset, bits, has_bits);
            i += 1;
        }
        self.finish()
    }

    /// Begins a struct or union; its [`member`](Self::member)s and [`finish`](Self::finish) must follow, and no other type
    /// between them.
    pub(in crate::btf) const fn begin_composite(
        &mut self,
        kind: u8,
        name: u32,
        size: usize,
        members: usize,
        has_bits: bool,
    ) {
        self.records
            .begin(name, kind, members, has_bits, number(size));
    }

    pub(in crate::btf) const fn member(
        &mut self,
        name: &str,
        ty: Id,
        offset: u32,
        bits: u8,
        has_bits: bool,
    ) {
        let (name, ty) = (self.name(name), self.sized(ty));
        self.records.word(name);
        self.records.word(ty);
        if has_bits {
            assert!(
                offset < 1 << 24,
                "BTF: in a struct with bit-fields a member is further than 2^24 bits"
            );
            self.records.word((bits as u32) << 24 | offset);
        } else {
            self.records.word(offset);
        }
    }

    /// ENUM or, of more than 32 bits, ENUM64: an enum that is stored as an integer of native byte order. The name may be
    /// empty.
    ///
    /// # Panics
    ///
    /// If a value does not fit into the integer, that is big- or little-endian, or a name is none in C.
    ///
    /// # Examples
    ///
    /// ```
    /// use meta_core::btf::Builder;
    /// use meta_core::ty::{Enumerator, Kind};
    ///
    /// const BTF: Builder<64> = {
    ///     let mut btf = Builder::new();
    ///     let values = [Enumerator { name: "OFF", value: -1 }, Enumerator { name: "ON", value: 1 }];
    ///     btf.enumeration("nic_state", Kind::S8, &values);
    ///     btf
    /// };
    /// assert_eq!(BTF.len(), 24 + 28 + 18);
    /// ```
    pub const fn enumeration(&mut self, name: &str, kind: Kind, values: &[Enumerator]) -> Id {
        assert!(
            !kind.is_big_endian() && !kind.is_little_endian(),
            "BTF: an enum is in native byte order: use an integer where the order is given"
        );
        let name = self.name(name);
        self.begin_enumeration(name, kind, values.len());
        let mut i = 0;
        while i < values.len() {
            let value = values[i].value;
            assert!(
                fits(value, kind),
                "BTF: the value of an enumerator does not fit into the enum's integer"
            );
            let name = self.named(values[i].name);
            self.value(name, value, kind);
            i += 1;
        }
        self.finish()
    }

    /// Begins an enum; its [`value`](Self::value)s and [`finish`](Self::finish) must follow.
    pub(in crate::btf) const fn begin_enumeration(&mut self, name: u32, kind: Kind, values: usize) {
        let number = match kind.size() {
            8 => kind::ENUM64,
            _ => kind::ENUM,
        };
        let size = super::number(kind.size());
        self.records
            .begin(name, number, values, kind.is_signed(), size);
    }

    pub(in crate::btf) const fn value(&mut self, name: u32, value: i64, kind: Kind) {
        let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
        self.records.word(name);
        self.records.word(u32::from_le_bytes([a, b, c, d]));
        if kind.size() == 8 {
            self.records.word(u32::from_le_bytes([e, f, g, h]));
        }
    }

    /// FUNC_PROTO: what a function takes and gives; [`Id::VOID`] as the result if that is nothing.
    ///
    /// # Panics
    ///
    /// If a name is none in C.
    pub const fn prototype(&mut self, result: Id, params: &[Param<'_>]) -> Id {
        let result = self.known(result);
        self.records
            .begin(0, kind::FUNC_PROTO, params.len(), false, result);
        let mut i = 0;
        while i < params.len() {
            let (name, ty) = (self.name(params[i].name), self.known(params[i].ty));
            self.records.word(name);
            self.records.word(ty);
            i += 1;
        }
        self.finish()
    }

    /// DATASEC: a section of an object file with its variables, in the order of their offsets. The name begins with a dot
    /// as a rule, `.data`.
    ///
    /// # Panics
    ///
    /// If the name is empty, the size 0, or a variable overlaps the one before or reaches beyond the end.
    pub const fn section(&mut self, name: &str, size: usize, variables: &[Variable]) -> Id {
        assert!(
            !name.is_empty() && size > 0,
            "BTF: a section needs a name and a size"
        );
        let name = self.text(name);
        self.records
            .begin(name, kind::DATASEC, variables.len(), false, number(size));
        let (mut i, mut end) = (0, 0);
        while i < variables.len() {
            let Variable { ty, offset, size } = variables[i];
            assert!(
                offset as usize >= end,
                "BTF: the variables of a section stand in the order of their offsets, without overlap"
            );
            end = offset as usize + size as usize;
            let ty = self.sized(ty);
            self.records.word(ty);
            self.records.word(offset);
            self.records.word(size);
            i += 1;
        }
        assert!(
            end <= size,
            "BTF: a variable reaches beyond the end of its section: correct the section's size"
        );
        self.finish()
    }
}

/// Whether an integer of this kind can be so much; of unsigned 64 bits, each value stands for the same bits.
const fn fits(value: i64, kind: Kind) -> bool {
    let bits = kind.size() as u32 * 8;
    if bits == 64 {
        return true;
    }
    let (from, to) = match kind.is_signed() {
        true => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        false => (0, (1 << bits) - 1),
    };
    value >= from && value <= to
}
