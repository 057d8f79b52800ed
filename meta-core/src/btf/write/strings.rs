// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The string section: every string once.
//!
//! Layouts of one driver share nearly all their strings, so each new one is looked up in a hash table first. Strings are
//! built in place, at the end of the section, and taken back if they are there already.
//!
//! Compilers interpret this, and to them a call is dearer than all else: so loops over bytes make none.

const SLOTS: usize = 2048;
const EMPTY: u16 = u16::MAX;
const OFFSET_BASIS: u64 = 0x811c_9dc5;
const PRIME: u64 = 0x0100_0193;
/// The hash has 32 bits, in a wider number that can not overflow.
const MASK: u64 = 0xffff_ffff;

/// A string section that is being filled, behind that of its base.
///
/// # Invariants
///
/// `bytes[..open]` are NUL-terminated strings, no two equal; those of the base come first and end at `own`. Each offset that
/// is not `EMPTY` in `slots` is the start of one. `bytes[open..end]` is the string that is being built, `hash` its FNV-1a.
#[derive(Clone, Copy)]
pub(in crate::btf) struct Strings<const CAP: usize> {
    bytes: [u8; CAP],
    own: usize,
    open: usize,
    end: usize,
    hash: u64,
    slots: [u16; SLOTS],
    strings: usize,
}

impl<const CAP: usize> Strings<CAP> {
    /// A section whose only string is the empty one, as the format demands of BTF that has no base.
    pub(super) const fn new() -> Self {
        assert!(
            CAP < EMPTY as usize,
            "BTF: a builder holds at most 65534 bytes: make CAP smaller"
        );
        // INVARIANT: There are no strings.
        let mut strings = Self {
            bytes: [0; CAP],
            own: 0,
            open: 0,
            end: 0,
            hash: OFFSET_BASIS,
            slots: [EMPTY; SLOTS],
            strings: 0,
        };
        strings.finish();
        strings
    }

    /// A section behind another, whose strings are not repeated.
    pub(super) const fn split<const BASE: usize>(base: &Strings<BASE>) -> Self {
        let mut strings = Self::new();
        assert!(
            base.open <= CAP,
            "BTF: the strings of the base do not fit: give the builder a larger CAP"
        );
        let mut i = 0;
        while i < base.open {
            strings.bytes[i] = base.bytes[i];
            i += 1;
        }
        // INVARIANT: They are the base's strings, and its slots.
        strings.own = base.open;
        strings.open = base.open;
        strings.end = base.open;
        strings.slots = base.slots;
        strings.strings = base.strings;
        strings
    }

    /// Bytes of the section, without those of the base.
    pub(super) const fn len(&self) -> usize {
        self.open - self.own
    }

    /// Copies the section, without those of the base, to an offset.
    pub(super) const fn write(&self, out: &mut [u8], at: usize) {
        let mut i = self.own;
        while i < self.open {
            out[at + i - self.own] = self.bytes[i];
            i += 1;
        }
    }

    /// Adds to the string that is being built.
    pub(in crate::btf) const fn push(&mut self, text: &str) {
        let bytes = text.as_bytes();
        self.reserve(bytes.len());
        let (mut i, mut hash) = (0, self.hash);
        while i < bytes.len() {
            self.bytes[self.end + i] = bytes[i];
            hash = ((hash ^ bytes[i] as u64) * PRIME) & MASK;
            i += 1;
        }
        self.hash = hash;
        self.end += i;
    }

    /// Adds in capitals, as C's constants are spelled.
    pub(in crate::btf) const fn push_upper(&mut self, text: &str) {
        let bytes = text.as_bytes();
        self.reserve(bytes.len());
        let (mut i, mut hash) = (0, self.hash);
        while i < bytes.len() {
            let byte = match bytes[i] {
                lower @ b'a'..=b'z' => lower - b'a' + b'A',
                other => other,
            };
            self.bytes[self.end + i] = byte;
            hash = ((hash ^ byte as u64) * PRIME) & MASK;
            i += 1;
        }
        self.hash = hash;
        self.end += i;
    }

    /// Adds a number.
    pub(in crate::btf) const fn push_decimal(&mut self, number: u8) {
        if number >= 100 {
            self.push_byte(b'0' + number / 100);
        }
        if number >= 10 {
            self.push_byte(b'0' + number / 10 % 10);
        }
        self.push_byte(b'0' + number % 10);
    }

    /// Adds `0x` and eight digits.
    pub(in crate::btf) const fn push_hex(&mut self, number: u32) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        self.push("0x");
        let mut shift = 32;
        while shift > 0 {
            shift -= 4;
            self.push_byte(DIGITS[(number >> shift) as usize & 0xf]);
        }
    }

    /// Ends the string that is being built; gives its offset, counted from the first string of the base.
    pub(in crate::btf) const fn finish(&mut self) -> u32 {
        let mut slot = (self.hash ^ self.hash >> 16) as usize % SLOTS;
        self.push_byte(0);
        self.hash = OFFSET_BASIS;
        while self.slots[slot] != EMPTY {
            let offset = self.slots[slot];
            if self.is_at(offset as usize) {
                // INVARIANT: The string was there; the second copy is taken back.
                self.end = self.open;
                return offset as u32;
            }
            slot = (slot + 1) % SLOTS;
        }
        self.strings += 1;
        assert!(
            self.strings < SLOTS,
            "BTF: at most 2047 different strings: describe fewer layouts in one module"
        );
        let [low, high, ..] = self.open.to_le_bytes();
        let offset = u16::from_le_bytes([low, high]);
        // INVARIANT: No slot held the string, so it is new.
        self.slots[slot] = offset;
        self.open = self.end;
        offset as u32
    }

    const fn push_byte(&mut self, byte: u8) {
        self.reserve(1);
        self.bytes[self.end] = byte;
        self.hash = ((self.hash ^ byte as u64) * PRIME) & MASK;
        self.end += 1;
    }

    const fn reserve(&self, bytes: usize) {
        assert!(
            self.end + bytes <= CAP,
            "BTF: the strings do not fit: give the builder or module a larger CAP"
        );
    }

    /// Whether the string that is being built, NUL included, is also at an offset.
    const fn is_at(&self, offset: usize) -> bool {
        let mut i = self.open;
        while i < self.end {
            if self.bytes[offset + i - self.open] != self.bytes[i] {
                return false;
            }
            i += 1;
        }
        true
    }
}
