// SPDX-License-Identifier: GPL-2.0

//! What a frame of the oracle says about itself, and how a record that user space reads is judged by it. Pure.
//!
//! The same as `bpf/oracle.bpf.h` and `bpf/score.bpf.h`, which judge programs in the kernel; the numbers of the payload are
//! those there.

use meta_core::be::Be16;
use meta_core::hint;
use meta_reader::{Absent, Binding, Record};
use rnic_driver::layouts::{stamp_kind, ETH_P_8021Q};

use crate::score::{Score, CSUM, FIELDS, HASH, IP_ID, PACKET_TYPE, STAMP, VLAN};

/// The driver's own fields.
const RX_IP_ID: u16 = 0x8000;
const RX_TIMESTAMP_KIND: u16 = 0x8001;

/// Bits of the payload's flags.
const IPV4: u16 = 1;
const LATCH: u16 = 2;
/// What the NIC calls a packet whose time it keeps.
const PACKET_TYPE_PTP: u64 = 0x80;

/// One number for each field; pairs are packed. `None`: the packet has none.
pub(crate) type Values = [Option<u64>; FIELDS];

/// What the device has to say of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expect {
    /// Number of the frame.
    pub(crate) seq: u32,
    /// The values; of the time nothing is known here.
    pub(crate) values: Values,
    flags: u16,
    /// A tag was sent, and is not in the frame any more.
    tag_is_out: bool,
}

impl Expect {
    /// Reads the payload of a received frame; `None`: it is none of the oracle's.
    pub(crate) fn parse(frame: &[u8]) -> Option<Self> {
        let at = frame.windows(4).position(|word| word == b"RNIC")?;
        let half = |at: usize| Some(u16::from_be_bytes(*frame.get(at..)?.first_chunk()?));
        let word = |at: usize| Some(u32::from_be_bytes(*frame.get(at..)?.first_chunk()?));
        let (hash, hash_type) = (word(at + 8)?, half(at + 12)?);
        let (tci, proto, flags) = (half(at + 14)?, half(at + 16)?, half(at + 18)?);
        let (csum, packet_type, ip_id) = (half(at + 20)?, half(at + 22)?, half(at + 24)?);
        // A tag that the frame still has was not taken out, so there is none to report.
        let tag_is_out = proto != 0 && half(12)? != ETH_P_8021Q;
        let mut values = [None; FIELDS];
        values[HASH] = (hash_type != 0).then(|| pair(hash_type, hash));
        values[VLAN] = tag_is_out.then(|| tag(proto, tci));
        values[CSUM] = (csum != 0).then_some(csum.into());
        values[PACKET_TYPE] = Some(packet_type.into());
        values[IP_ID] = (flags & IPV4 != 0).then_some(ip_id.into());
        Some(Self {
            seq: word(at + 4)?,
            values,
            flags,
            tag_is_out,
        })
    }
}

fn pair(hash_type: u16, hash: u32) -> u64 {
    u64::from(hash_type) << 32 | u64::from(hash)
}

fn tag(proto: u16, tci: u16) -> u64 {
    u64::from(proto) << 16 | u64::from(tci)
}

/// What was read of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// The values, or why there is none.
    pub(crate) values: [Result<u64, Absent>; FIELDS],
    /// Where the time comes from.
    kind: u8,
}

/// Every field that there is, bound late.
#[derive(Debug)]
pub(crate) struct Fields {
    hash: Binding<u32>,
    hash_type: Binding<u16>,
    tci: Binding<u16>,
    proto: Binding<Be16>,
    csum: Binding<u16>,
    packet_type: Binding<u16>,
    ip_id: Binding<u16>,
    stamp: Binding<u64>,
    kind: Binding<u8>,
}

impl Fields {
    /// Not bound to any layout yet.
    pub(crate) fn new() -> Self {
        Self {
            hash: Binding::new(hint::RX_HASH),
            hash_type: Binding::new(hint::RX_HASH_TYPE),
            tci: Binding::new(hint::RX_VLAN_TCI),
            proto: Binding::new(hint::RX_VLAN_PROTO),
            csum: Binding::new(hint::RX_CSUM),
            packet_type: Binding::new(hint::RX_PACKET_TYPE),
            ip_id: Binding::new(RX_IP_ID),
            stamp: Binding::new(hint::RX_TIMESTAMP),
            kind: Binding::new(RX_TIMESTAMP_KIND),
        }
    }

    /// Reads all of a record.
    pub(crate) fn read(&mut self, record: &Record<'_>) -> Reading {
        Reading::of(Parts {
            hash: self.hash.get(record).map(u64::from),
            hash_type: self.hash_type.get(record).map(u64::from),
            tci: self.tci.get(record).map(u64::from),
            proto: self.proto.get(record).map(|proto| proto.get().into()),
            csum: self.csum.get(record).map(u64::from),
            packet_type: self.packet_type.get(record).map(u64::from),
            ip_id: self.ip_id.get(record).map(u64::from),
            stamp: self.stamp.get(record),
            kind: self.kind.get(record).map(u64::from),
        })
    }
}

/// What was read of each field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts {
    /// RSS hash.
    pub(crate) hash: Result<u64, Absent>,
    /// What it covers.
    pub(crate) hash_type: Result<u64, Absent>,
    /// Tag control information.
    pub(crate) tci: Result<u64, Absent>,
    /// Ethertype of the tag.
    pub(crate) proto: Result<u64, Absent>,
    /// Verdict on checksums.
    pub(crate) csum: Result<u64, Absent>,
    /// Kinds of headers.
    pub(crate) packet_type: Result<u64, Absent>,
    /// Identification.
    pub(crate) ip_id: Result<u64, Absent>,
    /// Time of arrival.
    pub(crate) stamp: Result<u64, Absent>,
    /// Where that comes from.
    pub(crate) kind: Result<u64, Absent>,
}

impl Reading {
    /// Half of a pair is no value.
    pub(crate) fn of(parts: Parts) -> Self {
        let mut values = [Err(Absent::NotInLayout); FIELDS];
        values[HASH] = parts
            .hash
            .and_then(|hash| Ok(parts.hash_type? << 32 | hash));
        values[VLAN] = parts.tci.and_then(|tci| Ok(parts.proto? << 16 | tci));
        values[CSUM] = parts.csum;
        values[PACKET_TYPE] = parts.packet_type;
        values[IP_ID] = parts.ip_id;
        values[STAMP] = parts.stamp.and_then(|stamp| parts.kind.map(|_| stamp));
        // One that does not fit is none that can be.
        let kind = parts.kind.unwrap_or(0).try_into().unwrap_or(u8::MAX);
        Self { values, kind }
    }
}

/// Judges the packets of one queue in their order.
#[derive(Debug, Default)]
pub(crate) struct Judge {
    /// How they were read.
    pub(crate) score: Score,
    /// The first that was wrong: number, field, what was read, what is right.
    pub(crate) first_wrong: Option<String>,
    /// The latest time of all.
    pub(crate) latest: u64,
    /// The last time, by where it comes from.
    last: [u64; 3],
}

impl Judge {
    /// No packet arrives before `time`, by the NIC's clock.
    pub(crate) fn new(time: u64) -> Self {
        Self {
            last: [time; 3],
            ..Self::default()
        }
    }

    /// Judges one packet.
    pub(crate) fn packet(&mut self, want: &Expect, got: &Reading) {
        self.score.packets += 1;
        let mut right = want.values;
        if let Ok(time) = got.values[STAMP] {
            right[STAMP] = Some(self.earliest(want, got.kind, time));
            if want.flags & LATCH != 0 {
                right[PACKET_TYPE] = Some(PACKET_TYPE_PTP);
            }
        }
        let mut wrong = None;
        for (field, (got, want_value)) in got.values.iter().zip(right).enumerate() {
            match (got, want_value) {
                (Ok(got), Some(right)) if *got == right => {}
                (Ok(_), _) | (Err(Absent::OtherType), _) => wrong = wrong.or(Some(field)),
                // A tag that is neither in the frame nor in the record is gone.
                (Err(Absent::NotInLayout), _) => {
                    self.score.missing += u64::from(field == VLAN && want.tag_is_out);
                }
                (Err(_), value) => {
                    self.score.missing += u64::from(field == STAMP || value.is_some());
                }
            }
        }
        let Some(field) = wrong else { return };
        self.score.misparsed += 1;
        if self.first_wrong.is_none() {
            let (seq, got, right) = (want.seq, got.values[field], right[field]);
            self.first_wrong = Some(format!(
                "packet {seq}, field {field}: {got:x?}, right is {right:x?}"
            ));
        }
    }

    /// The time itself if it can be; otherwise the earliest that could, or the latest of all for a kind that cannot be.
    fn earliest(&mut self, want: &Expect, kind: u8, time: u64) -> u64 {
        self.latest = self.latest.max(time);
        let can_be = match kind {
            stamp_kind::LATCHED => want.flags & LATCH != 0,
            kind => kind == stamp_kind::READ,
        };
        match self.last.get_mut(usize::from(kind)) {
            Some(last) if can_be => {
                *last = time.max(*last);
                *last
            }
            _ => u64::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tagged TCP packet whose tag was taken out.
    fn frame() -> Vec<u8> {
        let words = [0x19_u16, 0x2005, 0x8100, IPV4, 1, 0x0d, 0x8001, 0];
        let halves: Vec<u8> = words.iter().flat_map(|half| half.to_be_bytes()).collect();
        let start = [&[2; 12][..], &[8, 0], &[0; 40]].concat();
        [
            &start[..],
            b"RNIC",
            &[0, 0, 0, 9, 0xde, 0xad, 0xbe, 0xef],
            &halves,
        ]
        .concat()
    }

    const RIGHT: [Result<u64, Absent>; FIELDS] = [
        Ok(0x19_dead_beef),
        Ok(0x8100_2005),
        Ok(1),
        Ok(0x0d),
        Err(Absent::NotInLayout),
        Ok(500),
    ];

    fn judged(values: [Result<u64, Absent>; FIELDS], kind: u8) -> (u64, u64) {
        let mut judge = Judge::new(400);
        judge.packet(&Expect::parse(&frame()).unwrap(), &Reading { values, kind });
        (judge.score.misparsed, judge.score.missing)
    }

    #[test]
    fn a_payload_is_read_wherever_it_is() {
        let want = Expect::parse(&frame()).unwrap();
        assert_eq!((want.seq, want.values[IP_ID]), (9, Some(0x8001)));
        assert_eq!(want.values[HASH], Some(0x19_dead_beef));
        let mut tagged = frame();
        tagged[12..14].copy_from_slice(&[0x81, 0]);
        assert_eq!(Expect::parse(&tagged).unwrap().values[VLAN], None);
        assert_eq!(Expect::parse(&frame()[..70]), None);
    }

    #[test]
    fn what_is_right_is_right() {
        assert_eq!(judged(RIGHT, stamp_kind::READ), (0, 0));
    }

    #[test]
    fn every_field_can_be_wrong_or_missing() {
        for field in 0..FIELDS {
            let with = |value| {
                let mut values = RIGHT;
                values[field] = value;
                judged(values, stamp_kind::READ)
            };
            let is_early = with(Ok(7));
            assert_eq!(is_early, (1, 0), "{field}");
            assert_eq!(with(Err(Absent::OtherType)), (1, 0), "{field}");
            assert_eq!(with(Err(Absent::NotInPacket)), (0, 1), "{field}");
            let is_tag = u64::from(field == VLAN);
            assert_eq!(with(Err(Absent::NotInLayout)), (0, is_tag), "{field}");
        }
        assert_eq!(judged(RIGHT, stamp_kind::LATCHED), (1, 0));
        assert_eq!(judged(RIGHT, 9), (1, 0));
    }
}
