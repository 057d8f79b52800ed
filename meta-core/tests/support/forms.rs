// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A family of layouts with a field of every form, written by hand: what the header must be able to say.

use meta_core::field::Field;
use meta_core::header::Family;
use meta_core::layout::{pack, Layout};
use meta_core::ty::{Composite, Enum, Enumerator, Kind, Member, Type};

const fn value(name: &'static str, value: i64) -> Enumerator {
    Enumerator { name, value }
}

/// One byte, which C must be told.
const PACKET: Type = Type::Enum(&Enum {
    name: "form_packet",
    kind: Kind::U8,
    values: &[value("FORM_PACKET_TCP", 1), value("FORM_PACKET_UDP", 2)],
});

/// Two bytes, signed.
const STATE: Type = Type::Enum(&Enum {
    name: "form_state",
    kind: Kind::S16,
    values: &[value("FORM_STATE_BAD", -1), value("FORM_STATE_GOOD", 0)],
});

const WORD: Type = Type::Union(&Composite {
    name: "",
    size: 4,
    align: 4,
    members: &[
        Member::new("word", Type::U32, 0),
        Member::new("halves", Type::Array(&Type::LE16, 2), 0),
    ],
});

/// With an array of an enum, a union without a name, and bit-fields that leave a bit between them.
const FLOW: Type = Type::Struct(&Composite {
    name: "form_flow",
    size: 8,
    align: 4,
    members: &[
        Member::new("", WORD, 0),
        Member::new("packets", Type::Array(&PACKET, 2), 4),
        Member::bit_field("ip", Type::U8, 48, 2),
        Member::bit_field("l4", Type::U8, 51, 3),
        Member::new("queue", Type::U8, 7),
    ],
});

const ALL: [Field; 12] = pack([
    Field::new(2, "rx_hash", Type::U32).hint("rx_hash").knobs(1),
    Field::new(0x8000, "flow", FLOW).knobs(1),
    Field::new(0x8001, "mac", Type::Array(&Type::U8, 6)).knobs(1),
    Field::new(
        0x8002,
        "counts",
        Type::Array(&Type::Array(&Type::BE16, 3), 2),
    )
    .knobs(1),
    Field::new(0x8003, "delta", Type::S16).knobs(1),
    Field::new(0x8004, "index", Type::LE32).knobs(1),
    Field::new(0x8005, "packet", PACKET).knobs(1),
    Field::new(0x8006, "state", STATE).knobs(1),
    Field::new(0x8007, "l4", Type::U8).bits(3).knobs(1),
    Field::new(0x8008, "kind", PACKET).bits(4).knobs(1),
    Field::new(0x8009, "mark", Type::U16).bits(11).knobs(1),
    Field::new(0x800a, "last", Type::U8).bits(1).knobs(1),
]);

const SUPERSET: Layout = Layout::new("form_rx", 0, &ALL);
const LAYOUTS: [Layout; 2] = [
    Layout::new("form_rx_none", 0, &[]),
    Layout::new("form_rx_all", 1, &ALL),
];

/// It.
pub(crate) const FAMILY: Family<'static> = Family {
    name: "form_rx",
    superset: &SUPERSET,
    layouts: &LAYOUTS,
};
