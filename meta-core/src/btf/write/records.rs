// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The type section: every record once.
//!
//! A record is built in place, at the end of the section, and taken back if an equal one is there already. Two records are
//! equal if all their words are; as names and ids stand for one string and one type each, that is equality of the types.

use crate::btf::format::{FLAG, KIND_SHIFT};

const SLOTS: usize = 4096;
/// The hash's highest bits choose the slot: they depend on all of the words.
const SHIFT: u32 = 32 - SLOTS.trailing_zeros();
const FACTOR: u64 = 0x9e37_79b1;
/// The hash has 32 bits, in a wider number that can not overflow.
const MASK: u64 = 0xffff_ffff;

/// A type section that is being filled, behind that of its base.
///
/// # Invariants
///
/// `words[..open]` are whole records, no two equal; those of the base come first and end at `own`. `next` is the id of the
/// record that comes next. Each slot that is not 0 has a record's id in its upper half and its index in `words` in the lower
/// one. `words[open..end]` is the record that is being built, `hash` that of its words.
#[derive(Clone, Copy)]
pub(super) struct Records<const CAP: usize> {
    /// Of these, `CAP` bytes are used: there is no way yet to say `CAP / 4` here.
    words: [u32; CAP],
    own: usize,
    open: usize,
    end: usize,
    next: u32,
    hash: u64,
    slots: [u32; SLOTS],
}

impl<const CAP: usize> Records<CAP> {
    pub(super) const fn new() -> Self {
        // INVARIANT: There are no records; id 0 is `void`.
        Self {
            words: [0; CAP],
            own: 0,
            open: 0,
            end: 0,
            next: 1,
            hash: 0,
            slots: [0; SLOTS],
        }
    }

    /// A section behind another, whose records are not repeated.
    pub(super) const fn split<const BASE: usize>(base: &Records<BASE>) -> Self {
        assert!(
            base.open * 4 <= CAP,
            "BTF: the types of the base do not fit: give the builder a larger CAP"
        );
        let mut records = Self::new();
        let mut i = 0;
        while i < base.open {
            records.words[i] = base.words[i];
            i += 1;
        }
        // INVARIANT: They are the base's records, and its slots.
        records.own = base.open;
        records.open = base.open;
        records.end = base.open;
        records.next = base.next;
        records.slots = base.slots;
        records
    }

    /// Bytes of the section, without those of the base.
    pub(super) const fn len(&self) -> usize {
        (self.open - self.own) * 4
    }

    /// Copies the section, without those of the base, to an offset.
    pub(super) const fn write(&self, out: &mut [u8], mut at: usize) {
        let mut i = self.own;
        while i < self.open {
            let bytes = self.words[i].to_ne_bytes();
            out[at] = bytes[0];
            out[at + 1] = bytes[1];
            out[at + 2] = bytes[2];
            out[at + 3] = bytes[3];
            at += 4;
            i += 1;
        }
    }

    /// The id that the next new record gets.
    pub(super) const fn next(&self) -> u32 {
        self.next
    }

    /// Begins a record with `struct btf_type`: name, info, and a size or another type.
    pub(super) const fn begin(&mut self, name: u32, kind: u8, count: usize, flag: bool, rest: u32) {
        assert!(
            count <= 0xffff,
            "BTF: a type has at most 65535 members, values, parameters or variables"
        );
        let flag = if flag { FLAG } else { 0 };
        self.word(name);
        self.word(flag | (kind as u32) << KIND_SHIFT | number(count));
        self.word(rest);
    }

    pub(super) const fn word(&mut self, word: u32) {
        assert!(
            self.end * 4 + 4 <= CAP,
            "BTF: the types do not fit: give the builder or module a larger CAP"
        );
        self.words[self.end] = word;
        let turned = (self.hash << 5 | self.hash >> 27) & MASK;
        self.hash = ((turned ^ word as u64) * FACTOR) & MASK;
        self.end += 1;
    }

    /// Ends the record that is being built; gives its id, or that of the record that is equal to it.
    pub(super) const fn finish(&mut self) -> u32 {
        let mut slot = (self.hash >> SHIFT) as usize;
        self.hash = 0;
        while self.slots[slot] != 0 {
            let (id, at) = (self.slots[slot] >> 16, self.slots[slot] & 0xffff);
            if self.is_at(at as usize) {
                // INVARIANT: The record was there; the second copy is taken back.
                self.end = self.open;
                return id;
            }
            slot = (slot + 1) % SLOTS;
        }
        assert!(
            self.next < SLOTS as u32,
            "BTF: at most 4095 different types: describe fewer layouts in one module"
        );
        let id = self.next;
        // INVARIANT: No slot held the record, so it is new. A builder has less than 2^16 words.
        self.slots[slot] = id << 16 | number(self.open);
        self.open = self.end;
        self.next += 1;
        id
    }

    /// Whether the record that is being built is also at an index. A record's words say how long it is, so none can be the
    /// start of another.
    const fn is_at(&self, offset: usize) -> bool {
        let mut i = self.open;
        while i < self.end {
            if self.words[offset + i - self.open] != self.words[i] {
                return false;
            }
            i += 1;
        }
        true
    }
}

pub(super) const fn number(number: usize) -> u32 {
    assert!(number <= 0xffff_ffff, "BTF: a number of more than 32 bits");
    let [a, b, c, d, ..] = number.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
