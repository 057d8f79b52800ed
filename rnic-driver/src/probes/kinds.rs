// SPDX-License-Identifier: GPL-2.0

//! Declarations with every kind of field, for their writers' machine code only.

use meta_core::{
    be::{Be16, Be32, Be64},
    bits::Bits,
    le::{Le16, Le32, Le64},
};
use meta_derive::{Value, XdpMeta};

/// Some hardware's answer.
pub(super) struct Words {
    a: u64,
    b: u64,
    c: [u8; 20],
}

impl Words {
    /// A bit says whether a field is there.
    fn has(&self, bit: u32) -> bool {
        self.a >> bit & 1 != 0
    }
}

/// Integers in the machine's byte order.
#[derive(XdpMeta)]
#[xdp_meta(name = "native", source = Words, knobs(more))]
pub(super) struct Native {
    #[meta(id = 0x8000, value = |w| w.b as u8, present = |w| w.has(0))]
    a_u8: u8,
    #[meta(id = 0x8001, value = |w| w.b as u16, present = |w| w.has(1))]
    a_u16: u16,
    #[meta(id = 0x8002, value = |w| w.b as u32, present = |w| w.has(2))]
    a_u32: u32,
    #[meta(id = 0x8003, value = |w| w.b, present = |w| w.has(3))]
    a_u64: u64,
    #[meta(knob = more, id = 0x8004, value = |w| w.b as i8, present = |w| w.has(4))]
    an_i8: i8,
    #[meta(knob = more, id = 0x8005, value = |w| w.b as i16)]
    an_i16: i16,
    #[meta(knob = more, id = 0x8006, value = |w| w.b as i32, present = |w| w.has(5))]
    an_i32: i32,
    #[meta(knob = more, id = 0x8007, value = |w| w.b as i64, present = |w| w.has(6))]
    an_i64: i64,
}

/// Integers of a byte order.
#[derive(XdpMeta)]
#[xdp_meta(name = "ordered", source = Words, knobs(more))]
pub(super) struct Ordered {
    #[meta(id = 0x8008, value = |w| Be16::new(w.b as u16), present = |w| w.has(7))]
    a_be16: Be16,
    #[meta(id = 0x8009, value = |w| Be32::new(w.b as u32), present = |w| w.has(8))]
    a_be32: Be32,
    #[meta(id = 0x800a, value = |w| Be64::new(w.b), present = |w| w.has(9))]
    a_be64: Be64,
    #[meta(knob = more, id = 0x800b, value = |w| Le16::new(w.b as u16), present = |w| w.has(10))]
    an_le16: Le16,
    #[meta(knob = more, id = 0x800c, value = |w| Le32::new(w.b as u32), present = |w| w.has(11))]
    an_le32: Le32,
    #[meta(knob = more, id = 0x800d, value = |w| Le64::new(w.b), present = |w| w.has(12))]
    an_le64: Le64,
}

/// A number that hardware gives a meaning to.
#[derive(Clone, Copy, Debug, Value)]
#[repr(u8)]
pub(super) enum Colour {
    #[value(fallback)]
    None = 0,
    Green = 1,
    Red = 4,
}

/// Some bytes that belong together.
#[derive(Clone, Copy, Debug, Value)]
#[repr(C)]
pub(super) struct Stamp {
    seconds: Be32,
    nanoseconds: u32,
    #[value(bits(port: u8 = 5..=0, is_late: bool = 7..=7, reserved = 6..=6))]
    source: u8,
    colour: Colour,
    id: [u8; 2],
}

/// Arrays, an enum, a struct, and values that were captured for the packet.
#[derive(XdpMeta)]
#[xdp_meta(name = "grouped", source = Words, knobs(more), captures = Captures)]
pub(super) struct Grouped {
    #[meta(knob = more, id = 0x8000, value = |w| w.c, present = |w| w.has(0))]
    bytes: [u8; 20],
    #[meta(id = 0x8001, value = |w| [Be16::new(w.b as u16); 3], present = |w| w.has(1))]
    words: [Be16; 3],
    #[meta(knob = !more, id = 0x8002, value = |w| [[w.b as u16, 1], [2, w.a as u16]], present = |w| w.has(2))]
    table: [[u16; 2]; 2],
    #[meta(id = 0x8003, value = |w| Bits::from_bits(w.b), present = |w| w.has(3))]
    colour: Colour,
    #[meta(id = 0x8004, capture)]
    stamp: Stamp,
    #[meta(knob = more, id = 0x8005, capture)]
    number: u64,
}

/// Bit-fields.
#[derive(XdpMeta)]
#[xdp_meta(name = "bits", source = Words, knobs(more))]
pub(super) struct Narrow {
    #[meta(id = 0x8000, value = |w| w.b as u16)]
    whole: u16,
    #[meta(id = 0x8001, bits = 3, value = |w| (w.b >> 3) as u8, present = |w| w.has(0))]
    narrow: u8,
    #[meta(knob = more, id = 0x8002, bits = 1, value = |w| (w.b >> 9) as u8, present = |w| w.has(1))]
    one: u8,
    #[meta(id = 0x8003, bits = 13, value = |w| (w.b >> 20) as u16, present = |w| w.has(2))]
    wide: u16,
    #[meta(knob = more, id = 0x8004, bits = 11, value = |w| (w.b >> 40) as u16)]
    wider: u16,
}
