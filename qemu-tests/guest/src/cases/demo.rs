// SPDX-License-Identifier: GPL-2.0

//! The demonstration: the whole idea, told in events as it happens.
//!
//! The host draws them (`qemu-tests/src/demo/story.rs` is the other end). They are told between two changes, so they cost the
//! traffic nothing; what is asked of tools is asked before the first change and after the last.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use meta_reader::Announcement;
use serde_json::{json, Map, Value};

use super::late;
use super::reconfig::{nth, scores_json, storm};
use crate::boot::Options;
use crate::case::{Case, Definition};
use crate::ctl;
use crate::eth::NAME;
use crate::monitor::Monitor;
use crate::readers::{Readers, XDP_DROP};
use crate::score::{Epoch, FROZEN, KFUNC, LATE_BOUND, NAMES};
use crate::switches::Switches;
use crate::tools;

pub(super) const CASES: &[Definition] = &[Definition::new("demo", demo)];

fn demo(case: &mut Case<'_>) -> Result<()> {
    let number = |name: &str, usual: u64| case.args[name].as_u64().unwrap_or(usual);
    let changes = u32::try_from(number("changes", 100))?;
    let gap_us = u32::try_from(number("gap_us", 150))?;
    let pause = Duration::from_millis(number("pause_ms", 0));
    let mut readers = Readers::load(XDP_DROP)?;
    let monitor = Monitor::start()?;
    let mut switches = Switches::read()?;
    ctl::event(&json!({ "knobs": switches.to_json() }));
    readers.attach()?;
    show_btf(&case.in_force()?)?;
    let mut told = 0;
    let storm = storm(
        case,
        &mut readers,
        &monitor,
        changes,
        gap_us,
        |readers, n| {
            let command = nth(n - 1);
            let (knob, value) = switches.turn(command)?;
            let change = json!({ "n": n, "command": command, "knob": knob, "value": value });
            ctl::event(&json!({ "change": change }));
            let new = tell(&monitor, &mut told);
            if let (1, Some(announcement)) = (n, new.last()) {
                show_btf(announcement)?;
            }
            progress(readers, n)?;
            std::thread::sleep(pause);
            Ok(())
        },
    )?;
    tell(&monitor, &mut told);
    let newest = storm.announced.iter().map(|a| a.generation).max();
    let epochs = readers.epochs(newest.unwrap_or(0))?;
    ctl::event(&json!({ "layouts": layouts(&epochs) }));
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
    case.ktap.equal(
        "announced after the first packet",
        late(&epochs, &storm.announced),
        [],
    );
    case.ktap.equal(
        "the switches are as they were turned",
        &Switches::read()?,
        &switches,
    );
    Ok(())
}

/// Tells the announcements that came since the last time.
fn tell(monitor: &Monitor, told: &mut usize) -> Vec<Announcement> {
    let new = monitor.since(*told);
    for announcement in &new {
        ctl::event(&json!({ "announcement": announcement }));
    }
    *told += new.len();
    new
}

/// Tells the counters.
fn progress(readers: &Readers, changes: u32) -> Result<()> {
    let totals = readers.totals()?;
    // What is missing or lost is known only when everything that was sent and announced is.
    let reader = |r: usize| {
        let stale = if r == LATE_BOUND { totals.stale } else { 0 };
        json!({ "packets": totals.packets, "misparsed": totals.misparsed[r], "stale": stale })
    };
    let counts: Map<String, Value> = (0..NAMES.len())
        .map(|r| (NAMES[r].to_owned(), reader(r)))
        .collect();
    ctl::event(&json!({ "progress": { "changes": changes, "readers": counts } }));
    Ok(())
}

/// Packets of each layout, in the order of its first generation.
fn layouts(epochs: &[Epoch]) -> Vec<Value> {
    let mut packets = BTreeMap::<u32, u64>::new();
    let mut order: Vec<&Epoch> = epochs.iter().collect();
    order.sort_by_key(|epoch| epoch.first_seen);
    let mut ids = Vec::new();
    for epoch in order {
        if !ids.contains(&epoch.layout_id) {
            ids.push(epoch.layout_id);
        }
        *packets.entry(epoch.layout_id).or_default() += epoch.packets;
    }
    let share = |id: u32| json!({ "layout_id": id, "packets": packets[&id] });
    ids.into_iter().map(share).collect()
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
