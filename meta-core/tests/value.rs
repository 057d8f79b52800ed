// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! `#[derive(Value)]`, from outside: the description, the bytes, the way back.

use meta_core::be::Be16;
use meta_core::bits::Bits;
use meta_core::le::Le32;
use meta_core::ty::{Described, Enum, Enumerator, Kind, Type};
use meta_core::value::{ByteArray, Value};

#[path = "value/bit_fields.rs"]
mod bit_fields;
#[path = "value/round_trip.rs"]
mod round_trip;

/// What a hash covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, meta_derive::Value)]
#[value(name = "rss_type")]
#[repr(u8)]
enum RssType {
    None = 0,
    TcpIpv4,
    #[value(name = "RSS_UDP")]
    Udp = 1 << 3,
    #[value(fallback)]
    Other = 15,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, meta_derive::Value)]
#[repr(i16)]
enum Signed {
    Low = -300,
    #[value(fallback)]
    Unknown = -1,
    High = 300,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, meta_derive::Value)]
#[repr(u64)]
enum Wide {
    #[value(fallback)]
    Far = u64::MAX,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, meta_derive::Value)]
#[repr(C)]
struct Inner {
    kind: RssType,
    _pad: [u8; 3],
    time: Le32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, meta_derive::Value)]
#[value(name = "nic_outer")]
#[repr(C, align(8))]
struct Outer {
    r#type: Be16,
    ports: [u16; 3],
    inner: [Inner; 2],
    grid: [[i8; 4]; 2],
    level: Signed,
    #[value(name = "rsvd")]
    _reserved: [u8; 6],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, meta_derive::Value)]
#[repr(C, packed)]
struct Packed {
    kind: u8,
    number: u32,
    inner: [Be16; 2],
    last: Wide,
}

#[derive(Clone, Copy, meta_derive::Value)]
#[repr(C)]
union Word {
    whole: u32,
    parts: [Be16; 2],
    #[value(name = "")]
    inner: Inner,
}

#[derive(meta_derive::Value)]
#[value(name = "", description)]
#[repr(C)]
struct Holder {
    kind: u8,
    #[value(name = "")]
    word: Word,
}

fn members(ty: Type) -> Vec<(&'static str, usize, u32, u8)> {
    let (Type::Struct(composite) | Type::Union(composite)) = ty else {
        panic!("{ty:?}")
    };
    let members = composite.members.iter();
    members
        .map(|member| (member.name, member.ty.size(), member.offset, member.bits))
        .collect()
}

#[test]
fn a_struct_is_described_as_the_compiler_lays_it_out() {
    assert_eq!(
        members(Outer::TYPE),
        [
            ("type", 2, 0, 0),
            ("ports", 6, 16, 0),
            ("inner", 16, 64, 0),
            ("grid", 8, 192, 0),
            ("level", 2, 256, 0),
            ("rsvd", 6, 272, 0),
        ]
    );
    assert_eq!((Outer::TYPE.size(), Outer::TYPE.align()), (40, 8));
    let Type::Struct(outer) = Outer::TYPE else {
        panic!()
    };
    assert_eq!(outer.name, "nic_outer");
    assert!(outer.members[2].ty.same(&Type::Array(&Inner::TYPE, 2)));
}

#[test]
fn packed_members_are_where_they_are() {
    let places = [
        ("kind", 1, 0, 0),
        ("number", 4, 8, 0),
        ("inner", 4, 40, 0),
        ("last", 8, 72, 0),
    ];
    assert_eq!(members(Packed::TYPE), places);
    assert_eq!((Packed::TYPE.size(), Packed::TYPE.align()), (17, 1));
    let value = Packed {
        kind: 1,
        number: 0x0203_0405,
        inner: [Be16::new(0x0607), Be16::new(0x0809)],
        last: Wide::Far,
    };
    let bytes = value.to_bytes();
    assert_eq!(bytes[1..5], 0x0203_0405_u32.to_ne_bytes());
    assert_eq!(bytes[5..9], [6, 7, 8, 9]);
    assert_eq!(Packed::from_bytes(bytes), value);
}

#[test]
fn a_union_is_only_described() {
    assert_eq!(
        members(Word::TYPE),
        [("whole", 4, 0, 0), ("parts", 4, 0, 0), ("", 8, 0, 0)]
    );
    assert!(matches!(Word::TYPE, Type::Union(word) if word.name == "Word" && word.size == 8));
}

#[test]
fn a_description_may_have_padding_and_unions() {
    assert_eq!(members(Holder::TYPE), [("kind", 1, 0, 0), ("", 8, 32, 0)]);
    assert!(matches!(Holder::TYPE, Type::Struct(holder) if holder.name.is_empty()));
}

#[test]
fn an_enum_has_the_names_and_numbers_of_c() {
    const EXPECTED: Enum = Enum {
        name: "rss_type",
        kind: Kind::U8,
        values: &[
            Enumerator {
                name: "RSS_TYPE_NONE",
                value: 0,
            },
            Enumerator {
                name: "RSS_TYPE_TCP_IPV4",
                value: 1,
            },
            Enumerator {
                name: "RSS_UDP",
                value: 8,
            },
            Enumerator {
                name: "RSS_TYPE_OTHER",
                value: 15,
            },
        ],
    };
    assert_eq!(RssType::TYPE, Type::Enum(&EXPECTED));
    assert!(matches!(Wide::TYPE, Type::Enum(wide) if wide.values[0].value == -1));
    assert!(matches!(Signed::TYPE, Type::Enum(signed) if signed.kind == Kind::S16));
}

#[test]
fn numbers_without_a_name_are_the_fallback() {
    const KNOWN: RssType = RssType::from_bits(8);
    assert_eq!(KNOWN, RssType::Udp);
    for number in 0..=255_u8 {
        let expected = match number {
            0 => RssType::None,
            1 => RssType::TcpIpv4,
            8 => RssType::Udp,
            _ => RssType::Other,
        };
        assert_eq!(RssType::from_bytes([number]), expected);
        assert_eq!(<RssType as Bits>::from_bits(number.into()), expected);
    }
    assert_eq!(RssType::from_bits(0x101), RssType::TcpIpv4);
    assert_eq!(Wide::from_bits(3), Wide::Far);
}

#[test]
fn negative_numbers_stay_negative() {
    assert_eq!(Signed::Low.to_bits(), 0xfed4);
    assert_eq!(Signed::from_bits(0xfed4), Signed::Low);
    assert_eq!(Signed::Low.number(), Some(-300_i64 as u64));
    assert_eq!(Signed::Low.to_bytes(), (-300_i16).to_ne_bytes());
    assert_eq!(Signed::from_bytes((-300_i16).to_ne_bytes()), Signed::Low);
    assert_eq!(Wide::Far.number(), Some(u64::MAX));
}

#[test]
fn zero_is_the_fallback_of_an_enum_that_has_none() {
    assert_eq!(Signed::ZERO, Signed::Unknown);
    assert_eq!(RssType::ZERO, RssType::None);
    assert_eq!(Signed::High.masked(false), [0, 0]);
    assert_eq!(Outer::ZERO.level, Signed::Unknown);
}

#[test]
fn a_struct_in_an_array_in_a_struct_is_its_bytes() {
    let inner = |kind, time| Inner {
        kind,
        _pad: [0; 3],
        time: Le32::new(time),
    };
    let value = Outer {
        r#type: Be16::new(0x0102),
        ports: [3, 4, 5],
        inner: [inner(RssType::Udp, 6), inner(RssType::Other, 7)],
        grid: [[-1, 2, -3, 4], [5, -6, 7, -8]],
        level: Signed::High,
        _reserved: [9; 6],
    };
    let mut expected = vec![1, 2];
    expected.extend([3_u16, 4, 5].map(u16::to_ne_bytes).as_flattened());
    expected.extend([8, 0, 0, 0, 6, 0, 0, 0, 15, 0, 0, 0, 7, 0, 0, 0]);
    expected.extend([255, 2, 253, 4, 5, 250, 7, 248]);
    expected.extend(300_i16.to_ne_bytes());
    expected.extend([9; 6]);
    assert_eq!(value.to_bytes().as_bytes(), expected);
    assert_eq!(Outer::from_bytes(value.to_bytes()), value);
    assert_eq!(value.masked(false).as_bytes(), [0; 40]);
    assert_eq!(value.number(), None);
}
