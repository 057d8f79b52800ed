// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Writing and reading are each other's inverse: for types made at random, and for layouts of fields of such types.

use meta_core::btf::{layout_blob, Body, Builder, Kind as Btf, Reader};
use meta_core::field::Field;
use meta_core::layout::{pack, Layout};
use meta_core::ty::{Composite, Enum, Enumerator, Kind, Member, Type};
use proptest::prelude::*;

/// Constants are static; what is made at random stays for the rest of the test.
fn keep<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn kinds() -> impl Strategy<Value = Kind> {
    proptest::sample::select(Kind::ALL.to_vec())
}

fn enums() -> impl Strategy<Value = Type> {
    let native = kinds().prop_filter("native byte order", |kind| {
        !kind.is_big_endian() && !kind.is_little_endian()
    });
    (
        native,
        proptest::collection::vec(0..=127_i64, 0..5),
        0..9_u8,
    )
        .prop_map(|(kind, values, number)| {
            let sign = if kind.is_signed() { -1 } else { 1 };
            let values = (values.iter().enumerate()).map(|(index, value)| Enumerator {
                name: keep(format!("VALUE_{number}_{index}")),
                value: sign * value,
            });
            Type::Enum(keep(Enum {
                name: keep(format!("enum_{number}")),
                kind,
                values: Vec::leak(values.collect()),
            }))
        })
}

/// A struct or union of members of these types, placed as C does it; integers may be bit-fields.
fn composite(members: &[(Type, u8)], union: bool, named: u8) -> Type {
    let (mut bit, mut align, mut size) = (0_usize, 1_usize, 0_usize);
    let members = members.iter().enumerate().map(|(index, (ty, width))| {
        let unit = ty.size() * 8;
        let bits = match ty {
            Type::Int(kind) if !kind.is_big_endian() && !kind.is_little_endian() => width % 8,
            _ => 0,
        };
        if bits == 0 {
            bit = bit.next_multiple_of(ty.align() * 8);
        } else if bit % unit + usize::from(bits) > unit {
            bit = bit.next_multiple_of(unit);
        }
        let offset = u32::try_from(bit).unwrap();
        align = align.max(ty.align());
        bit += if bits == 0 { unit } else { bits.into() };
        size = size.max(bit);
        if union {
            bit = 0;
        }
        Member::bit_field(keep(format!("m{index}")), *ty, offset, bits)
    });
    let members: &'static [Member] = Vec::leak(members.collect());
    let composite = keep(Composite {
        name: match named {
            0 => "",
            number => keep(format!("type_{number}")),
        },
        size: size.div_ceil(8).next_multiple_of(align),
        align,
        members,
    });
    match union {
        true => Type::Union(composite),
        false => Type::Struct(composite),
    }
}

fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![4 => kinds().prop_map(Type::Int), 1 => enums()];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            (inner.clone(), 1..5_usize).prop_map(|(of, len)| Type::Array(keep(of), len)),
            (
                proptest::collection::vec((inner, any::<u8>()), 1..6),
                any::<bool>(),
                0..9_u8
            )
                .prop_map(|(members, union, named)| composite(&members, union, named)),
        ]
    })
}

/// What a type of BTF is, as the model has it; names and all.
fn same(btf: &Reader<'_>, id: u32, ty: &Type) {
    let item = btf.get(id).unwrap();
    match (item.body(), ty) {
        (Body::Typedef(target), Type::Int(kind)) => {
            assert_eq!(item.name(), kind.c_name());
            let Body::Int(int) = btf.resolve(target).unwrap().body() else {
                panic!("{kind:?} is no integer");
            };
            assert_eq!(int.size as usize, kind.size());
            assert_eq!(int.is_signed(), kind.is_signed());
        }
        (Body::Array(array), Type::Array(of, len)) => {
            assert_eq!(array.len as usize, *len);
            same(btf, array.element, of);
        }
        (Body::Enum(body) | Body::Enum64(body), Type::Enum(of)) => {
            assert_eq!(item.name(), of.name);
            assert_eq!(body.size as usize, of.kind.size());
            assert_eq!(body.signed, of.kind.is_signed());
            assert_eq!(item.kind() == Btf::Enum64, of.kind.size() == 8);
            assert_eq!(body.values.len(), of.values.len());
            for (read, written) in body.values.zip(of.values) {
                assert_eq!(read.name(), written.name);
                assert_eq!(read.number.to_i64(), Some(written.value));
            }
        }
        (Body::Struct(body), Type::Struct(of)) | (Body::Union(body), Type::Union(of)) => {
            assert_eq!(item.name(), of.name);
            assert_eq!(body.size as usize, of.size);
            assert_eq!(body.members.len(), of.members.len());
            for (read, written) in body.members.zip(of.members) {
                assert_eq!(read.name(), written.name);
                assert_eq!((read.offset, read.bits), (written.offset, written.bits));
                same(btf, read.type_id, &written.ty);
            }
        }
        (body, ty) => panic!("{body:?} is not {ty:?}"),
    }
}

/// No two types of BTF are the same record.
fn all_differ(btf: &Reader<'_>) {
    let mut records: Vec<_> = btf
        .types()
        .map(|item| {
            (
                item.name_offset(),
                item.kind(),
                item.count(),
                item.flag(),
                item.word(),
                item.payload(),
            )
        })
        .collect();
    let count = records.len();
    records.sort_unstable();
    records.dedup();
    assert_eq!(records.len(), count);
}

proptest! {
    #[test]
    fn types_are_read_as_they_were_written(list in proptest::collection::vec(types(), 1..6)) {
        let mut btf = Builder::<16384>::new();
        let ids: Vec<_> = list.iter().map(|ty| btf.describe(ty)).collect();
        let len = btf.len();
        for (ty, id) in list.iter().zip(&ids) {
            prop_assert_eq!(btf.describe(ty), *id);
        }
        prop_assert_eq!(btf.len(), len);
        let bytes: Box<[u8; 32768]> = Box::new(btf.bytes());
        let reader = Reader::new(&bytes[..]).unwrap();
        prop_assert_eq!(reader.check(), Ok(()));
        all_differ(&reader);
        for (ty, id) in list.iter().zip(&ids) {
            same(&reader, id.get(), ty);
        }
    }

    #[test]
    fn layouts_are_read_as_they_were_written(
        list in proptest::collection::vec((types(), 0..32_u8), 8),
        count in 0..=8_usize,
    ) {
        let small = |ty: &Type| ty.size() <= 64 && ty.align() <= 8;
        prop_assume!(list.iter().all(|(ty, _)| small(ty)));
        let mut list = list.into_iter().zip(0_u16..);
        // `pack` takes as many fields as there are, known when it is compiled.
        let fields: [Field; 8] = std::array::from_fn(|_| {
            let ((ty, bits), index) = list.next().unwrap();
            let field = Field::new(0x8000 + index, keep(format!("field_{index}")), ty);
            match ty {
                Type::Int(Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64) => {
                    field.bits(bits % u8::try_from(ty.size() * 8).unwrap())
                }
                _ => field,
            }
        });
        let fields: &'static [Field] = &keep(pack(fields))[..count];
        let layout = Layout::new("random", 0, fields);
        let bytes: Box<[u8; 8192]> = Box::new(layout_blob(&layout).bytes());
        let reader = Reader::new(&bytes[..]).unwrap();
        prop_assert_eq!(reader.check(), Ok(()));
        let record = reader.find(Btf::Struct, "random").unwrap();
        prop_assert_eq!(record.size(), Some(u32::from(layout.size)));
        prop_assert_eq!(record.members().len(), fields.len() + 3);
        for (member, field) in record.members().zip(fields) {
            assert_eq!(member.name(), field.name);
            assert_eq!((member.offset as usize, member.bits), (field.first_bit(), field.bits));
            same(&reader, member.type_id, &field.ty);
        }
    }
}
