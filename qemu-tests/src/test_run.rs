// SPDX-License-Identifier: GPL-2.0

//! `cargo qemu test`: the host's tests, every guest case in a machine of its own, the kernel tree's own tests.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{bail, Result};

use crate::bench;
use crate::boot::Workshop;
use crate::case;
use crate::cli::Test;
use crate::deb;
use crate::fuzz;
use crate::guest_tests;
use crate::host_tests;
use crate::machine_code;
use crate::peers;
use crate::pins;
use crate::quick;
use crate::report::{Outcome, Report};
use crate::schedule::load::Load;
use crate::schedule::room::Room;
use crate::schedule::times::Times;
use crate::schedule::{self, Audience, Job, Standing};
use crate::timing;
use crate::ui::{self, Board};
use crate::wanted::Plan;

mod results;

/// Runs everything that is asked for.
///
/// # Errors
///
/// When a test failed, the kernel complained, the machinery failed, or nothing matches the filter.
pub fn run(workshop: &Workshop, asked: &Test) -> Result<()> {
    let started = Instant::now();
    let mut times = Times::read(&workshop.paths);
    let plan = Plan {
        workshop,
        asked,
        recorded: &times,
    };
    let room = match asked.alone {
        true => Room::of_one(),
        false => Room::of_this_machine(),
    };
    let mut watcher = Watcher {
        board: Board::new("test"),
        report: Report::default(),
        times: BTreeMap::new(),
    };
    schedule::run(room, jobs(plan), &mut watcher);
    let Watcher {
        board,
        mut report,
        times: new,
    } = watcher;
    drop(board);
    if asked.quick && asked.filter.is_none() {
        report.add_all(quick::missing(&report.outcomes));
    }
    if asked.filter.is_none() && !asked.quick {
        if let Err(error) = times.keep(new) {
            ui::note("times", &format!("{error:#}"));
        }
    }
    report.sort();
    let run = results::Run {
        kernel: &workshop.ground.kernel.name,
        slots: room.slots,
        time: started.elapsed(),
        ledger: timing::take(),
    };
    if let Some(path) = &asked.json {
        results::write_json(path, &report, &run)?;
    }
    if asked.record {
        results::record(&workshop.paths.results(), &report, &run)?;
    }
    if report.outcomes.is_empty() {
        bail!(
            "no test matches `{}`",
            asked.filter.as_deref().unwrap_or_default()
        );
    }
    for failure in report.failures() {
        println!("{failure}");
    }
    for line in report.repeated(asked.repeat) {
        println!("{line}");
    }
    let summary = report.summary();
    println!("{summary}");
    case::trouble(&report.outcomes, &summary).map_or(Ok(()), |trouble| Err(trouble.into()))
}

/// What is known at the start; the rest is added when it is.
fn jobs(plan: Plan<'_>) -> Vec<Job<'_>> {
    let mut jobs = guest_tests::jobs(plan);
    jobs.extend(host_tests::jobs(plan));
    jobs.extend(machine_code::jobs(plan));
    jobs.extend(pins::jobs(plan));
    jobs.extend(peers::jobs(plan));
    jobs.extend(fuzz::jobs(plan));
    jobs.extend(deb::jobs(plan));
    jobs.extend(bench::rehearsal::jobs(plan));
    jobs
}

/// Shows what runs, and keeps results and times.
struct Watcher {
    board: Board,
    report: Report,
    times: BTreeMap<String, Duration>,
}

impl Audience for Watcher {
    fn outcome(&mut self, outcome: Outcome) {
        self.report.add(outcome);
    }

    fn stands(&mut self, standing: &Standing) {
        self.board
            .show(&standing.running, standing.ended, standing.known);
    }

    fn ended(&mut self, name: &str, _: Load, took: Duration) {
        self.times.insert(name.to_owned(), took);
    }
}
