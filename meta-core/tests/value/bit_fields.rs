// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Words whose bits have names.

use meta_core::ty::{Described, Kind, Type};
use meta_core::value::Value;
use proptest::prelude::*;

use super::{members, RssType};

#[derive(Clone, Copy, Debug, PartialEq, Eq, meta_derive::Value)]
#[repr(C)]
struct Status {
    #[value(bits(ip: u8 = 1..=0, l4: bool = 2, _rsvd: u8 = 7..=3))]
    status: u8,
    kind: u8,
    #[value(bits(
        /// What the hash covers.
        rss: RssType = 11..=8,
        low: u8 = 7..=0,
        r#type: u32 = 14..=12,
        reserved = 15,
    ))]
    word: u16,
    #[value(bits(all: u32 = 31..=0))]
    all: u32,
    #[value(bits(top: u64 = 63..=1, bottom: bool = 0))]
    wide: u64,
}

#[test]
fn ranges_are_bit_fields_of_the_type_of_their_word() {
    let little = [
        ("ip", 1, 0, 2),
        ("l4", 1, 2, 1),
        ("_rsvd", 1, 3, 5),
        ("kind", 1, 8, 0),
        ("low", 2, 16, 8),
        ("rss", 2, 24, 4),
        ("type", 2, 28, 3),
        ("reserved", 2, 31, 1),
        ("all", 4, 32, 32),
        ("bottom", 8, 64, 1),
        ("top", 8, 65, 63),
    ];
    let big = [
        ("_rsvd", 1, 0, 5),
        ("l4", 1, 5, 1),
        ("ip", 1, 6, 2),
        ("kind", 1, 8, 0),
        ("reserved", 2, 16, 1),
        ("type", 2, 17, 3),
        ("rss", 2, 20, 4),
        ("low", 2, 24, 8),
        ("all", 4, 32, 32),
        ("top", 8, 64, 63),
        ("bottom", 8, 127, 1),
    ];
    let expected = match cfg!(target_endian = "little") {
        true => little,
        false => big,
    };
    assert_eq!(members(Status::TYPE), expected);
    assert!(
        matches!(Status::TYPE, Type::Struct(status) if status.members[5].ty == Type::Int(Kind::U16))
    );
}

#[test]
fn getters_and_builders_work_in_constants() {
    const STATUS: Status = Status::ZERO
        .with_ip(3)
        .with_l4(true)
        .with_rss(RssType::Udp)
        .with_type(5)
        .with_bottom(true);
    const IP: u8 = STATUS.ip();
    assert_eq!((IP, STATUS.l4(), STATUS.rss()), (3, true, RssType::Udp));
    assert_eq!(STATUS.r#type(), 5);
    assert_eq!((STATUS.status, STATUS.word, STATUS.wide), (7, 0x5800, 1));
}

#[test]
fn bits_that_do_not_fit_are_dropped() {
    assert_eq!(Status::ZERO.with_ip(0xff).status, 3);
    assert_eq!(Status::ZERO.with_type(0xffff_ffff).word, 0x7000);
    assert_eq!(Status::ZERO.with_top(u64::MAX).wide, !1);
}

proptest! {
    #[test]
    fn a_builder_changes_its_range_and_no_other(
        bytes: [u8; 16], ip: u8, l4: bool, low: u8, kind: u32, all: u32, top: u64,
    ) {
        let before = Status::from_bytes(bytes);
        let after = before
            .with_ip(ip)
            .with_l4(l4)
            .with_low(low)
            .with_type(kind)
            .with_all(all)
            .with_top(top);
        prop_assert_eq!(after.ip(), ip & 3);
        prop_assert_eq!(after.l4(), l4);
        prop_assert_eq!(after.low(), low);
        prop_assert_eq!(after.r#type(), kind & 7);
        prop_assert_eq!(after.all(), all);
        prop_assert_eq!(after.top(), top & (u64::MAX >> 1));
        prop_assert_eq!(after.rss(), before.rss());
        prop_assert_eq!(after.bottom(), before.bottom());
        prop_assert_eq!(after.status & 0xf8, before.status & 0xf8);
        prop_assert_eq!(after.word & 0x8f00, before.word & 0x8f00);
        let restored = after
            .with_ip(before.ip())
            .with_l4(before.l4())
            .with_low(before.low())
            .with_type(before.r#type())
            .with_all(before.all())
            .with_top(before.top());
        prop_assert_eq!(restored, before);
    }
}
