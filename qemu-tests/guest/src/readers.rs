// SPDX-License-Identifier: GPL-2.0

//! The readers program (`bpf/readers.bpf.c`, `bpf/score.bpf.h`), loaded: its switches and its counters.
//!
//! The numbers here are those of the C structs there; a map of another size is an error when it is opened.

use std::cell::Cell;

use anyhow::{Context, Result};
use meta_reader::Announcement;

use crate::case::Sent;
use crate::ctl;
use crate::misparse::Misparse;
use crate::programs::Programs;
use crate::score::{scores, Bare, Epoch, Score, Totals, FIELDS, FROZEN, READERS};
use crate::sys::bpf::Map;

const QUEUES: u32 = 8;
const EPOCHS: u32 = 8192;
const SEEN_WORDS: u32 = 65536;
const MISPARSES: u32 = 16;
const BARE: u32 = 8192;
const CONFIG_LEN: usize = 16;
const RESULT_WORDS: usize = 11 + READERS;
const EPOCH_WORDS: usize = 6 + FIELDS * (1 + READERS);

/// Verdicts of XDP.
pub(crate) const XDP_DROP: u32 = 1;
/// See [`XDP_DROP`].
pub(crate) const XDP_PASS: u32 = 2;

/// The loaded readers program.
#[derive(Debug)]
pub(crate) struct Readers {
    /// To attach and detach.
    pub(crate) programs: Programs,
    /// The one that is attached.
    pub(crate) program: &'static str,
    verdict: u32,
    /// The number of which the first bit of `seen` is.
    first_seq: Cell<u32>,
    config: Map,
    result: Map,
    epochs: Map,
    seen: Map,
    bare: Map,
    misparses: Map,
}

impl Readers {
    /// Loads the program; it gives every packet `verdict`.
    ///
    /// # Errors
    ///
    /// What the verifier says.
    pub(crate) fn load(verdict: u32) -> Result<Self> {
        Self::load_object("readers", verdict)
    }

    /// Loads another object that scores in the same maps; its program has the object's name.
    ///
    /// # Errors
    ///
    /// What the verifier says.
    pub(crate) fn load_object(object: &'static str, verdict: u32) -> Result<Self> {
        Self::over(Programs::load(object, true)?, object, verdict)
    }

    /// Over programs that are loaded and score in the same maps; one of them is to be attached.
    ///
    /// # Errors
    ///
    /// When they have other maps.
    pub(crate) fn over(programs: Programs, program: &'static str, verdict: u32) -> Result<Self> {
        let this = Self {
            program,
            verdict,
            first_seq: Cell::new(0),
            config: programs.map("score_config", CONFIG_LEN)?,
            result: programs.map("result", 8 * RESULT_WORDS)?,
            epochs: programs.map("epochs", 8 * EPOCH_WORDS)?,
            seen: programs.map("seen", 8)?,
            bare: programs.map("bare", 8)?,
            misparses: programs.map("misparses", Misparse::LEN)?,
            programs,
        };
        this.expect_from(0)?;
        Ok(this)
    }

    /// Tells the program that no packet arrives before `time`, by the NIC's clock.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn expect_from(&self, time: u64) -> Result<()> {
        self.expect(0, time)
    }

    /// Tells it that, and the number of the first packet.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn expect(&self, first_seq: u32, time: u64) -> Result<()> {
        self.first_seq.set(first_seq);
        let words = [self.verdict.to_ne_bytes(), first_seq.to_ne_bytes()].concat();
        let config = [words, time.to_ne_bytes().to_vec()].concat();
        Ok(self.config.set(0, &config)?)
    }

    /// Forgets all that was counted of generations up to `newest`, and of so many packets.
    ///
    /// # Errors
    ///
    /// When a map is gone.
    pub(crate) fn clear(&self, newest: u32, packets: u32) -> Result<()> {
        let used = self.queues()?;
        for queue in 0..QUEUES {
            self.result.set(queue, &[0; 8 * RESULT_WORDS])?;
        }
        for queue in used {
            for slot in 0..EPOCHS.min(newest.saturating_add(2)) {
                self.epochs
                    .set(queue * EPOCHS + slot, &[0; 8 * EPOCH_WORDS])?;
            }
        }
        for word in 0..=packets.min(64 * (SEEN_WORDS - 1)) / 64 {
            self.seen.set(word, &[0; 8])?;
        }
        Ok(())
    }

    /// Attaches it to the interface.
    ///
    /// # Errors
    ///
    /// What the driver says.
    pub(crate) fn attach(&mut self) -> Result<()> {
        self.programs.attach(self.program)
    }

    /// The counters.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn totals(&self) -> Result<Totals> {
        let mut totals = Totals::default();
        for queue in 0..QUEUES {
            let w = words(&self.result.get(queue)?);
            let counters = [
                &mut totals.packets,
                &mut totals.other,
                &mut totals.duplicates,
                &mut totals.out_of_range,
                &mut totals.meta_at_start,
                &mut totals.no_record,
                &mut totals.stale,
                &mut totals.unbound,
                &mut totals.wrong_tag,
                &mut totals.epochs_lost,
            ];
            for (counter, word) in counters.into_iter().zip(&w) {
                *counter += word;
            }
            totals.latest = totals.latest.max(w[10]);
            for (counter, word) in totals.misparsed.iter_mut().zip(&w[11..]) {
                *counter += word;
            }
        }
        Ok(totals)
    }

    /// The queues that packets came from.
    fn queues(&self) -> Result<Vec<u32>> {
        let mut queues = Vec::new();
        for queue in 0..QUEUES {
            if words(&self.result.get(queue)?)[0] > 0 {
                queues.push(queue);
            }
        }
        Ok(queues)
    }

    /// The generations that packets showed, below `newest` and with it.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn epochs(&self, newest: u32) -> Result<Vec<Epoch>> {
        let mut all = Vec::new();
        for queue in self.queues()? {
            for slot in 0..EPOCHS.min(newest.saturating_add(2)) {
                all.extend(self.epoch(queue, slot)?);
            }
        }
        Ok(all)
    }

    /// A generation, if packets showed it.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn epoch(&self, queue: u32, generation: u32) -> Result<Option<Epoch>> {
        let bytes = self.epochs.get(queue * EPOCHS + generation % EPOCHS)?;
        let w = words(&bytes);
        let fields = |at: usize| std::array::from_fn(|field| w[at + field]);
        let epoch = Epoch {
            queue,
            layout_id: u32::from_ne_bytes(bytes[..4].try_into()?),
            generation: u32::from_ne_bytes(bytes[4..8].try_into()?),
            first_seen: w[1],
            packets: w[2],
            inband: w[3],
            tagged: w[4],
            latched: w[5],
            want: fields(6),
            got: std::array::from_fn(|reader| fields(6 + FIELDS * (1 + reader))),
        };
        Ok((epoch.packets > 0).then_some(epoch))
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
        let first = sent.first - self.first_seq.get();
        let end = first + sent.count;
        let mut lost = Vec::new();
        for word in first / 64..=(end / 64).min(SEEN_WORDS - 1) {
            let bits = words(&self.seen.get(word)?)[0];
            let numbers = (0..64).map(|bit| (bits >> bit & 1 == 1, word * 64 + bit));
            lost.extend(
                numbers
                    .filter(|(seen, n)| !seen && (first..end).contains(n))
                    .map(|(_, n)| n + self.first_seq.get()),
            );
        }
        Ok(lost)
    }

    /// The packets that had no record, as far as there was room for their times.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn bare(&self) -> Result<Vec<Bare>> {
        let mut all = Vec::new();
        for queue in 0..QUEUES {
            let count = words(&self.result.get(queue)?)[5];
            for place in 0..BARE.min(count as u32) {
                let time = words(&self.bare.get(queue * BARE + place)?)[0];
                all.push(Bare { queue, time });
            }
        }
        Ok(all)
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
        let mut kept = Vec::new();
        for slot in 0..MISPARSES {
            kept.extend(Misparse::parse(&self.misparses.get(slot)?));
        }
        Ok(kept)
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
            &self.bare()?,
            announced,
            lost,
        ))
    }
}

fn words(bytes: &[u8]) -> Vec<u64> {
    let word = |b: &[u8]| u64::from_ne_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]);
    bytes.chunks_exact(8).map(word).collect()
}
