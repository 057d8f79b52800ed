// SPDX-License-Identifier: GPL-2.0

//! What the readers program (`bpf/readers.bpf.c`) counted, and the score made of it.
//!
//! The program counts misparses packet by packet. What is *missing* depends on the layout that was
//! announced for a generation, so it is worked out here: a packet's field is missing when its generation's
//! layout has the field, the oracle says that the packet has it, and a reader got nothing.

use anyhow::{Context, Result};
use serde_json::{json, Value};

use crate::announcement::Announcement;
use crate::case::Sent;
use crate::programs::Programs;
use crate::sys::bpf::Map;

const EPOCHS: u32 = 8192;
const SEEN_WORDS: u32 = 65536;
const READERS: usize = 3;
const RESULT_WORDS: usize = 12 + READERS;
const EPOCH_LEN: usize = 48 + 2 * 8 * READERS;
const SAMPLE_LEN: usize = 40;

/// Names of the readers, in the order in which the program counts them.
pub(crate) const NAMES: [&str; READERS] = ["frozen", "kfunc", "late_bound"];
/// Index of the reader that freezes its offsets at load.
pub(crate) const FROZEN: usize = 0;
/// Index of the reader that asks the kernel's kfuncs.
pub(crate) const KFUNC: usize = 1;
/// Index of the late-bound reader.
pub(crate) const LATE_BOUND: usize = 2;

/// Verdicts of XDP.
pub(crate) const XDP_DROP: u32 = 1;
/// See [`XDP_DROP`].
pub(crate) const XDP_PASS: u32 = 2;

/// The loaded readers program.
#[derive(Debug)]
pub(crate) struct Readers {
    /// To attach and detach.
    pub(crate) programs: Programs,
    config: Map,
    result: Map,
    epochs: Map,
    seen: Map,
    samples: Map,
}

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
    /// Packets without room for a claim.
    pub(crate) unclaimed: u64,
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
    /// Misparses of each reader.
    pub(crate) misparsed: [u64; READERS],
}

/// One generation, as packets showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Epoch {
    /// Layout of its records.
    pub(crate) layout_id: u32,
    /// Low 16 bits of the generation.
    pub(crate) generation: u32,
    /// When its first packet came, in nanoseconds of `CLOCK_MONOTONIC`.
    pub(crate) first_seen: u64,
    /// Packets.
    pub(crate) packets: u64,
    /// Of them with a hash, says the oracle.
    pub(crate) want_hash: u64,
    /// Of them sent with a tag.
    pub(crate) want_vlan: u64,
    /// Of them with the tag still in the frame.
    pub(crate) inband: u64,
    /// Right hashes that each reader got.
    pub(crate) got_hash: [u64; READERS],
    /// Right tags that each reader got.
    pub(crate) got_vlan: [u64; READERS],
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

impl Readers {
    /// Loads the program; it gives every packet `verdict`.
    ///
    /// # Errors
    ///
    /// What the verifier says.
    pub(crate) fn load(verdict: u32) -> Result<Self> {
        Self::load_as("readers", verdict)
    }

    /// Like [`load`](Self::load), for a second one beside the first.
    ///
    /// # Errors
    ///
    /// What the verifier says.
    pub(crate) fn load_as(name: &str, verdict: u32) -> Result<Self> {
        let programs = Programs::load_as("readers", name, true)?;
        let this = Self {
            config: programs.map("config", 8)?,
            result: programs.map("result", 8 * RESULT_WORDS)?,
            epochs: programs.map("epochs", EPOCH_LEN)?,
            seen: programs.map("seen", 8)?,
            samples: programs.map("samples", SAMPLE_LEN)?,
            programs,
        };
        this.config
            .set(0, &[verdict.to_ne_bytes(), 0_u32.to_ne_bytes()].concat())?;
        Ok(this)
    }

    /// Attaches it to the interface.
    ///
    /// # Errors
    ///
    /// What the driver says.
    pub(crate) fn attach(&mut self) -> Result<()> {
        self.programs.attach("readers")
    }

    /// The counters.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn totals(&self) -> Result<Totals> {
        let w = words(&self.result.get(0)?);
        Ok(Totals {
            packets: w[0],
            other: w[1],
            duplicates: w[2],
            out_of_range: w[3],
            meta_at_start: w[4],
            unclaimed: w[5],
            no_record: w[6],
            stale: w[7],
            unbound: w[8],
            wrong_tag: w[9],
            epochs_lost: w[10],
            misparsed: [w[12], w[13], w[14]],
        })
    }

    /// The generations that packets showed, below `newest` and with it.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn epochs(&self, newest: u32) -> Result<Vec<Epoch>> {
        let mut all = Vec::new();
        for slot in 0..EPOCHS.min(newest.saturating_add(2)) {
            let bytes = self.epochs.get(slot)?;
            let w = words(&bytes);
            if w[2] > 0 {
                all.push(Epoch {
                    layout_id: u32::from_ne_bytes(bytes[..4].try_into()?),
                    generation: u32::from_ne_bytes(bytes[4..8].try_into()?),
                    first_seen: w[1],
                    packets: w[2],
                    want_hash: w[3],
                    want_vlan: w[4],
                    inband: w[5],
                    got_hash: [w[6], w[7], w[8]],
                    got_vlan: [w[9], w[10], w[11]],
                });
            }
        }
        Ok(all)
    }

    /// How many of the numbers that were sent were seen.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn seen(&self, sent: Sent) -> Result<u64> {
        Ok(u64::from(sent.count) - self.lost(sent)?.len() as u64)
    }

    /// The numbers that were sent and not seen.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn lost(&self, sent: Sent) -> Result<Vec<u32>> {
        let (first, end) = (sent.first, sent.first + sent.count);
        let mut lost = Vec::new();
        for word in first / 64..=(end / 64).min(SEEN_WORDS - 1) {
            let bits = words(&self.seen.get(word)?)[0];
            let numbers = (0..64).map(|bit| (bits >> bit & 1 == 1, word * 64 + bit));
            lost.extend(
                numbers
                    .filter(|(seen, n)| !seen && (first..end).contains(n))
                    .map(|(_, n)| n),
            );
        }
        Ok(lost)
    }

    /// Waits until as many packets were seen as were sent, or none comes any more.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn drain(&self, sent: Sent) -> Result<()> {
        let (mut last, mut quiet) = (self.totals()?.packets, 0);
        while quiet < 40 && self.seen(sent)? < u64::from(sent.count) {
            std::thread::sleep(std::time::Duration::from_millis(25));
            let now = self.totals()?.packets;
            quiet = if now == last { quiet + 1 } else { 0 };
            last = now;
        }
        Ok(())
    }

    /// The misparses that were kept, in words.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn samples(&self) -> Result<Vec<String>> {
        let kept = words(&self.result.get(0)?)[11].min(16);
        (0..u32::try_from(kept)?)
            .map(|slot| Ok(sample(&self.samples.get(slot)?)))
            .collect()
    }

    /// The score of each reader, by what was announced and what was sent.
    ///
    /// # Errors
    ///
    /// When a map is gone.
    pub(crate) fn scores(
        &self,
        announced: &[Announcement],
        sent: Sent,
    ) -> Result<[Score; READERS]> {
        let totals = self.totals()?;
        let newest = announced
            .iter()
            .map(|a| a.generation)
            .max()
            .context("nothing was announced")?;
        let epochs = self.epochs(newest)?;
        let lost = u64::from(sent.count) - self.seen(sent)?;
        let mut scores = [Score::default(); READERS];
        for (reader, score) in scores.iter_mut().enumerate() {
            let missing = epochs
                .iter()
                .map(|epoch| epoch.missing(announced, reader))
                .sum::<u64>();
            *score = Score {
                packets: totals.packets,
                misparsed: totals.misparsed[reader],
                stale: 0,
                missing,
                lost,
            };
        }
        let unannounced: u64 = epochs
            .iter()
            .filter(|e| e.announcement(announced).is_none())
            .map(|e| e.packets)
            .sum();
        // Only this reader looks at generations; without a record it has nothing to read.
        let late = &mut scores[LATE_BOUND];
        late.stale = totals.stale + unannounced;
        late.missing += totals.no_record + totals.unclaimed + totals.unbound;
        Ok(scores)
    }
}

impl Epoch {
    /// The announcement of this generation with this layout.
    pub(crate) fn announcement<'a>(
        &self,
        announced: &'a [Announcement],
    ) -> Option<&'a Announcement> {
        let same = |a: &&Announcement| {
            a.generation & 0xffff == self.generation && a.layout_id == self.layout_id
        };
        announced.iter().find(same)
    }

    fn missing(&self, announced: &[Announcement], reader: usize) -> u64 {
        let Some(layout) = self.announcement(announced) else {
            return 0;
        };
        let hash = if layout.has("rx_hash") {
            self.want_hash
        } else {
            0
        };
        // A tag that is in no record must be in the frame, or it is lost.
        let inband = self.inband;
        let vlan = if layout.has("rx_vlan_tci") {
            self.want_vlan
        } else {
            self.want_vlan.max(inband) - inband
        };
        hash.saturating_sub(self.got_hash[reader]) + vlan.saturating_sub(self.got_vlan[reader])
    }
}

fn sample(bytes: &[u8]) -> String {
    let word = |at: usize| {
        bytes
            .get(at..at + 4)
            .map_or(0, |b| u32::from_ne_bytes([b[0], b[1], b[2], b[3]]))
    };
    let half = |at: usize| {
        bytes
            .get(at..at + 2)
            .map_or(0, |b| u16::from_ne_bytes([b[0], b[1]]))
    };
    let reader = NAMES.get(word(0) as usize).unwrap_or(&"?");
    let mut text = format!(
        "{reader}: packet {} generation {} layout {:#010x}:",
        word(4),
        word(12),
        word(8)
    );
    if bytes[36] != 0 {
        text += &format!(" hash {:#010x} type {:#x}", word(16), half(24));
    }
    if bytes[37] != 0 {
        text += &format!(" tag {:#06x}/{:#06x}", half(32), half(28));
    }
    text += &format!(
        "; the oracle says hash {:#010x} type {:#x}",
        word(20),
        half(26)
    );
    text += &format!(
        " tag {:#06x}/{:#06x}, tag in the frame: {}",
        half(34),
        half(30),
        bytes[38]
    );
    text
}

fn words(bytes: &[u8]) -> Vec<u64> {
    let word = |b: &[u8]| u64::from_ne_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]);
    bytes.chunks_exact(8).map(word).collect()
}

/// Counters of `verdict.bpf.c`: packets, and those that started with metadata.
///
/// # Errors
///
/// When the map is gone.
pub(crate) fn verdicts(programs: &Programs) -> Result<(u64, u64)> {
    let w = words(&programs.map("seen", 16)?.get(0)?);
    Ok((w[0], w[1]))
}
