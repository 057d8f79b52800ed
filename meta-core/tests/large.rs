// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The largest declaration that the derive takes: 6 knobs, 16 fields of every type, 64 bytes.
//!
//! It also shows what compiling one costs: rustc warns when constants take long, and warnings are errors in the checks.

use meta_core::be::{Be16, Be32, Be64};
use meta_core::btf::{Kfunc, Kind, Module, Reader, BASE};
use meta_core::value::ByteArray;
use meta_core::{Visitor, Writer, XdpMeta};

/// One number from which every field is made.
struct Seed(u64);

impl Seed {
    fn low(&self) -> u8 {
        self.0.to_le_bytes()[0]
    }

    fn number(&self) -> u32 {
        u32::from(self.low()) << 8
    }

    fn odd(&self) -> bool {
        self.0 % 2 == 1
    }
}

#[derive(meta_derive::XdpMeta)]
#[xdp_meta(name = "big_rx", source = Seed, knobs(a, b, c, d, e, f))]
struct Big {
    #[meta(id = 0x8000, value = Seed::low, present = Seed::odd)]
    always: u8,
    #[meta(id = 0x8001, knob = a, value = |s| s.low() + 1)]
    a0: u8,
    #[meta(id = 0x8002, knob = b, value = |s| s.low() + 2)]
    b0: u8,
    #[meta(id = 0x8003, knob = c, value = |s| s.low() + 3)]
    c0: u8,
    #[meta(id = 0x8004, knob = d, value = |s| s.low() + 4)]
    d0: u8,
    #[meta(id = 0x8005, knob = e, value = |s| s.low() + 5)]
    e0: u8,
    #[meta(id = 0x8006, knob = a, value = |s| Be16::new(u16::from(s.low())), present = |s| { return s.odd(); })]
    a1: Be16,
    #[meta(hint = rx_csum, knob = b, value = |_| 7)]
    b1: u16,
    #[meta(hint = rx_packet_type, knob = c, value = |_| 8)]
    c1: u16,
    #[meta(id = 0x8007, knob = d, value = |s: &Seed| s.number())]
    d1: u32,
    #[meta(hint = rx_hash, knob = e, value = |s| s.number())]
    e1: u32,
    #[meta(id = 0x8008, knob = f, value = |s| Be32::new(s.number()))]
    f1: Be32,
    #[meta(id = 0x8009, value = |Seed(s)| *s, unit = "seeds")]
    seed: u64,
    #[meta(hint = rx_timestamp, unit = "ns", knob = a, value = |s| s.0 * 2)]
    rx_timestamp: u64,
    #[meta(id = 0x800a, knob = f, value = |s| Be64::new(s.0 * 3))]
    f2: Be64,
    #[meta(id = 0xffff, knob = f, value = |_| 0xff, present = |_| false)]
    f3: u8,
}

const BTF: Module<32768> = Module::new().with::<Big>().kfunc(&Kfunc::META_FIELD);
static SPLIT: [u8; BTF.len()] = BTF.bytes();

struct Record<'a>(&'a Seed);

impl Visitor<Big> for Record<'_> {
    type Output = Vec<u8>;

    fn visit<W: Writer<Seed>>(self) -> Vec<u8> {
        W::record(self.0, 1).as_bytes().to_vec()
    }
}

#[test]
fn every_layout_is_written_and_read_back() {
    assert_eq!(Big::LAYOUTS.len(), 64);
    assert_eq!(Big::SUPERSET.size, 64);
    for (knobs, layout) in (0..).zip(Big::LAYOUTS) {
        for seed in [4, 5] {
            let record = Big::select(knobs, Record(&Seed(seed)));
            let (meta, trailer) = Big::decode(&record).unwrap();
            assert_eq!(trailer.layout_id, layout.id);
            let has = |id| {
                layout
                    .field(id)
                    .is_some_and(|field| trailer.has(field.present))
            };
            assert_eq!(has(0x8000), seed == 5);
            assert_eq!(meta.always, if seed == 5 { 5 } else { 0 });
            assert_eq!(meta.seed, seed);
            assert_eq!(has(1), knobs & 1 != 0);
            assert_eq!(meta.rx_timestamp, u64::from(knobs & 1) * 2 * seed);
            assert_eq!(meta.f2.get(), u64::from(knobs >> 5) * 3 * seed);
            assert!(!has(0xffff) && meta.f3 == 0);
        }
    }
}

#[test]
fn the_module_btf_holds_all_of_them() {
    let base = Reader::new(&BASE).unwrap();
    let structs = Reader::split(&SPLIT, &base)
        .unwrap()
        .types()
        .filter(|item| item.kind() == Kind::Struct)
        .count();
    assert_eq!(structs, 65);
}
