// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The types of the model in BTF: the kernel's typedefs on C's integers, and what is made of them.
//!
//! A struct's record is one piece, so the types of its members are added first, and wait.

use super::{Builder, Encoding, Id, MAX_WAITING};
use crate::btf::format::kind;
use crate::ty::{Composite, Kind, Type};

/// C's integers of 1, 2, 4 and 8 bytes, unsigned and signed.
const INTS: [[&str; 4]; 2] = [
    [
        "unsigned char",
        "unsigned short",
        "unsigned int",
        "unsigned long long",
    ],
    ["signed char", "short", "int", "long long"],
];

impl<const CAP: usize> Builder<CAP> {
    /// Adds a type of the model, and all that it is made of.
    ///
    /// Integers become the kernel's typedefs (`__u32`, `__be16`, `__le64`), all else what C has for it.
    ///
    /// # Panics
    ///
    /// As the methods for the kinds of types do, and if a struct and those around it have more than 256 members.
    ///
    /// # Examples
    ///
    /// ```
    /// use meta_core::btf::{Builder, Reader};
    /// use meta_core::ty::{Composite, Member, Type};
    ///
    /// const MAC: Type = Type::Array(&Type::U8, 6);
    /// const FILTER: Type = Type::Struct(&Composite {
    ///     name: "nic_filter",
    ///     size: 8,
    ///     align: 2,
    ///     members: &[Member::new("mac", MAC, 0), Member::new("queue", Type::LE16, 6)],
    /// });
    /// const BTF: Builder<512> = {
    ///     let mut btf = Builder::new();
    ///     btf.describe(&FILTER);
    ///     btf
    /// };
    /// static BYTES: [u8; BTF.len()] = BTF.bytes();
    ///
    /// let reader = Reader::new(&BYTES)?;
    /// let names: Vec<_> = reader.types().map(|item| item.name().to_string()).collect();
    /// assert_eq!(names[..3], ["unsigned char", "__u8", "__ARRAY_SIZE_TYPE__"]);
    /// assert_eq!(names.last().unwrap(), "nic_filter");
    /// # Ok::<(), meta_core::btf::Error>(())
    /// ```
    pub const fn describe(&mut self, ty: &Type) -> Id {
        match ty {
            Type::Int(kind) => self.scalar(*kind),
            Type::Array(of, len) => {
                let element = self.describe(of);
                self.array(element, *len)
            }
            Type::Enum(of) => self.enumeration(of.name, of.kind, of.values),
            Type::Struct(of) => self.described(kind::STRUCT, of),
            Type::Union(of) => self.described(kind::UNION, of),
        }
    }

    /// The typedef of an integer.
    pub(in crate::btf) const fn scalar(&mut self, kind: Kind) -> Id {
        let slot = kind as usize;
        if self.scalars[slot].0 == Id::VOID.0 {
            let target = match kind {
                Kind::Be16 | Kind::Le16 => self.scalar(Kind::U16),
                Kind::Be32 | Kind::Le32 => self.scalar(Kind::U32),
                Kind::Be64 | Kind::Le64 => self.scalar(Kind::U64),
                _ => {
                    let size = kind.size();
                    let name = INTS[kind.is_signed() as usize][size.trailing_zeros() as usize];
                    let encoding = match kind.is_signed() {
                        true => Encoding::Signed,
                        false => Encoding::Unsigned,
                    };
                    self.int(name, size, encoding)
                }
            };
            self.scalars[slot] = self.typedef(kind.c_name(), target);
        }
        self.scalars[slot]
    }

    const fn described(&mut self, kind: u8, of: &Composite) -> Id {
        let members = of.members;
        let mut has_bits = false;
        let mut i = 0;
        while i < members.len() {
            let id = self.describe(&members[i].ty);
            self.wait(id);
            has_bits |= members[i].bits != 0;
            assert!(
                i == 0 || members[i - 1].offset <= members[i].offset,
                "BTF: members stand in the order of their offsets: sort those of the type"
            );
            i += 1;
        }
        let name = self.name(of.name);
        self.begin_composite(kind, name, of.size, members.len(), has_bits);
        let mut i = 0;
        while i < members.len() {
            let ty = self.waiting(members.len(), i);
            let (offset, bits) = (members[i].offset, members[i].bits);
            self.member(members[i].name, ty, offset, bits, has_bits);
            i += 1;
        }
        self.release(members.len());
        self.finish()
    }

    /// Keeps the type of a member until its struct is begun.
    pub(in crate::btf) const fn wait(&mut self, id: Id) {
        assert!(
            self.waiting_len < MAX_WAITING,
            "BTF: a struct and those around it have more than 256 members: describe them one by one"
        );
        self.waiting[self.waiting_len] = id;
        self.waiting_len += 1;
    }

    /// The type at an index of the last so many that wait.
    pub(in crate::btf) const fn waiting(&self, count: usize, index: usize) -> Id {
        self.waiting[self.waiting_len - count + index]
    }

    /// Lets the last so many go: their struct is finished.
    pub(in crate::btf) const fn release(&mut self, count: usize) {
        self.waiting_len -= count;
    }
}
