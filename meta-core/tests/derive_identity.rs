// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What a writer writes, the reader reads: for every layout, with fields of every type, present or not.

use meta_core::be::{Be16, Be64};
use meta_core::layout::Layout;
use meta_core::le::Le32;
use meta_core::meta::{Capture, Captured};
use meta_core::trailer::Trailer;
use meta_core::value::{ByteArray, Value as _};
use meta_core::{Visitor, Writer, XdpMeta as _};
use meta_derive::{Value, XdpMeta};
use proptest::prelude::*;

/// What kind of packet it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
#[repr(u8)]
enum Kind {
    #[value(fallback)]
    Other = 1,
    Tcp = 6,
    Udp = 17,
}

/// Where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
#[repr(C)]
struct Flow {
    address: u32,
    ports: [Be16; 2],
}

/// What the card says: every field, and which of them it has.
#[derive(Clone, Copy, Debug)]
struct Descriptor {
    said: RxMeta,
    has: u16,
}

impl Descriptor {
    fn kind(&self) -> Kind {
        self.said.kind
    }

    fn has_kind(&self) -> bool {
        self.has & 1 << 8 != 0
    }
}

/// Fields of every type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, XdpMeta)]
#[xdp_meta(name = "every", source = Descriptor, knobs(time, flow, flags), captures = Captures)]
struct RxMeta {
    #[meta(knob = flags, id = 0x8000, bits = 3, value = |d| d.said.level, present = |d| d.has & 1 << 0 != 0)]
    level: u8,
    #[meta(knobs(time, !flags), hint = rx_timestamp, capture)]
    time: u64,
    #[meta(knob = time, id = 0x8001, capture, present = |d| d.has & 1 << 2 != 0)]
    clock: Be64,
    #[meta(knob = flow, id = 0x8002, value = |d| d.said.flow, present = |d| d.has & 1 << 3 != 0)]
    flow: Flow,
    #[meta(id = 0x8003, value = |d| d.said.delta, present = |d| d.has & 1 << 4 != 0)]
    delta: i32,
    #[meta(id = 0x8004, value = |d| d.said.mark)]
    mark: Le32,
    #[meta(id = 0x8005, value = |d| d.said.skew, present = |d| d.has & 1 << 5 != 0)]
    skew: i16,
    #[meta(knob = !flow, id = 0x8006, value = |d| d.said.ports, present = |d| d.has & 1 << 6 != 0)]
    ports: [Be16; 2],
    #[meta(id = 0x8007, value = |d| d.said.mac, present = |d| d.has & 1 << 7 != 0)]
    mac: [u8; 6],
    #[meta(id = 0x8008, field = kind, valid = has_kind)]
    kind: Kind,
    #[meta(id = 0x8009, value = |d| d.said.step, present = |d| d.has & 1 << 9 != 0)]
    step: i8,
    #[meta(knob = flags, id = 0x800a, bits = 20, value = |d| d.said.label, present = |d| d.has & 1 << 10 != 0)]
    label: u32,
    #[meta(knobs(flags, !time), id = 0x800b, bits = 12, value = |d| d.said.queue, present = |d| d.has & 1 << 11 != 0)]
    queue: u16,
    #[meta(id = 0x800c, bits = 1, value = |d| d.said.last, present = |d| d.has & 1 << 12 != 0)]
    last: u8,
    #[meta(knob = time, id = 0x800d, bits = 15, value = |d| d.said.fraction, present = |d| d.has & 1 << 13 != 0)]
    fraction: u64,
}

type Source = Captured<Descriptor, Captures>;

struct Record<'a>(&'a Source, u16);

impl Visitor<RxMeta> for Record<'_> {
    type Output = Vec<u8>;

    fn visit<W: Writer<Source>>(self) -> Vec<u8> {
        W::record(self.0, self.1).as_bytes().to_vec()
    }
}

/// Bits of `has`, in the order of declaration; bit 1 is `time`, bit 14 a captured `clock`, and `mark` is always there.
const BITS: [Option<u16>; 15] = [
    Some(1 << 0),
    Some(1 << 1),
    Some(1 << 2 | 1 << 14),
    Some(1 << 3),
    Some(1 << 4),
    None,
    Some(1 << 5),
    Some(1 << 6),
    Some(1 << 7),
    Some(1 << 8),
    Some(1 << 9),
    Some(1 << 10),
    Some(1 << 11),
    Some(1 << 12),
    Some(1 << 13),
];
const IDS: [u16; 15] = [
    0x8000, 1, 0x8001, 0x8002, 0x8003, 0x8004, 0x8005, 0x8006, 0x8007, 0x8008, 0x8009, 0x800a,
    0x800b, 0x800c, 0x800d,
];

/// What is left of the metadata in a layout and a packet.
fn expected(said: &RxMeta, layout: &Layout, has: u16) -> RxMeta {
    let is_there = |index: usize| {
        let valid = BITS[index].is_none_or(|bits| has & bits == bits);
        valid && layout.field(IDS[index]).is_some()
    };
    macro_rules! left {
        ($($index:literal $name:ident: $zero:expr,)*) => {
            RxMeta { $($name: if is_there($index) { said.$name } else { $zero },)* }
        };
    }
    left! {
        0 level: 0,
        1 time: 0,
        2 clock: Be64::new(0),
        3 flow: Flow::ZERO,
        4 delta: 0,
        5 mark: Le32::new(0),
        6 skew: 0,
        7 ports: [Be16::new(0); 2],
        8 mac: [0; 6],
        9 kind: Kind::Other,
        10 step: 0,
        11 label: 0,
        12 queue: 0,
        13 last: 0,
        14 fraction: 0,
    }
}

prop_compose! {
    fn metas()(
        words in any::<[u64; 4]>(),
        halves in any::<[u16; 4]>(),
        mac in any::<[u8; 6]>(),
        kind in prop_oneof![Just(Kind::Other), Just(Kind::Tcp), Just(Kind::Udp)],
        signed in any::<(i32, i16, i8)>(),
        narrow in any::<(u8, u32, u16, u8, u64)>(),
    ) -> RxMeta {
        RxMeta {
            level: narrow.0 & 7,
            time: words[0],
            clock: Be64::new(words[1]),
            flow: Flow { address: words[2] as u32, ports: [Be16::new(halves[0]), Be16::new(halves[1])] },
            delta: signed.0,
            mark: Le32::new(words[3] as u32),
            skew: signed.1,
            ports: [Be16::new(halves[2]), Be16::new(halves[3])],
            mac,
            kind,
            step: signed.2,
            label: narrow.1 & 0xf_ffff,
            queue: narrow.2 & 0xfff,
            last: narrow.3 & 1,
            fraction: narrow.4 & 0x7fff,
        }
    }
}

fn source(said: RxMeta, has: u16) -> Source {
    Captured {
        descriptor: Descriptor { said, has },
        captures: Captures {
            time: Capture::new(said.time, has & 1 << 1 != 0),
            clock: Capture::new(said.clock, has & 1 << 14 != 0),
        },
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(said in metas(), has: u16, generation: u16) {
        for layout in RxMeta::LAYOUTS {
            let record = RxMeta::select(layout.knobs, Record(&source(said, has), generation));
            let (read, trailer) = RxMeta::decode(&record).unwrap();
            prop_assert_eq!(read, expected(&said, layout, has), "{}", layout.name);
            prop_assert_eq!((trailer.layout_id, trailer.generation), (layout.id, generation));
            for (id, bits) in IDS.into_iter().zip(BITS) {
                let valid = bits.is_none_or(|bits| has & bits == bits);
                if let Some(field) = layout.field(id) {
                    prop_assert_eq!(trailer.has(field.present), valid, "{} {}", layout.name, field.name);
                }
            }
        }
    }

    #[test]
    fn what_is_absent_is_zero_and_so_is_what_no_field_has(said in metas()) {
        for layout in RxMeta::LAYOUTS {
            let record = RxMeta::select(layout.knobs, Record(&source(said, 0), 1));
            for field in layout.fields.iter().filter(|field| field.name != "mark") {
                if field.bits == 0 {
                    let bytes = &record[usize::from(field.offset)..field.end()];
                    prop_assert!(bytes.iter().all(|byte| *byte == 0), "{}", field.name);
                }
            }
            let behind = &record[layout.bits_offset()..layout.trailer_offset()];
            prop_assert!(behind.iter().all(|byte| *byte == 0), "{}", layout.name);
        }
    }

    #[test]
    fn bits_that_a_bit_field_does_not_have_stay_out_of_its_neighbours(said in metas(), wide: u8) {
        let wider = RxMeta { level: wide, last: wide, queue: said.queue | 0xf000, ..said };
        let narrow = RxMeta { level: wide & 7, last: wide & 1, ..said };
        for layout in RxMeta::LAYOUTS {
            let record = |said| RxMeta::select(layout.knobs, Record(&source(said, !0), 1));
            prop_assert_eq!(record(wider), record(narrow));
        }
    }

    #[test]
    fn no_bytes_are_misread(bytes in prop::collection::vec(any::<u8>(), 0..80), mask in 0u32..8) {
        // Nonsense is nothing; and what has the trailer of a layout is some metadata.
        prop_assert!(RxMeta::decode(&bytes).is_none());
        let layout = RxMeta::layout(mask);
        let trailer = Trailer { layout_id: layout.id, generation: 1, present: !0 };
        let whole = [bytes.as_slice(), &trailer.to_ne_bytes()].concat();
        let is_long = whole.len() >= usize::from(layout.size);
        prop_assert_eq!(RxMeta::decode(&whole).is_some(), is_long);
    }
}

#[test]
fn the_superset_has_every_field_whatever_excludes_it() {
    assert_eq!(RxMeta::SUPERSET.fields.len(), 15);
    let in_all = RxMeta::LAYOUTS
        .iter()
        .any(|layout| layout.fields.len() == 15);
    assert!(!in_all);
}

#[test]
fn every_layout_is_sound() {
    assert_eq!(RxMeta::LAYOUTS.len(), 8);
    for layout in RxMeta::LAYOUTS {
        assert!(layout.is_sound(), "{}", layout.name);
    }
}
