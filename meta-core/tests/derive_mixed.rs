// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Records whose last field the derive cannot know, because types of the user's own have any size: what is written together
//! with the zeros behind it must not be in front of another field.

use meta_core::value::ByteArray;
use meta_core::{Visitor, Writer, XdpMeta as _};
use meta_derive::{Value, XdpMeta};
use proptest::prelude::*;

/// One byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
#[repr(u8)]
pub enum Tiny {
    /// Zero.
    #[value(fallback)]
    None = 0,
    /// Not zero.
    Some = 7,
}

/// Eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
#[repr(C)]
pub struct Wide {
    /// Half.
    pub low: u32,
    /// Half.
    pub high: u32,
}

/// Every set of these is a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, XdpMeta)]
#[xdp_meta(name = "mixed", source = Mixed, knobs(byte, half, tiny, word, wide, array))]
pub struct Mixed {
    #[meta(knob = byte, id = 0x8000, value = |m| m.byte)]
    byte: u8,
    #[meta(knob = half, id = 0x8001, value = |m| m.half)]
    half: u16,
    #[meta(knob = tiny, id = 0x8002, value = |m| m.tiny)]
    tiny: Tiny,
    #[meta(knob = word, id = 0x8003, value = |m| m.word)]
    word: u32,
    #[meta(knob = wide, id = 0x8004, value = |m| m.wide)]
    wide: Wide,
    #[meta(knob = array, id = 0x8005, value = |m| m.array)]
    array: [u8; 3],
}

struct Record<'a>(&'a Mixed);

impl Visitor<Mixed> for Record<'_> {
    type Output = Vec<u8>;

    fn visit<W: Writer<Mixed>>(self) -> Vec<u8> {
        W::record(self.0, 1).as_bytes().to_vec()
    }
}

proptest! {
    #[test]
    fn every_set_of_fields_is_read_as_it_was_written(
        byte: u8, half: u16, tiny: bool, word: u32, low: u32, high: u32, array: [u8; 3],
    ) {
        let tiny = if tiny { Tiny::Some } else { Tiny::None };
        let said = Mixed { byte, half, tiny, word, wide: Wide { low, high }, array };
        for layout in Mixed::LAYOUTS {
            let record = Mixed::select(layout.knobs, Record(&said));
            let (read, _) = Mixed::decode(&record).unwrap();
            let has = |bit: u32| layout.knobs & 1 << bit != 0;
            prop_assert_eq!(read.byte, if has(0) { byte } else { 0 }, "{}", layout.name);
            prop_assert_eq!(read.half, if has(1) { half } else { 0 }, "{}", layout.name);
            prop_assert_eq!(read.tiny, if has(2) { tiny } else { Tiny::None }, "{}", layout.name);
            prop_assert_eq!(read.word, if has(3) { word } else { 0 }, "{}", layout.name);
            let wide = if has(4) { said.wide } else { Wide { low: 0, high: 0 } };
            prop_assert_eq!(read.wide, wide, "{}", layout.name);
            prop_assert_eq!(read.array, if has(5) { array } else { [0; 3] }, "{}", layout.name);
            // Nothing is left between the fields and the trailer.
            let end = layout.fields.iter().map(|field| field.end()).max().unwrap_or(0);
            prop_assert!(record[end..layout.trailer_offset()].iter().all(|byte| *byte == 0));
        }
    }
}
