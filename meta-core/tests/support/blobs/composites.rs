// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Structs, unions and enums: made by hand, from the model, and of a layout with fields of every sort.

use meta_core::btf::write::{Encoding, Member};
use meta_core::btf::{self, layout_blob, Builder};
use meta_core::field::Field;
use meta_core::layout::{pack, Layout};
use meta_core::ty::{self, Composite, Enumerator, Kind, Type};

use super::{bytes, Blob};

/// Blobs of these.
pub(crate) fn all() -> Vec<Blob> {
    vec![
        Blob {
            name: "structs".to_owned(),
            base: None,
            bytes: bytes!(STRUCTS).to_vec(),
            types: 7,
            raw: &[
                "STRUCT '(anon)' size=4 vlen=3",
                "'done' type_id=2 bits_offset=0 bitfield_size=1",
                "'errors' type_id=2 bits_offset=1 bitfield_size=7",
                "'length' type_id=2 bits_offset=8 bitfield_size=24",
                "UNION '(anon)' size=4 vlen=2",
                "'hash' type_id=2 bits_offset=0",
                "'(anon)' type_id=4 bits_offset=32",
                "DECL_TAG 'descriptor' type_id=5 component_idx=-1",
                "DECL_TAG 'hint:rx_hash' type_id=5 component_idx=0",
            ],
            c: &[
                "struct write_back { __u32 hash; union { __u32 status; struct { \
          __u32 done: 1; __u32 errors: 7; __u32 length: 24; }; }; };",
            ],
        },
        Blob {
            name: "enums".to_owned(),
            base: None,
            bytes: bytes!(ENUMS).to_vec(),
            types: 5,
            raw: &[
                "ENUM 'small' encoding=UNSIGNED size=1 vlen=2",
                "'SMALL_ON' val=255",
                "ENUM 'signed_one' encoding=SIGNED size=2 vlen=2",
                "'SIGNED_LOW' val=-32768",
                "'WIDE_MOST' val=4294967295",
                "ENUM64 'huge' encoding=UNSIGNED size=8 vlen=2",
                "'HUGE_BIT' val=1099511627776ULL",
                "'HUGE_MOST' val=18446744073709551615ULL",
                "ENUM64 'deep' encoding=SIGNED size=8 vlen=2",
                "'DEEP_LEAST' val=-9223372036854775808LL",
            ],
            c: &[
                "SMALL_OFF = 0, SMALL_ON = 255,",
                "SIGNED_LOW = -32768, SIGNED_UP = 1,",
            ],
        },
        Blob {
            name: "model".to_owned(),
            base: None,
            bytes: bytes!(MODEL).to_vec(),
            types: 30,
            raw: &[
                "TYPEDEF '__be64' type_id=2",
                "TYPEDEF '__le64' type_id=2",
                "'version' type_id=20 bits_offset=640 bitfield_size=4",
                "'class' type_id=8 bits_offset=648 bitfield_size=20",
                "ENUM 'state' encoding=SIGNED size=1 vlen=2",
                "STRUCT 'described' size=104 vlen=21",
            ],
            c: &[
                "__u8 macs[2][6];",
                "union { __le64 address; struct pair pair; };",
                "__u8 version: 4; __u8 words: 4; __u32 class: 20;",
                "struct pair pairs[2]; };",
            ],
        },
        Blob {
            name: "layout".to_owned(),
            base: None,
            bytes: bytes!(MIXED).to_vec(),
            types: 23,
            raw: &[
                "STRUCT 'nic_rx_mixed' size=40 vlen=9",
                "'queue' type_id=13 bits_offset=192 bitfield_size=9",
                "DECL_TAG 'unit:ns' type_id=14 component_idx=0",
            ],
            c: &["struct nic_rx_mixed {"],
        },
    ]
}

/// Bit-fields, and a struct and a union without a name.
pub(super) const STRUCTS: Builder<512> = {
    let mut btf = Builder::new();
    let int = btf.int("unsigned int", 4, Encoding::Unsigned);
    let word = btf.typedef("__u32", int);
    let inner = btf.structure(
        "",
        4,
        &[
            Member::bit_field("done", word, 0, 1),
            Member::bit_field("errors", word, 1, 7),
            Member::bit_field("length", word, 8, 24),
        ],
    );
    let either = btf.union(
        "",
        4,
        &[Member::new("status", word, 0), Member::new("", inner, 0)],
    );
    let outer = btf.structure(
        "write_back",
        8,
        &[Member::new("hash", word, 0), Member::new("", either, 4)],
    );
    btf.tag(outer, "descriptor");
    btf.tag_member(outer, 0, "hint:rx_hash");
    btf
};

const fn enumerator(name: &'static str, value: i64) -> Enumerator {
    Enumerator { name, value }
}

const ENUMS: Builder<512> = {
    let mut btf = Builder::new();
    let values = [enumerator("SMALL_OFF", 0), enumerator("SMALL_ON", 255)];
    btf.enumeration("small", Kind::U8, &values);
    let values = [enumerator("SIGNED_LOW", -32768), enumerator("SIGNED_UP", 1)];
    btf.enumeration("signed_one", Kind::S16, &values);
    let values = [enumerator("WIDE_MOST", 0xffff_ffff)];
    btf.enumeration("wide", Kind::U32, &values);
    let values = [enumerator("HUGE_BIT", 1 << 40), enumerator("HUGE_MOST", -1)];
    btf.enumeration("huge", Kind::U64, &values);
    let values = [
        enumerator("DEEP_LEAST", i64::MIN),
        enumerator("DEEP_ONE", 1),
    ];
    btf.enumeration("deep", Kind::S64, &values);
    btf
};

/// Every integer, an array of arrays, an enum, bit-fields, and a struct and a union without a name.
const DESCRIBED: Type = Type::Struct(&Composite {
    name: "described",
    size: 104,
    align: 8,
    members: &[
        ty::Member::new("u64", Type::U64, 0),
        ty::Member::new("s64", Type::S64, 8),
        ty::Member::new("be64", Type::BE64, 16),
        ty::Member::new("le64", Type::LE64, 24),
        ty::Member::new("u32", Type::U32, 32),
        ty::Member::new("s32", Type::S32, 36),
        ty::Member::new("be32", Type::BE32, 40),
        ty::Member::new("le32", Type::LE32, 44),
        ty::Member::new("u16", Type::U16, 48),
        ty::Member::new("s16", Type::S16, 50),
        ty::Member::new("be16", Type::BE16, 52),
        ty::Member::new("le16", Type::LE16, 54),
        ty::Member::new("u8", Type::U8, 56),
        ty::Member::new("s8", Type::S8, 57),
        ty::Member::new("macs", Type::Array(&Type::Array(&Type::U8, 6), 2), 58),
        ty::Member::new("state", STATE, 70),
        ty::Member::new("", VIEWS, 72),
        ty::Member::bit_field("version", Type::U8, 640, 4),
        ty::Member::bit_field("words", Type::U8, 644, 4),
        ty::Member::bit_field("class", Type::U32, 648, 20),
        ty::Member::new("pairs", Type::Array(&PAIR, 2), 88),
    ],
});

const STATE: Type = Type::Enum(&ty::Enum {
    name: "state",
    kind: Kind::S8,
    values: &[enumerator("STATE_BROKEN", -1), enumerator("STATE_UP", 1)],
});

const PAIR: Type = Type::Struct(&Composite {
    name: "pair",
    size: 8,
    align: 4,
    members: &[
        ty::Member::new("low", Type::LE32, 0),
        ty::Member::new("high", Type::LE32, 4),
    ],
});

const VIEWS: Type = Type::Union(&Composite {
    name: "",
    size: 8,
    align: 8,
    members: &[
        ty::Member::new("address", Type::LE64, 0),
        ty::Member::new("pair", PAIR, 0),
    ],
});

const MODEL: Builder<2048> = {
    let mut btf = Builder::new();
    let first = btf.describe(&DESCRIBED);
    // All of it is there already.
    assert!(btf.describe(&DESCRIBED).get() == first.get());
    btf
};

const FIELDS: [Field; 6] = pack([
    Field::new(0x8000, "state", STATE).knobs(1),
    Field::new(1, "rx_timestamp", Type::U64)
        .hint("rx_timestamp")
        .unit("ns"),
    Field::new(0x8001, "pair", PAIR).unless(1),
    Field::new(0x8002, "mac", Type::Array(&Type::U8, 6)),
    Field::new(0x8003, "queue", Type::U16).bits(9),
    Field::new(0x8004, "port", Type::U16).bits(3),
]);

const LAYOUT: Layout = Layout::new("nic_rx_mixed", 0b1, &FIELDS);
const MIXED: btf::Blob = layout_blob(&LAYOUT);
