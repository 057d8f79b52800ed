// SPDX-License-Identifier: GPL-2.0

//! The readers program (`bpf/readers.bpf.c`), loaded: its switches and its counters.
//!
//! The numbers here are those of the C structs there; a map of another size is an error when it is opened.

use anyhow::{Context, Result};

use crate::announcement::Announcement;
use crate::case::Sent;
use crate::ctl;
use crate::misparse::Misparse;
use crate::programs::Programs;
use crate::score::{scores, Epoch, Score, Totals, FROZEN, READERS};
use crate::sys::bpf::Map;

const EPOCHS: u32 = 8192;
const SEEN_WORDS: u32 = 65536;
const MISPARSES: u64 = 16;
const RESULT_WORDS: usize = 11 + READERS;
const EPOCH_LEN: usize = 48 + 2 * 8 * READERS;

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
    misparses: Map,
}

impl Readers {
    /// Loads the program; it gives every packet `verdict`.
    ///
    /// # Errors
    ///
    /// What the verifier says.
    pub(crate) fn load(verdict: u32) -> Result<Self> {
        let programs = Programs::load("readers", true)?;
        let this = Self {
            config: programs.map("config", 8)?,
            result: programs.map("result", 8 * RESULT_WORDS)?,
            epochs: programs.map("epochs", EPOCH_LEN)?,
            seen: programs.map("seen", 8)?,
            misparses: programs.map("misparses", Misparse::LEN)?,
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
            no_record: w[5],
            stale: w[6],
            unbound: w[7],
            wrong_tag: w[8],
            epochs_lost: w[9],
            misparsed: [w[11], w[12], w[13]],
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

    /// The misparses that were kept; of the frozen reader at most the first.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn misparses(&self) -> Result<Vec<Misparse>> {
        let kept = words(&self.result.get(0)?)[10].min(MISPARSES);
        let slots = 0..u32::try_from(kept)?;
        slots
            .map(|slot| Ok(Misparse::parse(&self.misparses.get(slot)?)))
            .collect()
    }

    /// Says the misparses that should not be; the frozen reader's are expected.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn log_misparses(&self) -> Result<()> {
        for misparse in self.misparses()?.iter().filter(|m| m.reader != FROZEN) {
            ctl::log(&misparse.to_string());
        }
        Ok(())
    }

    /// The score of each reader, by what was announced and what was sent.
    ///
    /// # Errors
    ///
    /// When a map is gone or nothing was announced.
    pub(crate) fn scores(
        &self,
        announced: &[Announcement],
        sent: Sent,
    ) -> Result<[Score; READERS]> {
        let newest = announced
            .iter()
            .map(|a| a.generation)
            .max()
            .context("nothing was announced")?;
        let lost = self.lost(sent)?.len() as u64;
        Ok(scores(
            &self.totals()?,
            &self.epochs(newest)?,
            announced,
            lost,
        ))
    }
}

fn words(bytes: &[u8]) -> Vec<u64> {
    let word = |b: &[u8]| u64::from_ne_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]);
    bytes.chunks_exact(8).map(word).collect()
}
