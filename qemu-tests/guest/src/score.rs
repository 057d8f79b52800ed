// SPDX-License-Identifier: GPL-2.0

//! How each way of reading did, by what was sent and what was announced. Pure.
//!
//! The program counts misparses packet by packet. What is *missing* depends on the layout that was
//! announced for a generation, so it is worked out here: a packet's field is missing when its generation's
//! layout has the field, the oracle says that the packet has it, and a reader got nothing. A tag that is
//! neither in the record nor in the frame any more is missing whatever the layout says. A packet without a record is missing
//! unless the last announcement for its queue by then said that there are none.

#[cfg(test)]
mod tests;

use meta_reader::Announcement;
use serde_json::{json, Value};

/// How many ways of reading there are.
pub(crate) const READERS: usize = 3;
/// Names of the readers, in the order in which the program counts them.
pub(crate) const NAMES: [&str; READERS] = ["frozen", "kfunc", "late_bound"];
/// Readers of a storm that come later, in the order in which its programs count them (`bpf/later.bpf.h`).
pub(crate) const LATER: [&str; 5] = ["exact", "tc", "cpumap", "devmap", "veth"];

/// The name of a reader, later ones included.
pub(crate) fn name(reader: usize) -> &'static str {
    let mut names = NAMES.iter().chain(&LATER);
    names.nth(reader).copied().unwrap_or("?")
}

/// Index of the reader that freezes its offsets at load.
pub(crate) const FROZEN: usize = 0;
/// Index of the reader that asks the kernel's kfuncs.
pub(crate) const KFUNC: usize = 1;
/// Index of the late-bound reader.
pub(crate) const LATE_BOUND: usize = 2;

/// How many things can be known of a packet.
pub(crate) const FIELDS: usize = 6;
/// The record's field for each, in the order in which the program counts them; of a pair the first.
pub(crate) const FIELD_NAMES: [&str; FIELDS] = [
    "rx_hash",
    "rx_vlan_tci",
    "rx_csum",
    "rx_packet_type",
    "rx_ip_id",
    "rx_timestamp",
];
/// Index of hash and type.
pub(crate) const HASH: usize = 0;
/// Index of the tag and its type.
pub(crate) const VLAN: usize = 1;
/// Index of the verdict on checksums.
pub(crate) const CSUM: usize = 2;
/// Index of the kinds of headers.
pub(crate) const PACKET_TYPE: usize = 3;
/// Index of the IPv4 identification.
pub(crate) const IP_ID: usize = 4;
/// Index of the time of arrival, with where it comes from.
pub(crate) const STAMP: usize = 5;

/// Id of the layout that says: no records.
pub(crate) const OFF: u32 = 0;

/// What each reader reads.
const READS: [&[usize]; READERS] = [
    &[HASH, VLAN, CSUM],
    &[HASH, VLAN, STAMP],
    &[HASH, VLAN, CSUM, PACKET_TYPE, IP_ID, STAMP],
];

/// Counters of the whole run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Packets of the oracle.
    pub(crate) packets: u64,
    /// Other packets.
    pub(crate) other: u64,
    /// Numbers seen twice.
    pub(crate) duplicates: u64,
    /// Numbers far from those expected.
    pub(crate) out_of_range: u64,
    /// Packets whose `data_meta` was not `data` at the start.
    pub(crate) meta_at_start: u64,
    /// Packets without a record.
    pub(crate) no_record: u64,
    /// Records whose generation or layout cannot be.
    pub(crate) stale: u64,
    /// Packets whose layout could not be bound.
    pub(crate) unbound: u64,
    /// Packets with another tag in the frame than was sent.
    pub(crate) wrong_tag: u64,
    /// Generations that the log has no room for.
    pub(crate) epochs_lost: u64,
    /// The latest time that a packet had, by the NIC's clock.
    pub(crate) latest: u64,
    /// Misparses of each reader.
    pub(crate) misparsed: [u64; READERS],
}

/// One generation, as packets showed it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Epoch {
    /// Receive queue.
    pub(crate) queue: u32,
    /// Layout of its records.
    pub(crate) layout_id: u32,
    /// Low 16 bits of the generation.
    pub(crate) generation: u32,
    /// When its first packet came, in nanoseconds of `CLOCK_MONOTONIC`.
    pub(crate) first_seen: u64,
    /// Packets.
    pub(crate) packets: u64,
    /// Of them with the tag still in the frame.
    pub(crate) inband: u64,
    /// Of them sent with a tag.
    pub(crate) tagged: u64,
    /// Of them with a time that the NIC kept.
    pub(crate) latched: u64,
    /// Of them with each field, says the oracle.
    pub(crate) want: [u64; FIELDS],
    /// Right values of each field that each reader got.
    pub(crate) got: [[u64; FIELDS]; READERS],
}

/// A packet without a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bare {
    /// Receive queue.
    pub(crate) queue: u32,
    /// When it came, in nanoseconds of `CLOCK_MONOTONIC`.
    pub(crate) time: u64,
}

/// Score of one reader.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Score {
    /// Packets that it looked at.
    pub(crate) packets: u64,
    /// Packets of which it was told something wrong.
    pub(crate) misparsed: u64,
    /// Records that it could know to be out of date.
    pub(crate) stale: u64,
    /// Fields that it should have got and did not.
    pub(crate) missing: u64,
    /// Packets that were sent and not seen.
    pub(crate) lost: u64,
}

impl Score {
    /// Whether every packet was read right.
    pub(crate) fn is_clean(&self) -> bool {
        *self
            == Self {
                packets: self.packets,
                ..Self::default()
            }
    }

    /// The shape that the host reads.
    pub(crate) fn to_json(self) -> Value {
        let Self {
            packets,
            misparsed,
            stale,
            missing,
            lost,
        } = self;
        json!({ "packets": packets, "misparsed": misparsed, "stale": stale, "missing": missing, "lost": lost })
    }
}

/// The score of each reader when `lost` packets were not seen.
pub(crate) fn scores(
    totals: &Totals,
    epochs: &[Epoch],
    bare: &[Bare],
    announced: &[Announcement],
    lost: u64,
) -> [Score; READERS] {
    let mut scores = [Score::default(); READERS];
    for (reader, score) in scores.iter_mut().enumerate() {
        let missing = epochs
            .iter()
            .map(|epoch| epoch.missing(announced, reader))
            .sum();
        *score = Score {
            packets: totals.packets,
            misparsed: totals.misparsed[reader],
            stale: 0,
            missing,
            lost,
        };
    }
    let unannounced = epochs
        .iter()
        .filter(|e| e.announcement(announced).is_none());
    // Only this reader looks at generations; without a record it has nothing to read.
    let late = &mut scores[LATE_BOUND];
    late.stale = totals.stale + unannounced.map(|e| e.packets).sum::<u64>();
    let known_off = bare.iter().filter(|packet| packet.was_off(announced));
    late.missing += totals.no_record.saturating_sub(known_off.count() as u64) + totals.unbound;
    scores
}

impl Bare {
    /// Whether the last thing that was announced for its queue when it came was that there are no records.
    fn was_off(self, announced: &[Announcement]) -> bool {
        let of_queue = announced.iter().filter(|a| a.queue == self.queue);
        let before = of_queue.filter(|a| a.time <= self.time);
        // In the order of generations: two may have come in the same nanosecond.
        let last = before.max_by_key(|a| a.generation);
        last.is_some_and(|a| a.layout.id() == OFF)
    }
}

impl Epoch {
    /// The announcement of this generation with this layout.
    pub(crate) fn announcement<'a>(
        &self,
        announced: &'a [Announcement],
    ) -> Option<&'a Announcement> {
        announced
            .iter()
            .filter(|a| a.queue == self.queue && a.layout.id() == self.layout_id)
            .find(|a| a.generation & 0xffff == self.generation)
    }

    fn missing(&self, announced: &[Announcement], reader: usize) -> u64 {
        let Some(announcement) = self.announcement(announced) else {
            return 0;
        };
        let has = |field| announcement.layout.named(field).is_some();
        let got = self.got[reader];
        let missing = |field: usize| {
            let want = match (field, has(FIELD_NAMES[field])) {
                (VLAN, true) => self.tagged,
                (VLAN, false) => self.tagged.saturating_sub(self.inband),
                (_, true) => self.want[field],
                (_, false) => 0,
            };
            want.saturating_sub(got[field])
        };
        READS[reader].iter().map(|&field| missing(field)).sum()
    }
}
