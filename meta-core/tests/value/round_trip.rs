// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! For all values: what is written is read back, and what is absent is zeros.

use meta_core::be::{Be16, Be32, Be64};
use meta_core::le::{Le16, Le32, Le64};
use meta_core::value::{At, ByteArray, Value};
use proptest::prelude::*;

use super::{Inner, Outer, Packed, RssType, Signed};

/// What holds of every value.
fn holds<T: Value + PartialEq + core::fmt::Debug>(value: T) {
    let bytes = value.to_bytes();
    assert_eq!(bytes.as_bytes().len(), size_of::<T>());
    assert_eq!(T::Bytes::LEN, size_of::<T>());
    assert_eq!(T::from_bytes(bytes), value);
    assert_eq!(value.masked(true).as_bytes(), bytes.as_bytes());
    assert!(value.masked(false).as_bytes().iter().all(|byte| *byte == 0));
    let mut record = [0xaa; 64];
    At::<3>::put(&mut record, bytes);
    let back: T::Bytes = At::<3>::get(&record);
    assert_eq!(back.as_bytes(), bytes.as_bytes());
    assert!(record[..3].iter().all(|byte| *byte == 0xaa));
    assert!(record[3 + size_of::<T>()..]
        .iter()
        .all(|byte| *byte == 0xaa));
    assert_eq!(
        T::Bytes::first_of(&record[3..]).unwrap().as_bytes(),
        bytes.as_bytes()
    );
    assert!(T::Bytes::first_of(&record[..size_of::<T>() - 1]).is_none());
}

/// What holds of all bytes that hardware may write, for types without an enum.
fn is_exact<T: Value<Bytes = [u8; N]>, const N: usize>(bytes: [u8; N]) {
    assert_eq!(T::from_bytes(bytes).to_bytes(), bytes);
}

proptest! {
    #[test]
    fn integers(a: u8, b: u16, c: u32, d: u64, e: i8, f: i16, g: i32, h: i64) {
        holds(a);
        holds(b);
        holds(c);
        holds(d);
        holds(e);
        holds(f);
        holds(g);
        holds(h);
        prop_assert_eq!(d.number(), Some(d));
        prop_assert_eq!(e.number(), Some(i64::from(e) as u64));
        prop_assert_eq!(g.number(), Some(i64::from(g) as u64));
    }

    #[test]
    fn ordered_integers(b: u16, c: u32, d: u64) {
        holds(Be16::new(b));
        holds(Be32::new(c));
        holds(Be64::new(d));
        holds(Le16::new(b));
        holds(Le32::new(c));
        holds(Le64::new(d));
        prop_assert_eq!(Be32::new(c).to_bytes(), c.to_be_bytes());
        prop_assert_eq!(Le64::new(d).to_bytes(), d.to_le_bytes());
        prop_assert_eq!(Be16::new(b).number(), Some(b.into()));
        prop_assert_eq!(Le16::new(b).number(), Some(b.into()));
    }

    #[test]
    fn arrays(a: [i32; 5], b: [[u8; 6]; 2], c: [[[i16; 2]; 2]; 2]) {
        holds(a);
        holds(b);
        holds(c);
        prop_assert_eq!(a.number(), None);
        let bytes = b.to_bytes();
        prop_assert_eq!(bytes.as_bytes(), b.as_flattened());
    }

    #[test]
    fn derived(bytes: [u8; 40], inner: [u8; 8], packed: [u8; 17]) {
        holds(Outer::from_bytes(bytes));
        holds(Inner::from_bytes(inner));
        holds(Packed::from_bytes(packed));
        holds([Inner::from_bytes(inner); 3]);
        holds(RssType::from_bits(bytes[0].into()));
        holds(Signed::from_bytes([bytes[0], bytes[1]]));
        is_exact::<u64, 8>(inner);
    }
}
