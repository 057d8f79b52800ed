// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The writer, byte for byte: a record of each kind, and what is there only once.

use meta_core::btf::write::{Encoding, Member, Param, Variable};
use meta_core::btf::Linkage;
use meta_core::btf::{Builder, Id, Kfunc, Module, Reader, BASE};
use meta_core::ty::{Composite, Enumerator, Kind, Type};

type Small = Builder<512>;

/// The words of the types and the strings that a builder has made.
fn sections(btf: &Small) -> (Vec<u32>, String) {
    let bytes: [u8; 1024] = btf.bytes();
    let words: Vec<u32> = bytes
        .chunks_exact(4)
        .map(|word| u32::from_ne_bytes(word.try_into().unwrap()))
        .collect();
    let (header, types) = words.split_at(6);
    // Length of the header, then place and length of types and of strings.
    assert_eq!(header[1..3], [24, 0]);
    assert_eq!(header[3], header[4]);
    let len = header[3] as usize;
    assert_eq!(header[5] as usize, bytes.len() - 24 - len);
    let strings = bytes[24 + len..btf.len()].to_vec();
    (
        types[..len / 4].to_vec(),
        String::from_utf8(strings).unwrap(),
    )
}

/// Checks what the last records of a builder are.
#[track_caller]
fn last(btf: &Small, expected: &[u32]) {
    let (types, _) = sections(btf);
    let shown = |words: &[u32]| {
        words
            .iter()
            .map(|word| format!("{word:#x}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        shown(&types[types.len() - expected.len()..]),
        shown(expected)
    );
}

fn info(kind: u32, count: u32) -> u32 {
    kind << 24 | count
}

const FLAG: u32 = 1 << 31;

#[test]
fn integers_and_floats() {
    let mut btf = Small::new();
    btf.int("u", 4, Encoding::Unsigned);
    last(&btf, &[1, info(1, 0), 4, 32]);
    btf.int("s", 8, Encoding::Signed);
    last(&btf, &[3, info(1, 0), 8, 1 << 24 | 64]);
    btf.int("c", 1, Encoding::Char);
    last(&btf, &[5, info(1, 0), 1, 2 << 24 | 8]);
    btf.int("b", 1, Encoding::Bool);
    last(&btf, &[7, info(1, 0), 1, 4 << 24 | 8]);
    btf.float("f", 8);
    last(&btf, &[9, info(16, 0), 8]);
    assert_eq!(sections(&btf).1, "\0u\0s\0c\0b\0f\0");
}

#[test]
fn types_made_of_one_type() {
    let mut btf = Small::new();
    let int = btf.int("i", 4, Encoding::Signed);
    btf.pointer(int);
    last(&btf, &[0, info(2, 0), 1]);
    btf.typedef("t", int);
    last(&btf, &[3, info(8, 0), 1]);
    btf.volatile(int);
    last(&btf, &[0, info(9, 0), 1]);
    btf.constant(Id::VOID);
    last(&btf, &[0, info(10, 0), 0]);
    btf.restrict(int);
    last(&btf, &[0, info(11, 0), 1]);
    btf.type_tag("g", int);
    last(&btf, &[5, info(18, 0), 1]);
    // The type that counts the elements is added first.
    btf.array(int, 7);
    last(&btf, &[7, info(1, 0), 4, 32, 0, info(3, 0), 0, 1, 8, 7]);
}

#[test]
fn structs_and_unions() {
    let mut btf = Small::new();
    let int = btf.int("i", 4, Encoding::Unsigned);
    btf.structure(
        "s",
        8,
        &[Member::new("a", int, 0), Member::new("b", int, 4)],
    );
    last(&btf, &[3, info(4, 2), 8, 5, 1, 0, 7, 1, 32]);
    // With a bit-field, every offset is 24 bits below a width.
    let members = [
        Member::new("a", int, 0),
        Member::bit_field("b", int, 32, 3),
        Member::bit_field("c", int, 35, 29),
    ];
    btf.structure("", 8, &members);
    last(
        &btf,
        &[
            0,
            FLAG | info(4, 3),
            8,
            5,
            1,
            0,
            7,
            1,
            3 << 24 | 32,
            9,
            1,
            29 << 24 | 35,
        ],
    );
    btf.union("", 4, &[Member::new("a", int, 0), Member::new("b", int, 0)]);
    last(&btf, &[0, info(5, 2), 4, 5, 1, 0, 7, 1, 0]);
    btf.fwd_struct("f");
    last(&btf, &[11, info(7, 0), 0]);
    btf.fwd_union("f");
    last(&btf, &[11, FLAG | info(7, 0), 0]);
}

#[test]
fn enums_of_all_widths() {
    let one = |value| [Enumerator { name: "V", value }];
    let mut btf = Small::new();
    btf.enumeration("e", Kind::U32, &one(0xffff_ffff));
    last(&btf, &[1, info(6, 1), 4, 3, u32::MAX]);
    btf.enumeration("e", Kind::S8, &one(-128));
    last(&btf, &[1, FLAG | info(6, 1), 1, 3, 0xffff_ff80]);
    btf.enumeration("e", Kind::U64, &one(1 << 40 | 5));
    last(&btf, &[1, info(19, 1), 8, 3, 5, 1 << 8]);
    btf.enumeration("", Kind::S64, &one(-2));
    last(&btf, &[0, FLAG | info(19, 1), 8, 3, 0xffff_fffe, u32::MAX]);
}

#[test]
fn functions_and_variables() {
    let mut btf = Small::new();
    let int = btf.int("i", 4, Encoding::Signed);
    let proto = btf.prototype(
        Id::VOID,
        &[
            Param { name: "a", ty: int },
            Param {
                name: "",
                ty: Id::VOID,
            },
        ],
    );
    last(&btf, &[0, info(13, 2), 0, 3, 1, 0, 0]);
    let function = btf.function("f", proto, Linkage::Global);
    last(&btf, &[5, info(12, 1), 2]);
    btf.tag(function, "t");
    last(&btf, &[7, info(17, 0), 3, u32::MAX]);
    btf.tag_member(function, 1, "t");
    last(&btf, &[7, info(17, 0), 3, 1]);
    let variable = btf.variable("v", int, Linkage::Extern);
    last(&btf, &[9, info(14, 0), 1, 2]);
    btf.section(
        ".x",
        8,
        &[Variable {
            ty: variable,
            offset: 4,
            size: 4,
        }],
    );
    last(&btf, &[11, info(15, 1), 8, 6, 4, 4]);
}

/// A struct of two types, and an enum.
const TWICE: Type = Type::Struct(&Composite {
    name: "twice",
    size: 16,
    align: 8,
    members: &[
        meta_core::ty::Member::new("a", Type::Array(&Type::U16, 4), 0),
        meta_core::ty::Member::new("b", Type::Array(&Type::U16, 4), 8),
    ],
});

#[test]
fn what_is_added_again_is_the_same() {
    let mut btf = Small::new();
    let first = btf.describe(&TWICE);
    let len = btf.len();
    assert_eq!(btf.describe(&TWICE), first);
    let array = btf.describe(&Type::Array(&Type::U16, 4));
    let members = [Member::new("a", array, 0), Member::new("b", array, 8)];
    assert_eq!(btf.structure("twice", 16, &members), first);
    assert_eq!(btf.len(), len);
    // One thing is different each time.
    let shorter = [Member::new("a", array, 0)];
    let moved = [Member::new("a", array, 0), Member::new("b", array, 9)];
    let renamed = [Member::new("a", array, 0), Member::new("a", array, 8)];
    let mut ids = vec![
        first,
        btf.structure("twice", 24, &members),
        btf.structure("b", 16, &members),
        btf.structure("twice", 24, &moved),
        btf.structure("twice", 16, &renamed),
        btf.structure("twice", 16, &shorter),
    ];
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn a_split_part_repeats_nothing_of_its_base() {
    let mut base = Small::new();
    let record = base.describe(&TWICE);
    let mut split: Builder<1024> = Builder::split(&base);
    assert_eq!(split.describe(&TWICE), record);
    assert_eq!(split.len(), 24, "a header, and nothing else");
    let pointer = split.pointer(record);
    assert_eq!(pointer.get(), record.get() + 1);
    split.typedef("twice_ptr", pointer);
    // Of the strings, only the new one.
    assert_eq!(split.len(), 24 + 12 + 12 + "twice_ptr\0".len());
}

#[test]
fn a_module_finds_the_kernels_types_in_the_base() {
    const MODULE: Module<1024> = Module::new().kfunc(&Kfunc::META_FIELD).describing::<u32>();
    static BYTES: [u8; MODULE.len()] = MODULE.bytes();
    let base = Reader::new(&BASE).unwrap();
    let split = Reader::split(&BYTES, &base).unwrap();
    let names: Vec<_> = split.types().map(|item| item.name().to_string()).collect();
    // `unsigned int` and `xdp_md` are not there again.
    assert_eq!(
        names,
        [
            "int",
            "__s32",
            "",
            "__u32",
            "",
            "bpf_xdp_meta_field",
            "bpf_kfunc"
        ]
    );
}

/// What rustc says when a constant does this.
macro_rules! refused {
    ($($name:ident: $expected:literal, |$btf:ident| $mistake:expr;)*) => {
        $(
            #[test]
            #[should_panic(expected = $expected)]
            fn $name() {
                let mut $btf = Builder::<64>::new();
                $mistake;
            }
        )*
    };
}

refused! {
    too_many_types: "give the builder or module a larger CAP", |btf| {
        btf.describe(&TWICE)
    };
    too_many_strings: "the strings do not fit: give the builder or module a larger CAP", |btf| {
        btf.fwd_struct(&"x".repeat(64))
    };
    a_name_with_a_space: "C's are made of letters, digits and `_`", |btf| {
        btf.typedef("unsigned int", Id::VOID)
    };
    an_enumerator_that_does_not_fit: "does not fit into the enum's integer", |btf| {
        btf.enumeration("e", Kind::U8, &[Enumerator { name: "V", value: 256 }])
    };
    an_enum_of_the_wire: "an enum is in native byte order", |btf| {
        btf.enumeration("e", Kind::Be16, &[])
    };
    a_member_outside: "correct its offset, or the struct's size", |btf| {
        let int = btf.int("i", 4, Encoding::Signed);
        btf.structure("s", 4, &[Member::bit_field("a", int, 30, 3)])
    };
    members_in_disorder: "in the order of their offsets: sort them", |btf| {
        let int = btf.int("i", 1, Encoding::Signed);
        btf.structure("s", 2, &[Member::new("a", int, 1), Member::new("b", int, 0)])
    };
    a_member_of_void: "give a type with a size", |btf| {
        btf.structure("s", 4, &[Member::new("a", Id::VOID, 0)])
    };
    a_type_of_another_builder: "no such type yet", |btf| {
        let mut other = Small::new();
        let id = other.describe(&TWICE);
        btf.pointer(id)
    };
}
