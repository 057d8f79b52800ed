// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The string section: every string once.
//!
//! Layouts of one driver share nearly all their strings, so each new one is looked up in a hash table first. Strings are
//! built in place, at the end of the section, and taken back if they are there already.

const SLOTS: usize = 1024;
const EMPTY: u16 = u16::MAX;

/// A string section that is being filled.
///
/// # Invariants
///
/// `bytes[..open]` are NUL-terminated strings, no two equal; each offset that is not `EMPTY` in `slots` is the start of one.
/// `bytes[open..end]` is the string that is being built.
#[derive(Clone, Copy)]
pub(super) struct Strings<const CAP: usize> {
    bytes: [u8; CAP],
    open: usize,
    end: usize,
    slots: [u16; SLOTS],
    strings: usize,
}

impl<const CAP: usize> Strings<CAP> {
    pub(super) const fn new() -> Self {
        assert!(CAP < EMPTY as usize, "BTF: at most 65534 bytes of strings");
        // INVARIANT: There are no strings.
        Self {
            bytes: [0; CAP],
            open: 0,
            end: 0,
            slots: [EMPTY; SLOTS],
            strings: 0,
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.open
    }

    pub(super) const fn byte(&self, at: usize) -> u8 {
        self.bytes[at]
    }

    /// Adds to the string that is being built.
    pub(super) const fn push(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            self.push_byte(bytes[i]);
            i += 1;
        }
    }

    /// Adds in capitals, as C's constants are spelled.
    pub(super) const fn push_upper(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            self.push_byte(bytes[i].to_ascii_uppercase());
            i += 1;
        }
    }

    /// Adds a number below 100.
    pub(super) const fn push_decimal(&mut self, number: u8) {
        if number >= 10 {
            self.push_byte(b'0' + number / 10 % 10);
        }
        self.push_byte(b'0' + number % 10);
    }

    /// Adds `0x` and eight digits.
    pub(super) const fn push_hex(&mut self, number: u32) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        self.push("0x");
        let mut shift = 32;
        while shift > 0 {
            shift -= 4;
            self.push_byte(DIGITS[(number >> shift) as usize & 0xf]);
        }
    }

    /// Ends the string that is being built; gives its offset in the section.
    pub(super) const fn finish(&mut self) -> u32 {
        self.push_byte(0);
        let mut slot = self.hash() % SLOTS;
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
        assert!(self.strings < SLOTS, "BTF: too many strings");
        let [low, high, ..] = self.open.to_le_bytes();
        let offset = u16::from_le_bytes([low, high]);
        // INVARIANT: No slot held the string, so it is new.
        self.slots[slot] = offset;
        self.open = self.end;
        offset as u32
    }

    const fn push_byte(&mut self, byte: u8) {
        assert!(self.end < CAP, "BTF: the strings do not fit; enlarge CAP");
        self.bytes[self.end] = byte;
        self.end += 1;
    }

    /// FNV-1a of the string that is being built.
    const fn hash(&self) -> usize {
        let mut hash: u32 = 0x811c_9dc5;
        let mut i = self.open;
        while i < self.end {
            hash = (hash ^ self.bytes[i] as u32).wrapping_mul(0x0100_0193);
            i += 1;
        }
        hash as usize
    }

    /// Whether the string that is being built, NUL included, is also at an offset.
    const fn is_at(&self, offset: usize) -> bool {
        let mut i = 0;
        while self.open + i < self.end {
            if self.bytes[offset + i] != self.bytes[self.open + i] {
                return false;
            }
            i += 1;
        }
        true
    }
}
