// SPDX-License-Identifier: GPL-2.0

//! The kernel tree's own driver tests, unmodified: each program in a machine of its own, each of its cases a test here.
//!
//! They want two ends of a wire, so they run in pairs, the other end in the namespace `remote`. `control::` runs them on
//! the in-tree drivers, to tell what a test says of our driver from what it says of QEMU; only when asked for. What must
//! never happen: a case that was not run and is not missed, so the list names every one.

mod judge;
mod table;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;

use crate::boot::{self, Workshop};
use crate::case;
use crate::lane::{Kind, Lane};
use crate::report::{Outcome, Verdict};
use crate::schedule::load::Load;
use crate::schedule::Job;
use crate::setup::Which;
use crate::vm::checkpoint::Checkpoint;
use crate::wanted::Plan;
use judge::{Judge, Run};
use table::{File, Subject, Table};

/// A program has ended by then, whatever it waits for.
const LONGEST: Duration = Duration::from_secs(1800);
/// Its cases say nothing while they run.
const PATIENCE: Duration = Duration::from_secs(300);

/// Lines of its output that are shown when it came to a bad end.
const LINES: usize = 12;

/// A program, and those of its cases on a lane that are wanted.
#[derive(Clone, Debug)]
pub struct Program {
    lane: Lane,
    file: &'static File,
    /// What the names of its cases begin with.
    prefix: String,
    wanted: Vec<&'static str>,
}

/// The programs of a lane that have cases that are wanted.
pub fn programs(plan: Plan<'_>, lane: Lane) -> Vec<Program> {
    let with_controls = plan
        .filter()
        .is_some_and(|text| text.starts_with("control::"));
    let prefix = match lane.kind {
        _ if lane.kernel != Which::Stock => return Vec::new(),
        Kind::Pair => "upstream",
        Kind::Control if with_controls => "control",
        _ => return Vec::new(),
    };
    let programs = Table::standard().file.iter().map(|file| {
        let prefix = format!("{prefix}::{}::{}", lane.nic, file.name);
        let is_wanted = |case: &&str| plan.wants(&format!("{prefix}::{case}"));
        let cases = file.cases.iter().map(String::as_str);
        Program {
            lane,
            file,
            wanted: cases.filter(is_wanted).collect(),
            prefix,
        }
    });
    programs
        .filter(|program| !program.wanted.is_empty())
        .collect()
}

impl Program {
    /// It, as a job.
    pub fn job<'a>(self, plan: Plan<'a>, checkpoint: &Arc<Checkpoint>) -> Job<'a> {
        let load = Load::of_case(&self.lane, "upstream");
        let checkpoint = Arc::clone(checkpoint);
        let lane = self.lane;
        plan.machine(&lane, &self.prefix.clone(), load, move |desk| {
            for _ in plan.times() {
                let outcomes = self.run(plan.workshop, &checkpoint);
                outcomes
                    .into_iter()
                    .for_each(|outcome| desk.outcome(outcome));
            }
        })
    }

    fn run(&self, workshop: &Workshop, checkpoint: &Checkpoint) -> Vec<Outcome> {
        let runs = workshop.paths.runs();
        let folder = runs
            .join(self.lane.name)
            .join(format!("upstream.{}", self.file.name));
        let judge = Judge {
            table: Table::standard(),
            subject: Subject {
                nic: self.lane.nic,
                driver: self.lane.driver(),
            },
            file: &self.file.name,
            wanted: &self.wanted,
        };
        let started = Instant::now();
        let mut outcomes = match run_machine(workshop, checkpoint, self, &folder) {
            Ok(run) => judge.outcomes(run),
            Err(error) => vec![Outcome {
                name: "end".to_owned(),
                verdict: Verdict::Broken,
                time: started.elapsed(),
                message: format!("{error:#}"),
            }],
        };
        for outcome in &mut outcomes {
            outcome.name = format!("{}::{}", self.prefix, outcome.name);
            if outcome.verdict.word() == "failed" {
                outcome.message = format!("{}\n  logs: {}/", outcome.message, folder.display());
            }
        }
        outcomes
    }
}

/// Runs a program, or some of its cases.
fn run_machine(
    workshop: &Workshop,
    checkpoint: &Checkpoint,
    program: &Program,
    folder: &Path,
) -> Result<Run> {
    let Program { file, wanted, .. } = program;
    let mut vm = checkpoint.restore(workshop)?;
    vm.patience(PATIENCE);
    let cases = match wanted.len() == file.cases.len() {
        true => &[],
        false => wanted.as_slice(),
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
