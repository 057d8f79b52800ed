// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Derived descriptors: every range against arithmetic on whole words, in both byte orders; memory and its views.

use meta_core::be::{Be16, Be32};
use meta_core::bits::mask;
use meta_core::descriptor::{Copied, Descriptor, Ranges, View};
use meta_core::le::{Le16, Le32, Le64};
use meta_core::ty::{Described, Type};
use meta_core::value::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq, meta_derive::Value)]
#[repr(u8)]
enum Kind {
    #[value(fallback)]
    None = 0,
    One = 1,
    Seven = 7,
}

/// Ranges at both ends of words of every width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, meta_derive::Descriptor)]
#[descriptor(name = "mixed")]
#[repr(C)]
struct Mixed {
    #[desc(low: u32, bits = 19..=0)]
    #[desc(reserved, bits = 22..=20)]
    #[desc(flag: bool, bits = 23)]
    #[desc(kind: Kind, bits = 31..=24)]
    le: Le32,
    #[desc(top: u8, bits = 31..=28)]
    #[desc(rest: u32, bits = 27..=0)]
    be: Be32,
    #[desc(all: u64, bits = 63..=0, overlap)]
    #[desc(high: u32, bits = 63..=32, overlap)]
    #[desc(last: bool, bits = 63, overlap)]
    wide: Le64,
    #[desc(nibble: u8, bits = 7..=4)]
    #[desc(small: Kind, bits = 3..=0)]
    byte: u8,
    #[desc(reserved)]
    pad: u8,
    port: Be16,
    lengths: [Le16; 2],
}

#[derive(Clone, Copy, meta_derive::Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
struct Plain {
    words: [Le64; 3],
}

#[derive(meta_derive::Descriptor)]
#[descriptor(name = "memory")]
#[repr(C)]
union Memory {
    mixed: Mixed,
    plain: Plain,
}

/// Words with nothing regular about them.
fn words(seed: u64) -> [u64; 3] {
    let mut bits = seed;
    core::array::from_fn(|_| {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        bits
    })
}

fn samples() -> impl Iterator<Item = [u64; 3]> {
    let edges = [[0; 3], [u64::MAX; 3], [0x8000_0000_0000_0001; 3]];
    (edges.into_iter())
        .chain((1..2000_u64).map(|seed| words(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))))
}

#[test]
fn getters_are_shifts_and_masks() {
    for words in samples() {
        let d = Mixed::from_words(words);
        let bytes = words.map(u64::to_ne_bytes).concat();
        let le = u32::from_le_bytes(bytes[0..4].try_into().unwrap());
        let be = u32::from_be_bytes(bytes[4..8].try_into().unwrap());
        let wide = u64::from_le_bytes(bytes[8..16].try_into().unwrap());
        assert_eq!(d.low(), le & 0xf_ffff);
        assert_eq!(d.flag(), le & 1 << 23 != 0);
        assert_eq!(d.kind(), Kind::from_bits(u64::from(le >> 24)));
        assert_eq!(u32::from(d.top()), be >> 28);
        assert_eq!(d.rest(), be & 0xfff_ffff);
        assert_eq!((d.all(), d.high()), (wide, (wide >> 32) as u32));
        assert_eq!(d.last(), wide >> 63 != 0);
        assert_eq!(d.nibble(), bytes[16] >> 4);
        assert_eq!(d.small(), Kind::from_bits(u64::from(bytes[16] & 0xf)));
        assert_eq!(d.port(), u16::from_be_bytes([bytes[18], bytes[19]]));
        assert_eq!(d.lengths()[1].to_bytes(), bytes[22..24]);
        assert_eq!(d.to_words(), words);
        assert_eq!(Value::to_bytes(d).as_slice(), bytes);
    }
}

#[test]
fn a_builder_changes_its_range_only() {
    for words in samples() {
        let d = Mixed::from_words(words);
        for value in [0, 1, 0x5a, u32::MAX] {
            let low = d.with_low(value);
            assert_eq!(low.low(), value & 0xf_ffff);
            assert_eq!(low.with_low(d.low()), d);
            let rest = d.with_rest(value);
            assert_eq!((rest.rest(), rest.top()), (value & 0xfff_ffff, d.top()));
            assert_eq!(rest.with_rest(d.rest()), d);
            let nibble = d.with_nibble(value as u8);
            assert_eq!(
                (nibble.nibble(), nibble.small()),
                (value as u8 & 0xf, d.small())
            );
            let high = d.with_high(value);
            assert_eq!((high.high(), high.all() as u32), (value, d.all() as u32));
        }
        for kind in [Kind::None, Kind::One, Kind::Seven] {
            assert_eq!(d.with_kind(kind).with_small(kind).kind(), kind);
            assert_eq!(d.with_kind(kind).flag(), d.flag());
        }
        for flag in [false, true] {
            let flags = d.with_flag(flag).with_last(flag);
            assert_eq!(
                (flags.flag(), flags.last(), flags.low()),
                (flag, flag, d.low())
            );
        }
        assert_eq!(d.with_port(0x1234).with_port(d.port()), d);
        assert_eq!(d.with_lengths(d.lengths()), d);
    }
}

#[test]
fn what_does_not_fit_is_told() {
    let zero = Mixed::zeroed();
    assert_eq!(zero.try_with_low(0x10_0000), None);
    assert_eq!(zero.try_with_low(0xf_ffff), Some(zero.with_low(0xf_ffff)));
    assert_eq!(zero.try_with_nibble(0x10), None);
    assert_eq!(
        zero.try_with_small(Kind::Seven).map(|d| d.small()),
        Some(Kind::Seven)
    );
}

#[test]
fn descriptors_are_made_at_compile_time() {
    const MADE: Mixed = Mixed::zeroed()
        .with_low(0x1_2345)
        .with_kind(Kind::Seven)
        .with_top(0xa)
        .with_last(true)
        .with_port(80);
    const KIND: Kind = MADE.kind();
    assert_eq!(KIND, Kind::Seven);
    assert_eq!(
        Value::to_bytes(MADE),
        [0x45, 0x23, 0x01, 7, 0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 80, 0, 0, 0, 0]
    );
}

#[test]
fn memory_is_read_once_in_order() {
    let memory = words(7);
    let mut order = Vec::new();
    let d = Mixed::read_once(|word| {
        order.push(word);
        memory[word]
    });
    assert_eq!(
        (order.as_slice(), d.to_words()),
        ([0, 1, 2].as_slice(), memory)
    );
    let copied = Copied::<Mixed>::read_once(|word| memory[word]);
    assert_eq!(copied.get(), d);
    assert_eq!(Mixed::SIZE, 24);
}

#[test]
fn views_are_of_the_same_bytes() {
    for words in samples() {
        let mixed = Mixed::from_words(words);
        let plain: Plain = View::<Memory>::view(mixed);
        assert_eq!(plain.words().map(Le64::raw), words);
        let back: Mixed = View::<Memory>::view(plain);
        assert_eq!(back, mixed);
    }
}

#[test]
fn it_is_described_as_c_has_it() {
    let Type::Union(memory) = Memory::TYPE else {
        panic!("not a union");
    };
    assert_eq!((memory.name, memory.size, memory.align), ("memory", 24, 8));
    let Type::Struct(mixed) = memory.members[0].ty else {
        panic!("not a struct");
    };
    let members: Vec<_> = (mixed.members.iter())
        .map(|member| (member.name, member.offset / 8, member.ty))
        .collect();
    assert_eq!(
        members,
        [
            ("le", 0, Type::LE32),
            ("be", 4, Type::BE32),
            ("wide", 8, Type::LE64),
            ("byte", 16, Type::U8),
            ("pad", 17, Type::U8),
            ("port", 18, Type::BE16),
            ("lengths", 20, Type::Array(&Type::LE16, 2)),
        ]
    );
}

#[test]
fn ranges_are_told() {
    let named: Vec<_> = (Mixed::RANGES.iter())
        .filter(|range| !range.name.is_empty())
        .map(|range| range.tag)
        .collect();
    assert_eq!(
        named,
        [
            "bits:low:19:0",
            "bits:flag:23:23",
            "bits:kind:31:24",
            "bits:top:31:28",
            "bits:rest:27:0",
            "bits:all:63:0",
            "bits:high:63:32",
            "bits:last:63:63",
            "bits:nibble:7:4",
            "bits:small:3:0",
        ]
    );
    let reserved = Mixed::RANGES[1];
    assert_eq!((reserved.word, reserved.width(), reserved.tag), (0, 3, ""));
    assert_eq!(reserved.mask(), mask(3) << 20);
    assert_eq!(Mixed::RANGES[6].mask(), u64::MAX);
}
