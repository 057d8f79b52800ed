// SPDX-License-Identifier: GPL-2.0

//! What the guest has told of the demo so far, as types: all that the lines, the screen and the page are made of. Pure.
//!
//! What must never happen is that they tell different stories, so none of them reads the guest's words itself.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

/// Readers in the order of the tables: the guest's name, the one that people see, where its offsets come from.
pub const READERS: [(&str, &str, &str); 3] = [
    ("frozen", "frozen", "fixed at load"),
    ("kfunc", "kfunc", "kernel functions"),
    ("late_bound", "late-bound", "asked on change"),
];

/// One thing that the guest tells (`guest/src/cases/demo.rs`).
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Every knob, before the first change.
    Knobs(Vec<Knob>),
    /// A change was made.
    Change(Change),
    /// A layout was announced.
    Announcement(Announcement),
    /// A dump of types.
    Btf(Btf),
    /// The readers' counters.
    Progress(Progress),
    /// How many packets each layout had.
    Layouts(Vec<Share>),
    /// What it came to; kept as it is for machines.
    Result(Value),
}

/// A knob and how it stands.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Knob {
    /// Name.
    pub name: String,
    /// `on`, `off` or a number.
    pub value: String,
    /// The number of the change that turned it last.
    #[serde(skip)]
    pub turned: u32,
}

/// A change of configuration.
#[derive(Clone, Debug, Deserialize)]
pub struct Change {
    /// Its number, from 1 on.
    pub n: u32,
    /// The command.
    pub command: String,
    /// The knob that it turns.
    pub knob: String,
    /// What that is now.
    pub value: String,
}

/// A generation of a queue, and the layout of its records.
#[derive(Clone, Debug, Deserialize)]
pub struct Announcement {
    /// Receive queue.
    pub queue: u32,
    /// Number of the generation.
    pub generation: u32,
    /// The layout's id; 0 while records are off.
    pub layout_id: u32,
    /// The layout's name.
    pub layout: String,
    /// Bytes of a record.
    pub size: u16,
    /// Why.
    pub reason: String,
    /// When, by the guest's clock.
    pub time_ns: u64,
    /// The fields in front of the trailer.
    pub fields: Vec<Field>,
}

/// A field of a layout.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Bytes from the record's start.
    pub offset: u16,
    /// Bytes.
    pub size: u16,
}

/// A dump of types and what it is of.
#[derive(Clone, Debug, Deserialize)]
pub struct Btf {
    /// Of what.
    pub title: String,
    /// As bpftool prints it.
    pub text: String,
}

/// The readers' counters after a change.
#[derive(Clone, Debug, Deserialize)]
pub struct Progress {
    /// Changes so far.
    pub changes: u32,
    /// By the guest's names of the readers.
    pub readers: BTreeMap<String, Score>,
}

/// Counters of one reader.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct Score {
    /// Packets that it looked at.
    pub packets: u64,
    /// Of which it was told something wrong.
    pub misparsed: u64,
    /// Records that it could know to be out of date.
    pub stale: u64,
    /// Fields that it did not get; known at the end.
    pub missing: Option<u64>,
    /// Packets that were sent and not seen; known at the end.
    pub lost: Option<u64>,
}

impl Score {
    /// Whether nothing is wrong with it, as far as is known.
    pub fn is_clean(&self) -> bool {
        let at_the_end = self.missing.unwrap_or(0) + self.lost.unwrap_or(0);
        self.misparsed + self.stale + at_the_end == 0
    }
}

/// The packets of one layout.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub struct Share {
    /// The layout's id.
    pub layout_id: u32,
    /// How many.
    pub packets: u64,
}

/// What it came to.
#[derive(Clone, Debug, Deserialize)]
pub struct Outcome {
    /// The NIC's model.
    pub nic: String,
    /// Changes.
    pub changes: u32,
    /// Generations that there were.
    pub generations: u64,
    /// Announcements that came.
    pub announced: u64,
    /// Final scores.
    pub readers: BTreeMap<String, Score>,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Story {
    /// The NIC's model.
    pub nic: String,
    /// How many changes there are to be.
    pub of: u32,
    /// Every knob as it stands.
    pub knobs: Vec<Knob>,
    /// The last change.
    pub change: Option<Change>,
    /// In the order in which they came.
    pub announcements: Vec<Announcement>,
    /// The readers' counters after each change.
    pub progress: Vec<Progress>,
    /// Dumps of types.
    pub btf: Vec<Btf>,
    /// Packets of each layout.
    pub shares: Vec<Share>,
    /// What it came to.
    pub outcome: Option<Outcome>,
    /// The same in the guest's words.
    pub result: Option<Value>,
}

impl Event {
    /// Understands the guest.
    ///
    /// # Errors
    ///
    /// When it says something that means nothing here.
    pub fn parse(value: &Value) -> Result<Self> {
        Self::deserialize(value)
            .with_context(|| format!("the guest tells what means nothing: {value}"))
    }
}

impl Story {
    /// A story of so many changes, not begun.
    pub fn new(nic: &str, of: u32) -> Self {
        Self {
            nic: nic.to_owned(),
            of,
            ..Self::default()
        }
    }

    /// Goes on.
    ///
    /// # Errors
    ///
    /// When the result is not complete.
    pub fn hear(&mut self, event: Event) -> Result<()> {
        match event {
            Event::Knobs(knobs) => self.knobs = knobs,
            Event::Change(change) => {
                let turned = self.knobs.iter_mut().find(|knob| knob.name == change.knob);
                if let Some(knob) = turned {
                    (knob.value, knob.turned) = (change.value.clone(), change.n);
                }
                self.change = Some(change);
            }
            Event::Announcement(announcement) => self.announcements.push(announcement),
            Event::Btf(btf) => self.btf.push(btf),
            Event::Progress(progress) => self.progress.push(progress),
            Event::Layouts(shares) => self.shares = shares,
            Event::Result(result) => {
                self.outcome = Some(Outcome::deserialize(&result).context("the guest's result")?);
                self.result = Some(result);
            }
        }
        Ok(())
    }

    /// The number of the last change.
    pub fn changes(&self) -> u32 {
        self.change.as_ref().map_or(0, |change| change.n)
    }

    /// The latest announcement of each queue, and the one before it, if there was one.
    pub fn in_force(&self) -> Vec<(&Announcement, Option<&Announcement>)> {
        let mut queues = BTreeMap::<u32, (&Announcement, Option<&Announcement>)>::new();
        for new in &self.announcements {
            let before = queues.get(&new.queue).map(|(now, _)| *now);
            queues.insert(new.queue, (new, before));
        }
        queues.into_values().collect()
    }

    /// The latest score of a reader, by the guest's name of it.
    pub fn score(&self, reader: &str) -> Option<Score> {
        let last = || self.progress.last().map(|progress| &progress.readers);
        let readers = self.outcome.as_ref().map(|outcome| &outcome.readers);
        readers.or_else(last)?.get(reader).copied()
    }

    /// One announcement of each layout, in the order in which they were first seen; those without records are left out.
    pub fn layouts(&self) -> Vec<&Announcement> {
        let mut all: Vec<&Announcement> = Vec::new();
        for new in self.announcements.iter().filter(|a| a.layout_id != 0) {
            if !all.iter().any(|known| known.layout_id == new.layout_id) {
                all.push(new);
            }
        }
        all
    }
}
