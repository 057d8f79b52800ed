// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The type section, record by record, and the header around both sections.
//!
//! Every method that adds a type gives its id. Types of several records (a struct and its members) are begun with their
//! count and then filled; the encoder does not check that the count is kept, its callers take it from the same slice.

use super::strings::Strings;

/// `BTF_KIND_*`.
pub(super) mod kind {
    pub(in super::super) const INT: u32 = 1;
    pub(in super::super) const PTR: u32 = 2;
    pub(in super::super) const STRUCT: u32 = 4;
    pub(in super::super) const UNION: u32 = 5;
    pub(in super::super) const ENUM: u32 = 6;
    pub(in super::super) const TYPEDEF: u32 = 8;
    pub(in super::super) const FUNC: u32 = 12;
    pub(in super::super) const FUNC_PROTO: u32 = 13;
    pub(in super::super) const DECL_TAG: u32 = 17;
}

pub(super) const MAGIC: u16 = 0xeb9f;
pub(super) const HEADER: usize = 24;
/// The sign bit of an INT's encoding.
pub(super) const SIGNED: u32 = 1;

/// BTF that is being made, at most `CAP` bytes of types and as many of strings.
#[derive(Clone, Copy)]
pub(super) struct Encoder<const CAP: usize> {
    types: [u8; CAP],
    len: usize,
    next_id: u32,
    string_base: u32,
    pub(super) strings: Strings<CAP>,
}

impl<const CAP: usize> Encoder<CAP> {
    /// BTF that stands alone.
    pub(super) const fn stand_alone() -> Self {
        let mut encoder = Self::split(1, 0);
        // The first string of a section that has no base is the empty one.
        encoder.strings.finish();
        encoder
    }

    /// BTF whose first type and first string come behind those of a base.
    pub(super) const fn split(first_id: u32, string_base: u32) -> Self {
        Self {
            types: [0; CAP],
            len: 0,
            next_id: first_id,
            string_base,
            strings: Strings::new(),
        }
    }

    pub(super) const fn int(&mut self, name: &str, size: usize, encoding: u32) -> u32 {
        let id = self.begin(name, kind::INT, 0, number(size));
        self.word(encoding << 24 | number(size * 8));
        id
    }

    pub(super) const fn typedef(&mut self, name: &str, target: u32) -> u32 {
        self.begin(name, kind::TYPEDEF, 0, target)
    }

    pub(super) const fn ptr(&mut self, target: u32) -> u32 {
        self.record(0, kind::PTR, 0, target)
    }

    /// A struct or union; `members` calls of [`member`](Self::member) must follow.
    pub(super) const fn composite(
        &mut self,
        kind: u32,
        name: u32,
        members: usize,
        size: usize,
    ) -> u32 {
        self.record(name, kind, members, number(size))
    }

    pub(super) const fn member(&mut self, name: &str, target: u32, offset: usize) {
        let name = self.name(name);
        self.word(name);
        self.word(target);
        self.word(number(offset * 8));
    }

    /// An unsigned enum of 32 bits; `values` calls of [`value`](Self::value) must follow.
    pub(super) const fn enumeration(&mut self, name: u32, values: usize) -> u32 {
        self.record(name, kind::ENUM, values, 4)
    }

    pub(super) const fn value(&mut self, name: u32, value: u32) {
        self.word(name);
        self.word(value);
    }

    /// A prototype; `params` calls of [`param`](Self::param) must follow.
    pub(super) const fn proto(&mut self, result: u32, params: usize) -> u32 {
        self.record(0, kind::FUNC_PROTO, params, result)
    }

    pub(super) const fn param(&mut self, name: &str, target: u32) {
        let name = self.name(name);
        self.word(name);
        self.word(target);
    }

    /// A function, with static linkage, as all of the kernel's own have.
    pub(super) const fn func(&mut self, name: &str, proto: u32) -> u32 {
        self.begin(name, kind::FUNC, 0, proto)
    }

    /// A tag on a member of a type, or on the type itself.
    pub(super) const fn tag(&mut self, text: u32, target: u32, member: Option<usize>) {
        self.record(text, kind::DECL_TAG, 0, target);
        self.word(match member {
            Some(index) => number(index),
            None => u32::MAX,
        });
    }

    /// Offset of a string, as types name it.
    pub(super) const fn name(&mut self, name: &str) -> u32 {
        self.strings.push(name);
        self.finish_name()
    }

    /// The same for the string that was built with the `push` methods of `strings`.
    pub(super) const fn finish_name(&mut self) -> u32 {
        self.string_base + self.strings.finish()
    }

    /// Number of bytes, header included.
    pub(super) const fn total(&self) -> usize {
        HEADER + self.len + self.strings.len()
    }

    /// All the bytes. Room beyond [`total`](Self::total) becomes empty strings at the end of the string section.
    pub(super) const fn bytes<const N: usize>(&self) -> [u8; N] {
        assert!(
            N >= self.total(),
            "BTF: the array must have at least `len()` bytes"
        );
        let mut out = [0; N];
        let [m0, m1] = MAGIC.to_ne_bytes();
        out[0] = m0;
        out[1] = m1;
        out[2] = 1;
        let header = [HEADER, 0, self.len, self.len, N - HEADER - self.len];
        let mut at = 4;
        while at < HEADER {
            let word = number(header[at / 4 - 1]).to_ne_bytes();
            out[at] = word[0];
            out[at + 1] = word[1];
            out[at + 2] = word[2];
            out[at + 3] = word[3];
            at += 4;
        }
        let mut i = 0;
        while i < self.len {
            out[HEADER + i] = self.types[i];
            i += 1;
        }
        let mut i = 0;
        while i < self.strings.len() {
            out[HEADER + self.len + i] = self.strings.byte(i);
            i += 1;
        }
        out
    }

    const fn begin(&mut self, name: &str, kind: u32, count: usize, rest: u32) -> u32 {
        let name = self.name(name);
        self.record(name, kind, count, rest)
    }

    /// `struct btf_type`: name, info, and a size or another type.
    const fn record(&mut self, name: u32, kind: u32, count: usize, rest: u32) -> u32 {
        assert!(count <= 0xffff, "BTF: at most 65535 members");
        self.word(name);
        self.word(kind << 24 | number(count));
        self.word(rest);
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    const fn word(&mut self, word: u32) {
        assert!(
            self.len + 4 <= CAP,
            "BTF: the types do not fit; enlarge CAP"
        );
        let bytes = word.to_ne_bytes();
        self.types[self.len] = bytes[0];
        self.types[self.len + 1] = bytes[1];
        self.types[self.len + 2] = bytes[2];
        self.types[self.len + 3] = bytes[3];
        self.len += 4;
    }
}

const fn number(number: usize) -> u32 {
    assert!(number <= 0xffff_ffff, "BTF: a number of more than 32 bits");
    let [a, b, c, d, ..] = number.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
