// SPDX-License-Identifier: GPL-2.0

//! The demonstration: the whole idea, told in events as it happens.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use meta_reader::Announcement;
use serde_json::{json, Map, Value};

use super::reconfig::{scores_json, storm};
use crate::boot::Options;
use crate::case::{Case, Definition};
use crate::ctl;
use crate::eth::NAME;
use crate::monitor::Monitor;
use crate::readers::{Readers, XDP_DROP};
use crate::score::{FROZEN, KFUNC, LATE_BOUND, NAMES};
use crate::tools;

pub(super) const CASES: &[Definition] = &[Definition::new("demo", demo)];

/// How often counters are shown.
const INTERVAL: Duration = Duration::from_millis(250);

fn demo(case: &mut Case<'_>) -> Result<()> {
    let changes = u32::try_from(case.args["changes"].as_u64().unwrap_or(100))?;
    let gap_us = u32::try_from(case.args["gap_us"].as_u64().unwrap_or(150))?;
    let mut readers = Readers::load(XDP_DROP)?;
    let monitor = Monitor::start()?;
    readers.attach()?;
    show_btf(&case.in_force()?)?;
    let mut teller = Teller {
        told: 0,
        shown: Instant::now(),
        of: changes,
    };
    let storm = storm(
        case,
        &mut readers,
        &monitor,
        changes,
        gap_us,
        |readers, n| {
            let new = teller.announcements(&monitor);
            if let (1, Some(announcement)) = (n, new.last()) {
                show_btf(announcement)?;
            }
            teller.progress(readers, n, new.last())
        },
    )?;
    teller.announcements(&monitor);
    let generations = storm.announced.len();
    ctl::event(&json!({ "result": {
        "nic": Options::read()?.nic,
        "changes": changes,
        "generations": generations,
        "announced": monitor.count(),
        "readers": scores_json(&storm.scores),
    }}));
    readers.log_misparses()?;
    for reader in [LATE_BOUND, KFUNC] {
        let score = storm.scores[reader];
        case.ktap.check(
            &format!("{} reads every packet right", NAMES[reader]),
            score.is_clean(),
            score.to_json(),
        );
    }
    let frozen = storm.scores[FROZEN];
    case.ktap.check(
        "the frozen reader misparses",
        frozen.misparsed > 0,
        frozen.to_json(),
    );
    Ok(())
}

/// What was told already.
struct Teller {
    told: usize,
    shown: Instant,
    of: u32,
}

impl Teller {
    /// Tells the announcements that came since the last time.
    fn announcements(&mut self, monitor: &Monitor) -> Vec<Announcement> {
        let new = monitor.since(self.told);
        for announcement in &new {
            ctl::event(&json!({ "announcement": announcement }));
        }
        self.told += new.len();
        new
    }

    /// Shows the counters, not too often.
    fn progress(
        &mut self,
        readers: &Readers,
        changes: u32,
        newest: Option<&Announcement>,
    ) -> Result<()> {
        if self.shown.elapsed() < INTERVAL && changes != self.of {
            return Ok(());
        }
        self.shown = Instant::now();
        let totals = readers.totals()?;
        // What is missing or lost is known only when everything that was sent and announced is.
        let reader = |r: usize| {
            let stale = if r == LATE_BOUND { totals.stale } else { 0 };
            json!({ "packets": totals.packets, "misparsed": totals.misparsed[r], "stale": stale, "missing": 0, "lost": 0 })
        };
        let counts: Map<String, Value> = (0..NAMES.len())
            .map(|r| (NAMES[r].to_owned(), reader(r)))
            .collect();
        let mut progress = json!({ "changes": changes, "of": self.of, "readers": counts });
        if let Some(newest) = newest {
            progress["generation"] = json!(newest.generation);
            progress["layout"] = json!(newest.layout.name());
        }
        ctl::event(&json!({ "progress": progress }));
        Ok(())
    }
}

fn show_btf(announcement: &Announcement) -> Result<()> {
    let path = format!("/sys/class/net/{NAME}/queues/rx-0/xdp_meta/btf");
    let text =
        tools::line(&format!("bpftool btf dump file {path}")).context("the layout in force")?;
    let title = format!(
        "generation {}: {}",
        announcement.generation,
        announcement.layout.name()
    );
    ctl::event(&json!({ "btf": { "title": title, "text": text } }));
    Ok(())
}
