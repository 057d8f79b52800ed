// SPDX-License-Identifier: GPL-2.0

//! The guest's cases, lane by lane, each in a machine of its own; then what QEMU's models had to say about each lane.
//!
//! A lane that does not boot is a failure of its own, and the others go on.

use std::collections::BTreeMap;

use anyhow::{anyhow, bail, Result};

use crate::alarms;
use crate::boot::Workshop;
use crate::case;
use crate::demo::rehearsal;
use crate::lane::{Kind, Lane, LANES};
use crate::report::{Outcome, Report, Verdict};
use crate::setup::Which;
use crate::trace::{self, Trace};
use crate::trouble::Trouble;
use crate::ui::Step;
use crate::vm::checkpoint::Checkpoint;

/// Topics that touch most registers: they run for a lane's warnings when no case of the lane was asked for.
const SAMPLE: &[&str] = &["probe::", "features::", "updown::", "vlan::"];

/// Runs the cases that match.
///
/// # Errors
///
/// When no lane tells which cases there are.
pub fn run(
    workshop: &Workshop,
    filter: Option<&str>,
    matches: &dyn Fn(&str) -> bool,
    report: &mut Report,
) -> Result<()> {
    let mut checkpoints = Checkpoints::new(workshop);
    let cases = checkpoints.list(filter)?;
    for lane in LANES {
        let all = cases
            .iter()
            .filter(|(name, wanted)| lane.takes(name, wanted.as_deref()));
        let all: Vec<&str> = all.map(|(name, _)| name.as_str()).collect();
        let is_wanted = |name: &&str| matches(&format!("{}::{name}", lane.name));
        let names: Vec<&str> = all.iter().copied().filter(is_wanted).collect();
        let clean = format!("{}::trace::clean", lane.name);
        let judged = lane.kind == Kind::Plain && lane.kernel == Which::Stock && matches(&clean);
        if names.is_empty() && !judged {
            continue;
        }
        match checkpoints.get(*lane) {
            Err(error) => report.add(unbooted(*lane, &error), &Step::new(lane.name, "no cases")),
            Ok(checkpoint) => {
                let mut trace = run_lane(workshop, &checkpoint, *lane, &names, report);
                if judged {
                    if names.is_empty() {
                        trace.merge(&run_sample(workshop, &checkpoint, *lane, &all));
                    }
                    trace.merge(&checkpoint.trace);
                    judge(*lane, clean, &trace, report);
                }
            }
        }
    }
    if matches(rehearsal::NAME) {
        rehearsal::run(workshop, &checkpoints.get(Lane::first())?, report);
    }
    if alarms::any(matches) {
        alarms::run(workshop, &checkpoints.get(Lane::first())?, matches, report);
    }
    Ok(())
}

/// Runs a lane's cases; gives what QEMU's models warned about.
fn run_lane(
    workshop: &Workshop,
    checkpoint: &Checkpoint,
    lane: Lane,
    names: &[&str],
    report: &mut Report,
) -> Trace {
    let step = Step::new(lane.name, "running");
    step.total(names.len() as u64);
    let mut trace = Trace::default();
    for name in names {
        step.message(name);
        let outcome = case::run(workshop, checkpoint, lane.name, name, &mut trace);
        report.add(outcome, &step);
        step.advance();
    }
    step.clear();
    trace
}

/// Runs some cases for the sake of the warnings alone.
fn run_sample(workshop: &Workshop, checkpoint: &Checkpoint, lane: Lane, all: &[&str]) -> Trace {
    let step = Step::new(lane.name, "looking for warnings of QEMU's model");
    let mut trace = Trace::default();
    for name in all {
        if SAMPLE.iter().any(|topic| name.starts_with(topic)) {
            step.message(name);
            case::run(workshop, checkpoint, lane.name, name, &mut trace);
        }
    }
    step.clear();
    trace
}

fn judge(lane: Lane, name: String, trace: &Trace, report: &mut Report) {
    let step = Step::new(lane.name, "judging the warnings of QEMU's model");
    let wrong = trace::Allowed::standard().wrong(lane.nic, trace);
    let (verdict, message) = Verdict::of(Ok(wrong));
    let time = step.elapsed();
    report.add(
        Outcome {
            name,
            verdict,
            time,
            message,
        },
        &step,
    );
}

fn unbooted(lane: Lane, error: &anyhow::Error) -> Outcome {
    let verdict = match error.downcast_ref() {
        Some(Trouble::Splat(_)) => Verdict::Splat,
        _ => Verdict::Broken,
    };
    Outcome {
        name: format!("{}::boot", lane.name),
        verdict,
        time: std::time::Duration::ZERO,
        message: format!("{error:#}"),
    }
}

/// The lanes' checkpoints, each looked for once.
struct Checkpoints<'a> {
    workshop: &'a Workshop,
    known: BTreeMap<&'static str, Result<Checkpoint, Trouble>>,
}

impl<'a> Checkpoints<'a> {
    fn new(workshop: &'a Workshop) -> Self {
        Self {
            workshop,
            known: BTreeMap::new(),
        }
    }

    fn get(&mut self, lane: Lane) -> Result<Checkpoint> {
        let known = self.known.entry(lane.name).or_insert_with(|| {
            Checkpoint::find_or_make(self.workshop, lane).map_err(|error| {
                let text = format!("{error:#}");
                error.downcast().unwrap_or(Trouble::Infrastructure(text))
            })
        });
        known.clone().map_err(|trouble| anyhow!(trouble))
    }

    /// The guest's cases, from the lane that the filter names, or from the first one that boots: all have the same.
    fn list(&mut self, filter: Option<&str>) -> Result<Vec<(String, Option<String>)>> {
        let named = |lane: &&Lane| {
            filter.is_some_and(|filter| filter.starts_with(&format!("{}::", lane.name)))
        };
        let plain = LANES.iter();
        let plain = plain.filter(|lane| lane.kind == Kind::Plain && lane.kernel == Which::Stock);
        let lanes: Vec<&Lane> = LANES.iter().filter(named).chain(plain).collect();
        let mut first = None;
        for lane in lanes {
            match self.get(*lane) {
                Ok(checkpoint) if checkpoint.cases.is_empty() => bail!("the guest has no cases"),
                Ok(checkpoint) => return Ok(checkpoint.cases),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or_else(|| anyhow!("there is no lane")))
    }
}
