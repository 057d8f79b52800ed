// SPDX-License-Identifier: GPL-2.0

//! What a storm came to: each reader's score, each kind of change.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use meta_reader::Announcement;
use serde_json::{json, Value};

use super::change::Made;
use super::stage::{Stage, SOCKETS};
use crate::boot::Options;
use crate::case::Sent;
use crate::ctl;
use crate::score::{Score, FROZEN, KFUNC, LATER, LATE_BOUND, NAMES};

/// A reader's score, and how many generations it saw.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Row {
    /// The score.
    pub(crate) score: Score,
    /// Generations, counted for each queue.
    pub(crate) generations: u64,
}

/// What a storm came to until now.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// By reader.
    pub(crate) readers: BTreeMap<&'static str, Row>,
    made: BTreeMap<&'static str, Vec<Made>>,
    /// Announcements.
    pub(crate) announced: u64,
    /// Announcements that did not follow the one before of the same queue.
    pub(crate) out_of_order: u64,
    /// Generations that packets showed before they were announced.
    pub(crate) late: u64,
    /// Generations that packets showed and nobody announced.
    pub(crate) unannounced: u64,
    /// Frames that were sent.
    pub(crate) sent: u64,
    /// Other packets that the driver's program saw, most of them malformed.
    pub(crate) other: u64,
    /// Frames that came while no program was attached.
    pub(crate) bypassed: u64,
    /// Other things that must not be: twice, metadata before any was made, a damaged tag.
    pub(crate) odd: u64,
    /// How long it took.
    pub(crate) seconds: f64,
}

impl Report {
    /// Changes that were made.
    pub(crate) fn changes(&self) -> u32 {
        self.made.values().map(Vec::len).sum::<usize>() as u32
    }

    /// Packets that the driver's program saw.
    pub(crate) fn packets(&self) -> u64 {
        self.late_bound().packets
    }

    /// Adds a round.
    pub(super) fn add(
        &mut self,
        stage: &Stage,
        announced: &[Announcement],
        made: &[Made],
        sent: Sent,
    ) -> Result<()> {
        let newest = announced.iter().map(|a| a.generation).max();
        let newest = newest.context("nothing was announced")?;
        let totals = stage.readers.totals()?;
        let (epochs, bare) = (stage.readers.epochs(newest)?, stage.readers.bare()?);
        let bypassed = stage.maps.later(1)?.bypassed;
        let lost = u64::from(sent.count)
            .saturating_sub(stage.readers.seen(sent)?)
            .saturating_sub(bypassed);
        let scores = crate::score::scores(&totals, &epochs, &bare, announced, lost);
        for (name, score) in NAMES.into_iter().zip(scores) {
            self.count(name, score, epochs.len() as u64);
        }
        let [stack, processor, port, veth, socket] = stage.lost_on_the_way()?;
        for (name, later) in stage.later()? {
            let lost = match name {
                "tc" => stack,
                "cpumap" => processor,
                "devmap" => port,
                "veth" => veth,
                name if SOCKETS.iter().any(|(socket, _)| *socket == name) => socket,
                _ => lost,
            };
            let score = Score {
                packets: later.packets,
                misparsed: later.misparsed,
                stale: later.stale,
                missing: later.missing,
                lost,
            };
            self.count(name, score, later.generations);
        }
        for change in made {
            self.made.entry(change.kind).or_default().push(*change);
        }
        self.announced += announced.len() as u64;
        self.out_of_order += out_of_order(announced);
        self.late += crate::cases::late(&epochs, announced).len() as u64;
        let unannounced = epochs
            .iter()
            .filter(|e| e.announcement(announced).is_none());
        self.unannounced += unannounced.count() as u64;
        self.sent += u64::from(sent.count);
        self.bypassed += bypassed;
        self.other += totals.other;
        self.odd += totals.duplicates
            + totals.out_of_range
            + totals.meta_at_start
            + totals.wrong_tag
            + totals.epochs_lost;
        if self.odd > 0 || lost > 0 {
            ctl::log(&format!(
                "{totals:?}, {bypassed} bypassed, {} sent",
                sent.count
            ));
            ctl::log(&format!("lost: {}", runs(&stage.readers.lost(sent)?)));
        }
        stage.readers.log_misparses()
    }

    fn count(&mut self, name: &'static str, score: Score, generations: u64) {
        let row = self.readers.entry(name).or_default();
        row.generations += generations;
        row.score.packets += score.packets;
        row.score.misparsed += score.misparsed;
        row.score.stale += score.stale;
        row.score.missing += score.missing;
        row.score.lost += score.lost;
    }

    /// The readers that must be right, in the order of a table.
    pub(crate) fn right(&self) -> impl Iterator<Item = (&'static str, &Row)> {
        let names = [NAMES[LATE_BOUND], NAMES[KFUNC]];
        let all = names
            .into_iter()
            .chain(LATER)
            .chain(SOCKETS.iter().map(|(name, _)| *name));
        all.filter_map(|name| Some((name, self.readers.get(name)?)))
    }

    /// The score of who binds late in the driver's own program.
    pub(crate) fn late_bound(&self) -> Score {
        self.readers
            .get(NAMES[LATE_BOUND])
            .map_or(Score::default(), |row| row.score)
    }

    /// The reader that must be wrong.
    pub(crate) fn frozen(&self) -> Row {
        self.readers.get(NAMES[FROZEN]).copied().unwrap_or_default()
    }

    /// The shape that the host reads.
    pub(crate) fn to_json(&self) -> Result<Value> {
        let readers: serde_json::Map<_, _> = self
            .readers
            .iter()
            .map(|(name, row)| {
                let mut value = row.score.to_json();
                value["generations"] = json!(row.generations);
                ((*name).to_owned(), value)
            })
            .collect();
        let kinds: Vec<Value> = self
            .made
            .iter()
            .map(|(kind, made)| kind_json(kind, made))
            .collect();
        Ok(json!({
            "nic": Options::read()?.nic,
            "changes": self.changes(),
            "announced": self.announced,
            "out_of_order": self.out_of_order,
            "late": self.late,
            "unannounced": self.unannounced,
            "sent": self.sent,
            "bypassed": self.bypassed,
            "other": self.other,
            "odd": self.odd,
            "seconds": self.seconds,
            "readers": readers,
            "kinds": kinds,
        }))
    }
}

/// How often an announcement did not follow the one before of its queue: each generation is announced once, and in order.
fn out_of_order(announced: &[Announcement]) -> u64 {
    let mut last = BTreeMap::new();
    let broken = announced.iter().filter(|a| {
        let before = last.insert(a.queue, a.generation);
        before.is_some_and(|before| a.generation != before + 1)
    });
    broken.count() as u64
}

/// The first runs of consecutive numbers.
fn runs(numbers: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == number => *end = number,
            _ => runs.push((number, number)),
        }
    }
    let runs = runs.iter().take(20);
    runs.map(|(first, last)| format!("{first}-{last} "))
        .collect()
}

/// Count, median and 99th percentile of one kind.
fn kind_json(kind: &str, made: &[Made]) -> Value {
    let mut times: Vec<u64> = made.iter().map(|m| m.time.as_micros() as u64).collect();
    times.sort_unstable();
    let at = |percent: usize| times.get((times.len().saturating_sub(1)) * percent / 100);
    json!({
        "kind": kind,
        "count": made.len(),
        "p50_us": at(50),
        "p99_us": at(99),
        "in_flight": made.iter().map(|m| m.in_flight).sum::<u64>(),
    })
}
