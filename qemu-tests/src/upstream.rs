// SPDX-License-Identifier: GPL-2.0

//! The kernel tree's own driver tests, unmodified: each program in a machine of its own, each of its cases a test here.
//!
//! They want two ends of a wire, so they run in pairs, the other end in the namespace `remote`. `control::` runs them on
//! the in-tree drivers, to tell what a test says of our driver from what it says of QEMU; only when asked for. What must
//! never happen: a case that was not run and is not missed, so the list names every one.

mod judge;
mod table;

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;

use crate::boot::{self, Workshop};
use crate::case;
use crate::lane::{Kind, Lane, LANES};
use crate::report::{Outcome, Report, Verdict};
use crate::setup::Which;
use crate::ui::Step;
use crate::vm::checkpoint::Checkpoint;
use judge::{Judge, Run};
use table::{File, Subject, Table};

/// A program has ended by then, whatever it waits for.
const LONGEST: Duration = Duration::from_secs(1800);
/// Its cases say nothing while they run.
const PATIENCE: Duration = Duration::from_secs(300);

/// Lines of its output that are shown when it came to a bad end.
const LINES: usize = 12;

/// Runs the cases that match.
pub fn run(
    workshop: &Workshop,
    filter: Option<&str>,
    matches: &dyn Fn(&str) -> bool,
    report: &mut Report,
) {
    let with_controls = filter.is_some_and(|filter| filter.starts_with("control::"));
    for lane in LANES.iter().filter(|lane| lane.kernel == Which::Stock) {
        let prefix = match lane.kind {
            Kind::Pair => "upstream",
            Kind::Control if with_controls => "control",
            _ => continue,
        };
        for file in &Table::standard().file {
            let prefix = format!("{prefix}::{}::{}", lane.nic, file.name);
            let is_wanted = |case: &&str| matches(&format!("{prefix}::{case}"));
            let cases = file.cases.iter().map(String::as_str);
            let wanted: Vec<&str> = cases.filter(is_wanted).collect();
            if !wanted.is_empty() {
                let step = Step::new(lane.name, &file.name);
                run_file(workshop, *lane, file, &prefix, &wanted, &step, report);
                step.clear();
            }
        }
    }
}

fn run_file(
    workshop: &Workshop,
    lane: Lane,
    file: &File,
    prefix: &str,
    wanted: &[&str],
    step: &Step,
    report: &mut Report,
) {
    let runs = workshop.paths.runs();
    let folder = runs.join(lane.name).join(format!("upstream.{}", file.name));
    let judge = Judge {
        table: Table::standard(),
        subject: Subject {
            nic: lane.nic,
            driver: lane.driver(),
        },
        file: &file.name,
        wanted,
    };
    let started = Instant::now();
    let outcomes = match run_machine(workshop, lane, file, wanted, &folder) {
        Ok(run) => judge.outcomes(run),
        Err(error) => vec![Outcome {
            name: "end".to_owned(),
            verdict: Verdict::Broken,
            time: started.elapsed(),
            message: format!("{error:#}"),
        }],
    };
    for mut outcome in outcomes {
        outcome.name = format!("{prefix}::{}", outcome.name);
        if outcome.verdict.word() == "failed" {
            outcome.message = format!("{}\n  logs: {}/", outcome.message, folder.display());
        }
        report.add(outcome, step);
    }
}

/// Runs a program, or some of its cases.
fn run_machine(
    workshop: &Workshop,
    lane: Lane,
    file: &File,
    wanted: &[&str],
    folder: &std::path::Path,
) -> Result<Run> {
    let checkpoint = Checkpoint::find_or_make(workshop, lane)?;
    let mut vm = checkpoint.restore(workshop)?;
    vm.patience(PATIENCE);
    let cases = if wanted.len() == file.cases.len() {
        &[]
    } else {
        wanted
    };
    let started = Instant::now();
    vm.say(&format!(
        "run upstream {}",
        json!({ "file": file.name, "cases": cases })
    ))?;
    let transcript = case::follow(&mut vm, LONGEST, folder);
    let last = transcript.last(LINES);
    let broken = match (transcript.broken, transcript.done) {
        (Some(broken), _) => Some(format!("{broken}{}", boot::excerpt(&vm))),
        (None, Some((true, _))) => None,
        (None, Some((false, message))) => Some(message),
        (None, None) => Some("the machine died".to_owned()),
    };
    let times = transcript.times.iter().scan(started, |last, time| {
        let took = time.duration_since(*last);
        *last = *time;
        Some(took)
    });
    Ok(Run {
        times: times.collect(),
        end: transcript.ktap.end(),
        last,
        broken,
        splat: vm
            .console
            .first_splat()
            .map(|_| boot::splat(&vm).to_string()),
    })
}
