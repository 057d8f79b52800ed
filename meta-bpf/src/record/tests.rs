// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Values of every form, as `meta_core::read` has them; and places that no layout has.

extern crate std;

use core::ptr;

use meta_core::be::Be16;
use meta_core::binding::Binding;
use meta_core::le::Le32;
use meta_core::read;
use meta_core::trailer::Trailer;

use super::{Absent, Record};
use crate::place::{Bits, Place, Shape, CLAIM};

#[path = "../../../meta-core/tests/support/forms.rs"]
mod forms;

crate::fields! {
    /// What the declaration of every form has.
    struct Forms {
        hash: u32 = 2,
        mac: [u8; 6] = 0x8001,
        counts: [[Be16; 3]; 2] = 0x8002,
        delta: i16 = 0x8003,
        index: Le32 = 0x8004,
        l4: Bits<u8, 3> = 0x8007,
        kind: Bits<u8, 4> = 0x8008,
        mark: Bits<u16, 11> = 0x8009,
        last: Bits<u8, 1> = 0x800a,
        other_size: u64 = 0x8003,
        no_bit_field: u8 = 0x800a,
        unknown: u16 = 0x9000,
    }
}

/// A claim between bytes that belong to nobody.
#[repr(C, align(8))]
struct Headroom {
    before: [u8; 64],
    claim: [u8; CLAIM],
    packet: [u8; 64],
}

impl Headroom {
    fn new(claim: [u8; CLAIM]) -> Self {
        Self {
            before: [0xee; 64],
            claim,
            packet: [0xee; 64],
        }
    }

    fn record(&self) -> Option<Record> {
        let (claimed, data) = (self.claim.as_ptr(), self.packet.as_ptr());
        // SAFETY: The claim lies in front of `packet`, at a multiple of 8.
        unsafe { Record::between(ptr::null_mut(), claimed, data) }
    }
}

/// Xorshift: the same bytes in every run.
fn bytes(state: &mut u64) -> [u8; CLAIM] {
    core::array::from_fn(|_| {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        state.to_le_bytes()[0]
    })
}

#[test]
fn every_form_is_read_as_the_layout_says() {
    let layout = &forms::FAMILY.layouts[1];
    let fields = Forms::of(|id| Binding::of(layout, id));
    let mut state = 0x1234_5678_9abc_def1;
    for _ in 0..2000 {
        let mut claim = bytes(&mut state);
        let present = u16::from_le_bytes([claim[0], claim[1]]);
        let trailer = Trailer {
            layout_id: layout.id,
            generation: 7,
            present,
        };
        *claim.last_chunk_mut().unwrap() = trailer.to_ne_bytes();
        let room = Headroom::new(claim);
        let record = room.record().unwrap();
        let right = read::Record::find(&room.claim, forms::FAMILY.layouts).unwrap();
        assert_eq!(record.trailer(), trailer);
        assert_eq!(record.get(fields.hash).ok(), right.get(2));
        assert_eq!(record.get(fields.mac).ok(), right.get(0x8001));
        assert_eq!(record.get(fields.counts).ok(), right.get(0x8002));
        assert_eq!(record.get(fields.delta).ok(), right.get(0x8003));
        assert_eq!(record.get(fields.index).ok(), right.get(0x8004));
        assert_eq!(record.get(fields.l4).ok(), right.get_bits(0x8007));
        assert_eq!(record.get(fields.kind).ok(), right.get_bits(0x8008));
        assert_eq!(record.get(fields.mark).ok(), right.get_bits(0x8009));
        assert_eq!(record.get(fields.last).ok(), right.get_bits(0x800a));
        if !trailer.has(layout.field(2).unwrap().present) {
            assert_eq!(record.get(fields.hash), Err(Absent::NotInPacket));
        }
        assert_eq!(record.get(fields.other_size), Err(Absent::OtherType));
        assert_eq!(record.get(fields.no_bit_field), Err(Absent::OtherType));
        assert_eq!(record.get(fields.unknown), Err(Absent::NotInLayout));
    }
}

#[test]
fn a_map_that_was_never_written_has_no_field() {
    let empty = Forms::of(|_| None);
    assert_eq!(empty.words(), [0; Forms::LEN]);
    let mut claim = [0xff; CLAIM];
    claim[CLAIM - 1] = 0;
    let room = Headroom::new(claim);
    let record = room.record().unwrap();
    assert_eq!(record.get(empty.hash), Err(Absent::NotInLayout));
}

#[test]
fn a_cleared_trailer_is_no_record() {
    let mut claim = [0xff; CLAIM];
    claim[CLAIM - Trailer::SIZE..].fill(0);
    assert!(Headroom::new(claim).record().is_none());
}

#[test]
fn no_place_leads_out_of_the_claim() {
    let room = Headroom::new([0x11; CLAIM]);
    let record = room.record().unwrap();
    for word in (0..1 << 15).chain([u32::MAX, 1 << 31 | 1 << 13]) {
        // What somebody else may have written into the map.
        inside(&record, Place::<u8>::from_word(word), 0x11);
        inside(&record, Place::<[u8; 6]>::from_word(word), [0x11; 6]);
        let bits = record.get(Place::<Bits<u64, 63>>::from_word(word));
        assert!(bits.is_err() || bits.is_ok_and(|bits| bits <= 0x1111_1111_1111_1111));
    }
    assert_eq!((room.before, room.packet), ([0xee; 64], [0xee; 64]));
}

fn inside<S: Shape>(record: &Record, place: Place<S>, right: S::Value)
where
    S::Value: PartialEq + core::fmt::Debug,
{
    if let Ok(value) = record.get(place) {
        assert_eq!(value, right);
    }
}

#[test]
fn a_place_is_refused_that_the_type_cannot_be_read_from() {
    let at = |distance, size, bits| {
        let binding = Binding {
            distance,
            size,
            present: 0,
            bit: 0,
            bits,
        };
        Place::<u32>::of(Some(binding)).is_there()
    };
    assert!(at(12, 4, 0) && at(64, 4, 0));
    assert!(!at(10, 4, 0), "not aligned");
    assert!(!at(2, 4, 0), "beyond the packet's start");
    assert!(!at(68, 4, 0), "in front of the claim");
    assert!(!at(0, 4, 0), "in the packet");
    assert!(!at(12, 8, 0), "of another size");
    assert!(!at(12, 4, 5), "a bit-field");
}
