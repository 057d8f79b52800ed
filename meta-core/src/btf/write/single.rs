// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Types of one record and no elements: integers, what is derived from one other type, functions, variables and tags.

use super::records::number;
use super::{Builder, Id};
use crate::btf::format::{kind, INT_BOOL, INT_CHAR, INT_SIGNED};
use crate::btf::linkage::Linkage;

/// What the bits of an integer mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// A number from 0 on.
    Unsigned,
    /// A number in two's complement.
    Signed,
    /// A character.
    Char,
    /// 0 or 1.
    Bool,
}

impl Encoding {
    /// `BTF_INT_*`.
    const fn number(self) -> u8 {
        match self {
            Self::Unsigned => 0,
            Self::Signed => INT_SIGNED,
            Self::Char => INT_CHAR,
            Self::Bool => INT_BOOL,
        }
    }
}

impl<const CAP: usize> Builder<CAP> {
    /// INT: an integer of so many bytes. The name may have spaces, `unsigned int`.
    ///
    /// # Panics
    ///
    /// If the name is empty, or the size not 1, 2, 4, 8 or 16 bytes.
    pub const fn int(&mut self, name: &str, size: usize, encoding: Encoding) -> Id {
        assert!(
            matches!(size, 1 | 2 | 4 | 8 | 16),
            "BTF: an integer has 1, 2, 4, 8 or 16 bytes"
        );
        assert!(!name.is_empty(), "BTF: an integer needs a name");
        let name = self.text(name);
        self.records.begin(name, kind::INT, 0, false, number(size));
        self.records
            .word((encoding.number() as u32) << 24 | number(size * 8));
        self.finish()
    }

    /// FLOAT: a floating-point type of so many bytes. The name may have spaces, `long double`.
    ///
    /// # Panics
    ///
    /// If the name is empty, or the size not 2, 4, 8, 12 or 16 bytes.
    pub const fn float(&mut self, name: &str, size: usize) -> Id {
        assert!(
            matches!(size, 2 | 4 | 8 | 12 | 16),
            "BTF: a float has 2, 4, 8, 12 or 16 bytes"
        );
        assert!(!name.is_empty(), "BTF: a float needs a name");
        let name = self.text(name);
        self.simple(name, kind::FLOAT, number(size))
    }

    /// PTR: a pointer to a type; to nothing that is known, if that is [`Id::VOID`].
    pub const fn pointer(&mut self, target: Id) -> Id {
        let target = self.known(target);
        self.simple(0, kind::PTR, target)
    }

    /// ARRAY: so many of a type.
    ///
    /// It is indexed by `__ARRAY_SIZE_TYPE__`, an integer of 4 bytes that pahole and clang make for this purpose.
    ///
    /// # Panics
    ///
    /// If there are more than 2^32 elements, or the element is `void`.
    pub const fn array(&mut self, element: Id, len: usize) -> Id {
        let element = self.sized(element);
        let index = self.int("__ARRAY_SIZE_TYPE__", 4, Encoding::Unsigned);
        self.records.begin(0, kind::ARRAY, 0, false, 0);
        self.records.word(element);
        self.records.word(index.get());
        self.records.word(number(len));
        self.finish()
    }

    /// TYPEDEF: a name for a type.
    ///
    /// # Panics
    ///
    /// If it is no name in C.
    pub const fn typedef(&mut self, name: &str, target: Id) -> Id {
        let (name, target) = (self.named(name), self.known(target));
        self.simple(name, kind::TYPEDEF, target)
    }

    /// CONST: a `const` type.
    pub const fn constant(&mut self, target: Id) -> Id {
        let target = self.known(target);
        self.simple(0, kind::CONST, target)
    }

    /// VOLATILE: a `volatile` type.
    pub const fn volatile(&mut self, target: Id) -> Id {
        let target = self.known(target);
        self.simple(0, kind::VOLATILE, target)
    }

    /// RESTRICT: a `restrict` pointer.
    pub const fn restrict(&mut self, target: Id) -> Id {
        let target = self.known(target);
        self.simple(0, kind::RESTRICT, target)
    }

    /// TYPE_TAG: a type with `__attribute__((btf_type_tag("…")))`. The kernel wants a pointer to it.
    ///
    /// # Panics
    ///
    /// If the text is empty.
    pub const fn type_tag(&mut self, text: &str, target: Id) -> Id {
        assert!(!text.is_empty(), "BTF: a tag needs a text");
        let (text, target) = (self.text(text), self.known(target));
        self.simple(text, kind::TYPE_TAG, target)
    }

    /// FWD: a struct that is defined elsewhere.
    ///
    /// # Panics
    ///
    /// If it is no name in C.
    pub const fn fwd_struct(&mut self, name: &str) -> Id {
        self.fwd(name, false)
    }

    /// FWD: a union that is defined elsewhere.
    ///
    /// # Panics
    ///
    /// If it is no name in C.
    pub const fn fwd_union(&mut self, name: &str) -> Id {
        self.fwd(name, true)
    }

    const fn fwd(&mut self, name: &str, union: bool) -> Id {
        let name = self.named(name);
        self.records.begin(name, kind::FWD, 0, union, 0);
        self.finish()
    }

    /// FUNC: a function with a [prototype](Self::prototype). The kernel's own have static linkage.
    ///
    /// # Panics
    ///
    /// If it is no name in C.
    pub const fn function(&mut self, name: &str, prototype: Id, linkage: Linkage) -> Id {
        let (name, prototype) = (self.named(name), self.sized(prototype));
        let linkage = linkage.number() as usize;
        self.records
            .begin(name, kind::FUNC, linkage, false, prototype);
        self.finish()
    }

    /// VAR: a variable.
    ///
    /// # Panics
    ///
    /// If it is no name in C, or the type is `void`.
    pub const fn variable(&mut self, name: &str, ty: Id, linkage: Linkage) -> Id {
        let (name, ty) = (self.named(name), self.sized(ty));
        self.records.begin(name, kind::VAR, 0, false, ty);
        self.records.word(linkage.number());
        self.finish()
    }

    /// DECL_TAG: a text on a struct, union, typedef, variable or function.
    ///
    /// # Panics
    ///
    /// If the text is empty.
    pub const fn tag(&mut self, target: Id, text: &str) -> Id {
        self.strings.push(text);
        self.finish_tag(target, None)
    }

    /// DECL_TAG: a text on a member of a struct or union or on a parameter of a function, counted from 0.
    ///
    /// # Panics
    ///
    /// If the text is empty.
    pub const fn tag_member(&mut self, target: Id, index: usize, text: &str) -> Id {
        self.strings.push(text);
        self.finish_tag(target, Some(index))
    }

    /// The same with the text that was built with the `push` methods of `strings`.
    pub(in crate::btf) const fn finish_tag(&mut self, target: Id, member: Option<usize>) -> Id {
        let text = self.strings.finish();
        assert!(text != 0, "BTF: a tag needs a text");
        let target = self.sized(target);
        self.records.begin(text, kind::DECL_TAG, 0, false, target);
        self.records.word(match member {
            Some(index) => number(index),
            None => u32::MAX,
        });
        self.finish()
    }

    const fn simple(&mut self, name: u32, kind: u8, rest: u32) -> Id {
        self.records.begin(name, kind, 0, false, rest);
        self.finish()
    }

    pub(in crate::btf) const fn finish(&mut self) -> Id {
        Id(self.records.finish())
    }
}
