// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The reader on BTF that is right: compilers' and, for what they do not make, some put together by hand.

use meta_core::btf::read::{BitRange, Endian, Number};
use meta_core::btf::Linkage;
use meta_core::btf::{json, Body, Error, Kind, Reader};

#[path = "support/raw.rs"]
mod raw;

use raw::{info, Raw, INT};

/// clang's, for `bpfel` and `bpfeb`: every kind.
static LITTLE: &[u8] = include_bytes!("../fuzz/seeds/reader/all-kinds-little");
static BIG: &[u8] = include_bytes!("../fuzz/seeds/reader/all-kinds-big");

#[test]
fn every_kind_in_both_orders_is_what_bpftool_says() {
    let golden = include_str!("golden/all-kinds.json").trim_end();
    for (bytes, endian) in [(LITTLE, Endian::Little), (BIG, Endian::Big)] {
        let btf = Reader::new(bytes).unwrap();
        assert_eq!(btf.endian(), endian);
        assert_eq!(btf.check(), Ok(()));
        assert_eq!(json::Dump(btf).to_string(), golden);
    }
}

#[test]
fn bodies_say_what_the_source_said() {
    let btf = Reader::new(BIG).unwrap();
    let Body::Enum64(big) = btf.find(Kind::Enum64, "big").unwrap().body() else {
        panic!("not an enum");
    };
    assert!(!big.signed);
    let first = big.values.clone().next().unwrap();
    assert_eq!(first.number, Number::Unsigned(0xff_ffff_ffff));
    let Body::Enum64(negative) = btf.find(Kind::Enum64, "neg").unwrap().body() else {
        panic!("not an enum");
    };
    let first = negative.values.clone().next().unwrap();
    assert_eq!(first.number, Number::Signed(-0xff_ffff_ffff));

    let Body::Var(private) = btf.find(Kind::Var, "priv").unwrap().body() else {
        panic!("not a variable");
    };
    assert_eq!(private.linkage, Linkage::Static);
    let Body::Func(prog) = btf.find(Kind::Func, "prog").unwrap().body() else {
        panic!("not a function");
    };
    assert_eq!(prog.linkage, Linkage::Global);
    let tags: Vec<_> = btf
        .types()
        .filter_map(|item| match item.body() {
            Body::DeclTag(tag) => Some((item.name().to_str()?, tag.component)),
            _ => None,
        })
        .collect();
    assert_eq!(
        tags,
        [
            ("whole", None),
            ("deep", Some(1)),
            ("arg", Some(0)),
            ("var", None)
        ]
    );
    let variadic = btf
        .types()
        .filter_map(|item| item.params().last())
        .filter(|param| param.is_variadic())
        .count();
    assert_eq!(variadic, 1);
}

#[test]
fn types_come_to_something() {
    let btf = Reader::new(LITTLE).unwrap();
    let whole = btf.find(Kind::Struct, "s").unwrap();
    let member = |name: &str| {
        whole
            .members()
            .find(|member| member.name() == name)
            .unwrap()
    };
    assert_eq!(btf.size_of(whole.id()), Ok(136));
    assert_eq!(btf.size_of(member("arr").type_id), Ok(4 * 2 * 4));
    assert_eq!(btf.size_of(member("d").type_id), Ok(8));
    let narrow = btf.with_pointer_size(4);
    assert_eq!(narrow.size_of(member("d").type_id), Ok(4));
    assert_eq!(
        btf.resolve(member("a").type_id).unwrap().name(),
        "unsigned int"
    );
    let range = |name| btf.bit_range(&member(name)).unwrap();
    assert_eq!(range("b"), BitRange { offset: 3, bits: 7 });
    assert_eq!(
        range("c"),
        BitRange {
            offset: 32,
            bits: 32
        }
    );
    let prog = btf.find(Kind::Func, "prog").unwrap().id();
    assert_eq!(btf.size_of(prog), Err(Error::NoSize { id: prog }));
    assert_eq!(btf.size_of(0), Err(Error::NoSize { id: 0 }));
}

#[test]
fn the_layout_section_tells_how_long_unknown_kinds_are() {
    for bytes in [
        &include_bytes!("../fuzz/seeds/reader/layout-section-little")[..],
        &include_bytes!("../fuzz/seeds/reader/layout-section-big")[..],
    ] {
        let btf = Reader::new(bytes).unwrap();
        let known = Reader::new(LITTLE).unwrap();
        assert_eq!(btf.len(), known.len() + 2);
        let mut last = btf.types().skip(known.len() as usize);
        let one = last.next().unwrap();
        assert_eq!((one.kind(), one.count()), (Kind::Unknown(20), 2));
        assert!(one.payload().iter().copied().eq(0..20));
        assert!(matches!(one.body(), Body::Unknown(20)));
        let other = last.next().unwrap();
        assert_eq!(
            (other.kind(), other.payload().len()),
            (Kind::Unknown(21), 0)
        );
        assert!(last.next().is_none());
    }
}

#[test]
fn a_split_part_uses_the_layout_section_of_its_base() {
    let mut base = Raw::types(&INT);
    base.layouts = Some(vec![[0; 4]; 20].into_iter().chain([[8, 0, 0, 0]]).collect());
    let base = base.bytes();
    let base = Reader::new(&base).unwrap();
    let split = Raw::types(&[0, info(20, false, 0), 0, 1, 2]).bytes();
    assert!(matches!(
        Reader::new(&split),
        Err(Error::Kind {
            at: 24,
            id: 1,
            kind: 20
        })
    ));
    let split = Reader::split(&split, &base).unwrap();
    assert_eq!(split.types().next().unwrap().payload().len(), 8);
}

/// Before the kernel of 2018, a bit-field was an integer type with an offset and a width.
#[test]
fn bit_fields_of_old_compilers_are_in_the_integer() {
    let mut raw = Raw::types(&[0, info(1, false, 0), 4, 2 << 16 | 5]);
    raw.types.extend([0, info(4, false, 1), 4, 0, 1, 8]);
    let bytes = raw.bytes();
    let btf = Reader::new(&bytes).unwrap();
    let member = btf.get(2).unwrap().members().next().unwrap();
    assert_eq!((member.offset, member.bits), (8, 0));
    let range = btf.bit_range(&member).unwrap();
    assert_eq!(
        range,
        BitRange {
            offset: 10,
            bits: 5
        }
    );
}

/// 24 bits of count, which are new in 7.3.
#[test]
fn a_type_may_have_more_than_65535_values() {
    let count = 70_000;
    let mut raw = Raw::types(&[0, info(6, true, count), 4]);
    for value in 0..count {
        raw.types.extend([0, value.wrapping_neg()]);
    }
    for foreign in [false, true] {
        raw.foreign = foreign;
        let bytes = raw.bytes();
        let btf = Reader::new(&bytes).unwrap();
        let values = btf.get(1).unwrap().values();
        assert_eq!(values.len(), 70_000);
        assert_eq!(values.last().unwrap().number, Number::Signed(-69_999));
    }
}

#[test]
fn ids_and_strings_go_on_where_the_base_ends() {
    let low = Raw::types(&INT).strings(b"\0low\0").bytes();
    let low = Reader::new(&low).unwrap();
    // A pointer to the int, with the base's name for the sake of the test, in the other byte order.
    let mut middle = Raw::types(&[1, info(2, false, 0), 1]).strings(b"mid\0");
    middle.foreign = true;
    let middle = middle.bytes();
    let middle = Reader::split(&middle, &low).unwrap();
    let mut high = Raw::types(&[5, info(8, false, 0), 2]).strings(b"high\0");
    high.types.extend([9, info(8, false, 0), 1]);
    let high = high.bytes();
    let high = Reader::split(&high, &middle).unwrap();

    assert_eq!((high.start(), high.len(), high.end()), (3, 2, 5));
    let names: Vec<_> = (0..5).map(|id| high.get(id).unwrap().name()).collect();
    assert_eq!(names, ["", "", "low", "mid", "high"]);
    assert_eq!(high.size_of(3), Ok(8));
    assert_eq!(high.size_of(4), Ok(4));
    assert_eq!(high.check(), Ok(()));
    assert_eq!(high.get(5).unwrap_err(), Error::NoType { id: 5 });
    assert_eq!(high.find(Kind::Ptr, "low").unwrap().id(), 2);
    assert!(high.find_own(Kind::Ptr, "low").is_none());
    assert!(!high.name(14).is_valid());
    assert_eq!(high.base().unwrap().start(), 2);
}

#[test]
fn a_lookup_is_right_with_any_room_for_the_index() {
    let btf = Reader::new(LITTLE).unwrap();
    for room in 0..=btf.len() as usize + 1 {
        let mut buffer = vec![u32::MAX; room];
        let indexed = btf.indexed(&mut buffer);
        for item in btf.types() {
            let same = indexed.get(item.id()).unwrap();
            assert_eq!((same.id(), same.name()), (item.id(), item.name()));
            assert_eq!(same.payload(), item.payload());
        }
        let end = btf.end();
        assert_eq!(indexed.get(end).unwrap_err(), Error::NoType { id: end });
    }
}
