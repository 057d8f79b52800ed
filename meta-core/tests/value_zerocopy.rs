// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The same type with zerocopy's derives: whoever wants to look at memory through it can have both.

// zerocopy's derives make names that are not ASCII from those of fields.
#![allow(non_ascii_idents)]

use meta_core::value::Value as _;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, TryFromBytes};

#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    FromBytes,
    IntoBytes,
    Immutable,
    KnownLayout,
    meta_derive::Value,
)]
#[repr(C)]
struct Header {
    #[value(bits(ip: u8 = 1..=0, reserved = 7..=2))]
    status: u8,
    _pad: [u8; 3],
    time: u32,
}

#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    TryFromBytes,
    IntoBytes,
    Immutable,
    KnownLayout,
    meta_derive::Value,
)]
#[repr(u8)]
enum State {
    Off,
    #[value(fallback)]
    On,
}

#[derive(Clone, Copy, FromBytes, Immutable, KnownLayout, meta_derive::Value)]
#[repr(C)]
union Word {
    whole: u32,
    halves: [u16; 2],
}

#[test]
fn both_see_the_same_bytes() {
    let header = Header {
        status: 1,
        _pad: [0; 3],
        time: 0x0203_0405,
    };
    assert_eq!(IntoBytes::as_bytes(&header), header.to_bytes());
    let bytes = [2, 0, 0, 0, 6, 7, 8, 9];
    let read = Header::read_from_bytes(&bytes).unwrap();
    assert_eq!(read, Header::from_bytes(bytes));
    assert_eq!(read.ip(), 2);
    assert_eq!(IntoBytes::as_bytes(&State::On), State::On.to_bytes());
    assert_eq!(State::from_bits(0), State::Off);
    assert_eq!(Word::read_from_bytes(&[0; 4]).map(|_| ()), Ok(()));
}
