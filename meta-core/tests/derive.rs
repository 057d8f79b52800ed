// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The derive, from outside: layouts, records byte for byte, the way back, and the callbacks.

use meta_core::be::Be16;
use meta_core::hint;
use meta_core::layout::Layout;
use meta_core::value::ByteArray;
use meta_core::{Visitor, Writer, XdpMeta};

#[path = "support/card.rs"]
mod card;

use card::{Descriptor, RxMeta, HASH, VLAN};

struct Record<'a>(&'a Descriptor, u16);

impl Visitor<RxMeta> for Record<'_> {
    type Output = Vec<u8>;

    fn visit<W: Writer<Descriptor>>(self) -> Vec<u8> {
        assert_eq!(W::Record::LEN, usize::from(W::LAYOUT.size));
        W::record(self.0, self.1).as_bytes().to_vec()
    }
}

const FULL: Descriptor = Descriptor {
    hash: Some((0x0102_0304, 0x0506)),
    vlan: Some((0x8100, 0x0708)),
};
const ARP: Descriptor = Descriptor {
    hash: None,
    vlan: None,
};

fn places(layout: &Layout) -> Vec<(&str, u16)> {
    layout.fields.iter().map(|f| (f.name, f.offset)).collect()
}

#[test]
fn each_mask_of_knobs_has_its_packed_layout() {
    let names: Vec<_> = RxMeta::LAYOUTS.iter().map(|l| (l.name, l.size)).collect();
    assert_eq!(
        names,
        [
            ("nic_rx_none", 8),
            ("nic_rx_hash", 16),
            ("nic_rx_vlan", 16),
            ("nic_rx_hash_vlan", 24),
        ]
    );
    assert_eq!(
        places(RxMeta::layout(HASH | VLAN)),
        [
            ("rx_hash", 0),
            ("rx_hash_type", 4),
            ("rx_vlan_tci", 6),
            ("rx_vlan_proto", 8),
        ]
    );
    assert_eq!(
        places(RxMeta::layout(VLAN)),
        [("rx_vlan_tci", 0), ("rx_vlan_proto", 2)]
    );
    assert_eq!(RxMeta::layout(!0), RxMeta::layout(HASH | VLAN));
    assert_eq!(RxMeta::SUPERSET.name, "nic_rx");
    assert_eq!(RxMeta::KNOBS, ["hash", "vlan"]);
}

#[test]
fn an_id_is_the_hash_of_the_content_and_never_changes() {
    // These are interface: programs compiled long ago compare against them.
    let ids: Vec<_> = RxMeta::LAYOUTS.iter().map(|l| l.id).collect();
    assert_eq!(ids, [0x3111_aff8, 0x6a0f_4fe6, 0x38a8_7da6, 0x462b_705b]);
    for layout in RxMeta::LAYOUTS {
        assert_eq!(RxMeta::by_id(layout.id), Some(layout));
    }
    assert_eq!(RxMeta::by_id(0), None);
}

#[test]
fn a_record_is_what_the_layout_says() {
    let record = RxMeta::select(HASH | VLAN, Record(&FULL, 0x1112));
    let id = RxMeta::layout(HASH | VLAN).id;
    let mut expected = Vec::new();
    expected.extend(0x0102_0304_u32.to_ne_bytes());
    expected.extend(0x0506_u16.to_ne_bytes());
    expected.extend(0x0708_u16.to_ne_bytes());
    expected.extend([0x81, 0x00]);
    expected.extend([0; 6]);
    expected.extend(id.to_ne_bytes());
    expected.extend(0x1112_u16.to_ne_bytes());
    expected.extend(0b1111_u16.to_ne_bytes());
    assert_eq!(record, expected);
}

#[test]
fn an_absent_field_is_zero_and_not_present() {
    let record = RxMeta::select(HASH | VLAN, Record(&ARP, 3));
    assert_eq!(record[..16], [0; 16]);
    assert_eq!(record[20..], [3, 0, 0, 0]);
}

#[test]
fn a_layout_without_fields_is_its_trailer() {
    let record = RxMeta::select(0, Record(&FULL, 1));
    assert_eq!(record.len(), 8);
    assert_eq!(record[..4], RxMeta::layout(0).id.to_ne_bytes());
}

#[test]
fn what_is_written_is_read_back_under_every_layout() {
    for knobs in 0..4 {
        for source in [&FULL, &ARP] {
            // A program claims 64 bytes; what is in front of the record is not its concern.
            let mut claimed = vec![0xaa; 64];
            claimed.extend(RxMeta::select(knobs, Record(source, 9)));
            let (meta, trailer) = RxMeta::decode(&claimed).unwrap();
            assert_eq!(trailer.generation, 9);
            let (hash, kind) = source
                .hash
                .filter(|_| knobs & HASH != 0)
                .unwrap_or_default();
            let (proto, tci) = source
                .vlan
                .filter(|_| knobs & VLAN != 0)
                .unwrap_or_default();
            assert_eq!(meta.value(hint::RX_HASH), Some(u64::from(hash)));
            assert_eq!(meta.value(hint::RX_HASH_TYPE), Some(u64::from(kind)));
            assert_eq!(meta.value(hint::RX_VLAN_TCI), Some(u64::from(tci)));
            assert_eq!(meta.value(hint::RX_VLAN_PROTO), Some(u64::from(proto)));
            assert_eq!(meta.value(hint::RX_CSUM), None);
        }
    }
}

#[test]
fn what_is_no_record_is_not_read() {
    let record = RxMeta::select(HASH, Record(&FULL, 1));
    for length in 0..record.len() {
        assert!(RxMeta::decode(&record[record.len() - length..]).is_none());
    }
    assert!(RxMeta::decode(&[0; 64]).is_none());
    let mut other = record;
    other[8] ^= 1;
    assert!(RxMeta::decode(&other).is_none());
}

#[test]
fn callbacks_give_what_the_record_would() {
    assert_eq!(RxMeta::rx_hash(&FULL), FULL.hash);
    assert_eq!(RxMeta::rx_hash(&ARP), None);
    assert_eq!(
        RxMeta::rx_vlan_tag(&FULL),
        Some((Be16::new(0x8100), 0x0708))
    );
    assert_eq!(RxMeta::rx_vlan_tag(&ARP), None);
}
