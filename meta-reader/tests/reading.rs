// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Records in literal bytes, good and bad, read the way an AF_XDP program has them.

use std::sync::Arc;

use meta_core::be::Be16;
use meta_core::hint;
use meta_core::trailer::Trailer;
use meta_reader::{Absent, Announcement, Binding, Field, Layout, Rejected, Ring, Tables};

const KIND: u16 = 0x8001;

fn field(id: u16, offset: u16, size: u16, present: u8) -> Field {
    Field {
        id,
        name: format!("f{id}"),
        offset,
        size,
        present,
        bit: 0,
        bits: 0,
    }
}

/// A time, a hash, a tag with its protocol, a kind.
fn full() -> Layout {
    let fields = vec![
        field(hint::RX_TIMESTAMP, 0, 8, 0),
        field(hint::RX_HASH, 8, 4, 1),
        field(hint::RX_VLAN_TCI, 12, 2, 2),
        field(hint::RX_VLAN_PROTO, 14, 2, 3),
        field(KIND, 16, 1, 4),
    ];
    Layout::new(0x11, "full", 32, fields, Vec::new()).unwrap()
}

/// The hash alone.
fn small() -> Layout {
    let fields = vec![field(hint::RX_HASH, 0, 4, 0)];
    Layout::new(0x22, "small", 16, fields, Vec::new()).unwrap()
}

fn announcement(generation: u32, layout: Layout) -> Announcement {
    Announcement {
        ifindex: 2,
        queue: 1,
        generation,
        reason: 3,
        time: 1,
        layout: Arc::new(layout),
    }
}

fn trailer(layout_id: u32, generation: u16, present: u16) -> [u8; 8] {
    Trailer {
        layout_id,
        generation,
        present,
    }
    .to_ne_bytes()
}

/// What stands in front of a packet: other bytes, then the record of [`full`].
fn full_record(generation: u16, present: u16) -> Vec<u8> {
    [
        &[0xee; 40][..],
        &0x1122_3344_5566_7788_u64.to_ne_bytes(),
        &0xdead_beef_u32.to_ne_bytes(),
        &0x2005_u16.to_ne_bytes(),
        &[0x81, 0x00],
        &[2, 0, 0, 0, 0, 0, 0, 0],
        &trailer(0x11, generation, present),
    ]
    .concat()
}

fn small_record(generation: u16) -> Vec<u8> {
    [
        &0xcafe_u32.to_ne_bytes()[..],
        &[0; 4],
        &trailer(0x22, generation, 1),
    ]
    .concat()
}

#[test]
fn every_type_is_read_from_its_place() {
    let ring = Ring::new(&announcement(7, full()));
    let bytes = full_record(7, 0b11111);
    let record = ring.record(&bytes).unwrap();
    assert_eq!(
        record.get(hint::RX_TIMESTAMP),
        Ok(0x1122_3344_5566_7788_u64)
    );
    assert_eq!(record.get(hint::RX_HASH), Ok(0xdead_beef_u32));
    assert_eq!(record.get(hint::RX_VLAN_TCI), Ok(0x2005_u16));
    assert_eq!(record.get(hint::RX_VLAN_PROTO), Ok(Be16::new(0x8100)));
    assert_eq!(record.get(KIND), Ok(2_u8));
    assert_eq!(record.field_bytes(hint::RX_VLAN_PROTO), Ok(&[0x81, 0][..]));
    assert_eq!(record.as_bytes(), &bytes[40..]);
}

#[test]
fn not_in_the_layout_and_not_in_the_packet_are_told_apart() {
    let ring = Ring::new(&announcement(7, full()));
    let bytes = full_record(7, 0b11101);
    let record = ring.record(&bytes).unwrap();
    assert_eq!(record.get::<u32>(hint::RX_HASH), Err(Absent::NotInPacket));
    assert_eq!(record.get::<u16>(hint::RX_CSUM), Err(Absent::NotInLayout));
    assert_eq!(record.get::<u32>(KIND), Err(Absent::OtherType));
    assert_eq!(record.bits(KIND), Err(Absent::OtherType));
    let mut binding = Binding::<u32>::new(hint::RX_HASH);
    assert_eq!(binding.get(&record), Err(Absent::NotInPacket));
    let mut binding = Binding::<u16>::new(hint::RX_CSUM);
    assert_eq!(binding.get(&record), Err(Absent::NotInLayout));
    let mut binding = Binding::<u64>::new(KIND);
    assert_eq!(binding.get(&record), Err(Absent::OtherType));
}

#[test]
fn a_binding_follows_the_layout() {
    let mut ring = Ring::new(&announcement(7, full()));
    assert!(ring.hear(&announcement(8, small())));
    let mut hash = Binding::<u32>::new(hint::RX_HASH);
    for _ in 0..2 {
        // The older packet was still in the socket's ring.
        let (old, new) = (full_record(7, 2), small_record(8));
        assert_eq!(hash.get(&ring.record(&old).unwrap()), Ok(0xdead_beef));
        assert_eq!(hash.get(&ring.record(&new).unwrap()), Ok(0xcafe));
    }
}

#[test]
fn what_is_no_record_is_not_read() {
    let ring = Ring::new(&announcement(7, full()));
    let rejected = |bytes: &[u8]| ring.record(bytes).unwrap_err();
    assert_eq!(rejected(&[]), Rejected::NoRecord);
    assert_eq!(rejected(&[1; 7]), Rejected::NoRecord);
    assert_eq!(rejected(&[0; 64]), Rejected::NoRecord);
    assert_eq!(rejected(&trailer(0, 7, 0xffff)), Rejected::NoRecord);
    let cut = Rejected::Cut {
        size: 32,
        given: 31,
    };
    assert_eq!(rejected(&full_record(7, 1)[41..]), cut);
}

#[test]
fn generations_that_were_not_announced_are_not_read() {
    let mut ring = Ring::new(&announcement(0x1_0007, full()));
    let stale = |generation| Rejected::Stale {
        layout_id: 0x11,
        generation,
    };
    let of = |ring: &Ring, generation| {
        let bytes = full_record(generation, 1);
        ring.record(&bytes).map(|_| ())
    };
    assert_eq!(of(&ring, 7), Ok(()));
    assert_eq!(of(&ring, 6), Err(stale(6)));
    assert_eq!(of(&ring, 8), Err(Rejected::Ahead(8)));
    assert_eq!(of(&ring, 7_u16.wrapping_sub(1 << 15)), Err(stale(0x8007)));
    // Another layout's generation; another queue's announcement; one that comes late.
    assert!(ring.hear(&announcement(0x1_0008, small())));
    assert_eq!(of(&ring, 8), Err(stale(8)));
    let other = Announcement {
        queue: 0,
        ..announcement(0x1_0009, full())
    };
    assert!(!ring.hear(&other));
    assert_eq!(of(&ring, 9), Err(Rejected::Ahead(9)));
    assert!(ring.hear(&announcement(0x1_0006, full())));
    assert_eq!((of(&ring, 6), of(&ring, 7)), (Ok(()), Ok(())));
    assert_eq!(ring.generation(), 0x1_0008);
    assert_eq!(ring.layout().unwrap().name(), "small");
}

#[test]
fn a_ring_forgets_what_no_socket_can_hold() {
    let mut ring = Ring::new(&announcement(1, full()));
    let kept = u32::try_from(Ring::KEPT).unwrap();
    for generation in 2..=kept + 1 {
        ring.hear(&announcement(generation, full()));
        ring.hear(&announcement(generation, full()));
    }
    assert!(ring.record(&full_record(1, 1)).is_err());
    assert!(ring.record(&full_record(2, 1)).is_ok());
    // What is older than all of them does not come back.
    ring.hear(&announcement(1, full()));
    assert!(ring.record(&full_record(1, 1)).is_err());
    assert!(ring.record(&full_record(2, 1)).is_ok());
}

#[test]
fn generations_begin_again_after_the_last() {
    let mut ring = Ring::new(&announcement(u32::MAX, full()));
    assert_eq!(
        ring.record(&full_record(1, 1)).unwrap_err(),
        Rejected::Ahead(1)
    );
    ring.hear(&announcement(1, full()));
    assert_eq!(ring.generation(), 1);
    assert!(ring.record(&full_record(0xffff, 1)).is_ok());
    assert!(ring.record(&full_record(1, 1)).is_ok());
}

#[test]
fn bit_fields_are_read_as_c_allocates_them() {
    let plain = field(KIND, 0, 4, 0);
    let bits = |bit, bits| Field {
        bit,
        bits,
        ..plain.clone()
    };
    let read = |field: Field, bytes: [u8; 8]| {
        let layout = Layout::new(5, "bits", 16, vec![field], Vec::new()).unwrap();
        let ring = Ring::new(&announcement(1, layout));
        let before = [bytes, trailer(5, 1, 1)].concat();
        ring.record(&before).unwrap().bits(KIND).unwrap()
    };
    if cfg!(target_endian = "little") {
        let bytes = [0b1011_0100, 0xa5, 0, 0, 0, 0, 0, 0];
        assert_eq!(read(bits(2, 3), bytes), 0b101);
        assert_eq!(read(bits(4, 8), bytes), 0x5b);
        assert_eq!(read(bits(0, 32), bytes), 0xa5b4);
    }
    let whole = Field {
        size: 8,
        ..bits(0, 64)
    };
    assert_eq!(read(whole, [0xff; 8]), u64::MAX);
}

#[test]
fn without_a_ring_the_layout_is_all_that_is_known() {
    let mut tables = Tables::default();
    tables.learn(&Arc::new(full())).unwrap();
    let bytes = full_record(1234, 2);
    let record = tables.record(&bytes).unwrap();
    assert_eq!(record.get(hint::RX_HASH), Ok(0xdead_beef_u32));
    assert_eq!(record.trailer().generation, 1234);
    let unknown = tables.record(&small_record(1)).unwrap_err();
    assert_eq!(unknown, Rejected::UnknownLayout(0x22));
    assert_eq!(tables.record(&[0; 8]).unwrap_err(), Rejected::NoRecord);
}

#[test]
fn whatever_the_bytes_are_nothing_is_read_outside_of_them() {
    let mut ring = Ring::new(&announcement(1, full()));
    ring.hear(&announcement(2, small()));
    let mut random = 1_u64;
    for len in 0..80 {
        for _ in 0..200 {
            let mut next = || {
                random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                random.to_le_bytes()[7]
            };
            let mut bytes: Vec<u8> = (0..len).map(|_| next()).collect();
            if len >= 8 {
                let id = [0x11, 0x22, 0, 0x1122][usize::from(next() % 4)];
                let generation = u16::from(next() % 4);
                let end = trailer(id, generation, next().into());
                bytes[len - 8..].copy_from_slice(&end);
            }
            let Ok(record) = ring.record(&bytes) else {
                continue;
            };
            assert_eq!(record.as_bytes().len(), usize::from(record.layout().size()));
            for id in [1, 2, 4, 5, KIND] {
                let _ = (
                    record.get::<u32>(id),
                    record.bits(id),
                    record.field_bytes(id),
                );
            }
        }
    }
}
