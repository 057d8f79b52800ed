// SPDX-License-Identifier: GPL-2.0

//! One packet that a reader was told something wrong about, for whoever has to find out why.

use std::fmt;

use crate::score::{name, FIELD_NAMES, HASH, STAMP, VLAN};

/// `struct misparse` of the readers program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Misparse {
    /// Index of the reader.
    pub(crate) reader: usize,
    field: usize,
    seq: u32,
    layout_id: u32,
    generation: u32,
    /// The packet has the field at all.
    has: bool,
    got: u64,
    want: u64,
}

impl Misparse {
    /// Bytes in the program's map.
    pub(crate) const LEN: usize = 40;

    /// Takes the map's value; `None` for a slot that was not used.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let word = |index: usize| {
            let at = 4 * index;
            let b = bytes.get(at..at + 4)?;
            Some(u32::from_ne_bytes([b[0], b[1], b[2], b[3]]))
        };
        let long = |at: usize| {
            let b = bytes.get(at..at + 8)?;
            Some(u64::from_ne_bytes(b.try_into().ok()?))
        };
        Some(Self {
            reader: (word(0)? as usize).checked_sub(1)?,
            field: word(1)? as usize,
            seq: word(2)?,
            layout_id: word(3)?,
            generation: word(4)?,
            has: word(5)? != 0,
            got: long(24)?,
            want: long(32)?,
        })
    }

    /// A field's number as what it stands for.
    fn value(&self, number: u64) -> String {
        let (high, low) = (number >> 32, number & 0xffff_ffff);
        match self.field {
            HASH => format!("{low:#010x} of type {high:#x}"),
            VLAN => format!("{:#06x} of type {:#06x}", number & 0xffff, number >> 16),
            _ => format!("{number:#x}"),
        }
    }
}

impl fmt::Display for Misparse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reader = name(self.reader);
        let field = FIELD_NAMES.get(self.field).unwrap_or(&"?");
        let (packet, layout, generation) = (self.seq, self.layout_id, self.generation);
        write!(
            f,
            "{reader}: packet {packet}, generation {generation}, layout {layout:#010x}: {field} {}",
            self.value(self.got)
        )?;
        match self.has {
            false if self.field == STAMP && self.want > 0 => {
                let early = self.want.wrapping_sub(self.got);
                write!(
                    f,
                    "; that is {early} ns too early, or of a kind that cannot be"
                )
            }
            true => write!(f, "; right is {}", self.value(self.want)),
            false => write!(f, "; right is none"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(reader: u32, field: usize, has: u32) -> Vec<u8> {
        let words = [reader, field as u32, 77, 0xabcd, 9, has];
        let mut bytes: Vec<u8> = words.iter().flat_map(|w| w.to_ne_bytes()).collect();
        for long in [0x19_1111_1111_u64, 0x1_2222_2222] {
            bytes.extend(long.to_ne_bytes());
        }
        assert_eq!(bytes.len(), Misparse::LEN);
        bytes
    }

    #[test]
    fn a_misparse_says_what_was_told_and_what_is_right() {
        let text = Misparse::parse(&bytes(3, HASH, 1)).unwrap().to_string();
        assert_eq!(
            text,
            "late_bound: packet 77, generation 9, layout 0x0000abcd: rx_hash 0x11111111 of type 0x19; \
             right is 0x22222222 of type 0x1"
        );
        let text = Misparse::parse(&bytes(2, VLAN, 0)).unwrap().to_string();
        assert!(text.ends_with("; right is none"), "{text}");
    }

    #[test]
    fn an_unused_slot_is_none() {
        assert_eq!(Misparse::parse(&[0; Misparse::LEN]), None);
        assert_eq!(Misparse::parse(&[1; 8]), None);
    }
}
