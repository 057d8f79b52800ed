// SPDX-License-Identifier: GPL-2.0

//! One packet that a reader was told something wrong about, for whoever has to find out why.

use std::fmt;

use crate::score::NAMES;

/// `struct misparse` of the readers program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misparse {
    /// Index of the reader.
    pub(crate) reader: usize,
    bytes: Vec<u8>,
}

impl Misparse {
    /// Bytes in the program's map.
    pub(crate) const LEN: usize = 40;

    /// Takes the map's value.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let mut this = Self {
            reader: 0,
            bytes: bytes.to_vec(),
        };
        this.reader = this.word(0) as usize;
        this
    }

    fn word(&self, at: usize) -> u32 {
        self.bytes
            .get(at..at + 4)
            .map_or(0, |b| u32::from_ne_bytes([b[0], b[1], b[2], b[3]]))
    }

    fn half(&self, at: usize) -> u16 {
        self.bytes
            .get(at..at + 2)
            .map_or(0, |b| u16::from_ne_bytes([b[0], b[1]]))
    }

    fn flag(&self, at: usize) -> bool {
        self.bytes.get(at).is_some_and(|&b| b != 0)
    }
}

impl fmt::Display for Misparse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reader = NAMES.get(self.reader).unwrap_or(&"?");
        let (packet, layout, generation) = (self.word(4), self.word(8), self.word(12));
        write!(
            f,
            "{reader}: packet {packet}, generation {generation}, layout {layout:#010x}:"
        )?;
        if self.flag(36) {
            write!(
                f,
                " hash {:#010x} of type {:#x}",
                self.word(16),
                self.half(24)
            )?;
        }
        if self.flag(37) {
            write!(
                f,
                " tag {:#06x} of type {:#06x}",
                self.half(28),
                self.half(32)
            )?;
        }
        let (hash, hash_type) = (self.word(20), self.half(26));
        write!(f, "; right is hash {hash:#010x} of type {hash_type:#x},")?;
        write!(
            f,
            " tag {:#06x} of type {:#06x}",
            self.half(30),
            self.half(34)
        )?;
        if self.flag(38) {
            write!(f, ", which is still in the frame")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misparse_says_what_was_told_and_what_is_right() {
        let words = [2_u32, 77, 0xabcd, 9, 0x1111_1111, 0x2222_2222];
        let halves = [0x19_u16, 0x1, 0x0005, 0x0006, 0x8100, 0x8100];
        let mut bytes: Vec<u8> = words.iter().flat_map(|w| w.to_ne_bytes()).collect();
        bytes.extend(halves.iter().flat_map(|h| h.to_ne_bytes()));
        bytes.extend([1, 0, 0, 0]);
        assert_eq!(bytes.len(), Misparse::LEN);
        let text = Misparse::parse(&bytes).to_string();
        assert!(
            text.starts_with(
                "late_bound: packet 77, generation 9, layout 0x0000abcd: hash 0x11111111"
            ),
            "{text}"
        );
        assert!(
            text.contains("right is hash 0x22222222 of type 0x1, tag 0x0006"),
            "{text}"
        );
        assert!(!text.contains("tag 0x0005"), "{text}");
    }
}
