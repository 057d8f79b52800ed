// SPDX-License-Identifier: GPL-2.0

//! Whatever runs in machines, planned lane by lane: the guest's cases, what QEMU's models had to say about each lane, the kernel
//! tree's own tests.
//!
//! A lane is built, booted and saved when it is known that something is wanted of it; each case then has a machine of its own. A
//! lane that does not boot is a failure of its own, and the others go on. What QEMU's models said is judged after a lane's last
//! case.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail, Result};

use crate::alarms;
use crate::case::Asked;
use crate::demo::rehearsal;
use crate::lane::{Kind, Lane, LANES};
use crate::quick;
use crate::report::{Outcome, Verdict};
use crate::schedule::load::Load;
use crate::schedule::{Desk, Job};
use crate::setup::archive::OutOfReach;
use crate::setup::Which;
use crate::trace::{self, Trace};
use crate::upstream;
use crate::vm::checkpoint::Checkpoint;
use crate::wanted::Plan;

/// Topics that touch most registers: they run for a lane's warnings when no case of the lane was asked for.
const SAMPLE: &[&str] = &["probe::", "features::", "updown::", "vlan::"];

/// The guest's cases, each with what it asks for ([`Lane::takes`]).
type Cases = Vec<(String, Option<String>)>;

/// What begins it all: the first machine knows which cases there are, and so which lanes are wanted.
pub fn jobs(plan: Plan<'_>) -> Vec<Job<'_>> {
    if plan.has_guest() {
        let mut job = plan.machine(&Lane::first(), "first lane", Load::Busy, move |desk| {
            if let Err(error) = begin(plan, desk) {
                let verdict = Verdict::of_error(&error);
                desk.outcome(failure("guest::boot".into(), verdict, &error));
            }
        });
        job.opens = true;
        return vec![job];
    }
    let wanted = LANES.iter().map(|lane| Work::new(plan, *lane, &Vec::new()));
    build(plan, wanted.filter(Work::is_any).collect())
}

/// Boots a lane to ask for the cases; then all lanes of which something is wanted.
fn begin<'a>(plan: Plan<'a>, desk: &Desk<'a>) -> Result<()> {
    let (first, checkpoint) = list(plan)?;
    let wanted = LANES
        .iter()
        .map(|lane| Work::new(plan, *lane, &checkpoint.cases));
    let mut others = Vec::new();
    for work in wanted.filter(Work::is_any) {
        if work.lane.name == first.name {
            work.begin(plan, &Arc::new(checkpoint.clone()), desk);
        } else {
            others.push(work);
        }
    }
    build(plan, others)
        .into_iter()
        .for_each(|job| desk.then(job));
    Ok(())
}

/// Builds what lanes boot, one behind the other, and lets each boot as soon as it can.
fn build(plan: Plan<'_>, lanes: Vec<Work>) -> Vec<Job<'_>> {
    if lanes.is_empty() {
        return Vec::new();
    }
    let mut job = plan.job("lanes' images", Load::Busy, move |desk| {
        for work in lanes {
            match plan.workshop.image(work.lane) {
                Ok(_) => desk.then(work.boot(plan)),
                Err(error) => desk.outcome(work.unbooted(plan, &error)),
            }
        }
    });
    job.opens = true;
    vec![job]
}

/// What is wanted of a lane.
#[derive(Debug)]
struct Work {
    lane: Lane,
    /// All cases that it takes.
    all: Vec<String>,
    /// Those that are wanted.
    names: Vec<String>,
    programs: Vec<upstream::Program>,
    /// Whether what QEMU's models say is wanted.
    is_judged: bool,
    /// Whether the demo or the alarms are, which are the first lane's.
    has_more: bool,
}

impl Work {
    fn new(plan: Plan<'_>, lane: Lane, cases: &Cases) -> Self {
        let all = cases
            .iter()
            .filter(|(name, wanted)| lane.takes(name, wanted.as_deref()));
        let all: Vec<String> = all.map(|(name, _)| name.clone()).collect();
        let wanted = all
            .iter()
            .filter(|name| plan.wants(&format!("{}::{name}", lane.name)));
        let names = wanted.cloned().collect();
        let is_first = plan.has_guest() && lane.name == Lane::first().name;
        Self {
            lane,
            names,
            programs: match plan.has_upstream() {
                true => upstream::programs(plan, lane),
                false => Vec::new(),
            },
            is_judged: is_first_choice(&lane) && !all.is_empty() && plan.wants(&clean(lane)),
            has_more: is_first && (plan.wants(rehearsal::NAME) || alarms::any(plan)),
            all,
        }
    }

    fn is_any(&self) -> bool {
        !self.names.is_empty() || !self.programs.is_empty() || self.is_judged || self.has_more
    }

    /// Boots the lane, unless it is saved already.
    fn boot(self, plan: Plan<'_>) -> Job<'_> {
        let lane = self.lane;
        let name = format!("{} boots", lane.name);
        let mut job =
            plan.machine(
                &lane,
                &name,
                Load::Busy,
                move |desk| match Checkpoint::find_or_make(plan.workshop, lane) {
                    Ok(checkpoint) => self.begin(plan, &Arc::new(checkpoint), desk),
                    Err(error) => desk.outcome(self.unbooted(plan, &error)),
                },
            );
        job.opens = true;
        job
    }

    fn unbooted(&self, plan: Plan<'_>, error: &anyhow::Error) -> Outcome {
        let verdict = of_unbooted(&self.lane, plan.names_lane(&self.lane), error);
        failure(format!("{}::boot", self.lane.name), verdict, error)
    }

    /// Begins all that is wanted.
    fn begin<'a>(self, plan: Plan<'a>, checkpoint: &Arc<Checkpoint>, desk: &Desk<'a>) {
        let lane = self.lane;
        for program in self.programs {
            desk.then(program.job(plan, checkpoint));
        }
        if self.has_more {
            if plan.wants(rehearsal::NAME) {
                desk.then(rehearsal::job(plan, checkpoint));
            }
            let alarms = alarms::jobs(plan, checkpoint).into_iter();
            alarms.for_each(|job| desk.then(job));
        }
        let trace = Arc::new(Mutex::new(checkpoint.trace.clone()));
        let is_sample = self.is_judged && self.names.is_empty();
        let names: Vec<String> = match is_sample {
            true => self
                .all
                .into_iter()
                .filter(|name| is_of_sample(name))
                .collect(),
            false => self.names,
        };
        let runs = plan
            .numbers()
            .filter(|number| !is_sample || number.unwrap_or(0) == 0);
        let runs: Vec<Option<u32>> = runs.collect();
        let cases = names
            .iter()
            .flat_map(|name| runs.iter().map(move |number| (name, *number)));
        let cases = cases.map(|(name, number)| {
            let load = Load::of_case(&lane, name);
            let full = format!("{}::{name}", lane.name);
            let asked = Asked::new(lane.name, name, load).numbered(number);
            let asked = match plan.asked.quick {
                true => asked.with(quick::arguments(&full)),
                false => asked,
            };
            let (checkpoint, trace) = (Arc::clone(checkpoint), Arc::clone(&trace));
            plan.machine(&lane, &full, load, move |desk| {
                let mut own = Trace::default();
                let outcome = asked.run(plan.workshop, &checkpoint, &mut own);
                merge(&trace, &own);
                // In a sample nothing but the warnings counts.
                if !is_sample {
                    desk.outcome(outcome);
                }
            })
        });
        let cases = cases.collect();
        let judged = self.is_judged;
        let last = Job::new(
            &format!("{} is judged", lane.name),
            Load::Light,
            move |desk| {
                if judged {
                    desk.outcome(judge(lane, &trace));
                }
            },
        );
        desk.set(cases, last);
    }
}

fn is_of_sample(name: &str) -> bool {
    SAMPLE.iter().any(|topic| name.starts_with(topic))
}

fn merge(trace: &Mutex<Trace>, own: &Trace) {
    // Counts are whole, whoever panicked.
    let mut trace = trace.lock().unwrap_or_else(PoisonError::into_inner);
    trace.merge(own);
}

/// Whether a lane is of the usual kind, with the usual kernel: it takes whatever asks for nothing.
fn is_first_choice(lane: &Lane) -> bool {
    lane.kind == Kind::Plain && lane.kernel == Which::Stock
}

/// The name under which a lane's warnings are judged.
fn clean(lane: Lane) -> String {
    format!("{}::trace::clean", lane.name)
}

fn judge(lane: Lane, trace: &Mutex<Trace>) -> Outcome {
    let started = Instant::now();
    let trace = trace.lock().unwrap_or_else(PoisonError::into_inner);
    let wrong = trace::Allowed::standard().wrong(lane.nic, &trace);
    let (verdict, message) = Verdict::of(Ok(wrong));
    Outcome {
        name: clean(lane),
        verdict,
        time: started.elapsed(),
        message,
    }
}

/// Debian's kernels come and go, and one that has left the archive can be had from the snapshot service alone. Where that does not answer,
/// such a lane is skipped, unless it is asked for by name: its cases also run on the newest series.
fn of_unbooted(lane: &Lane, is_named: bool, error: &anyhow::Error) -> Verdict {
    match lane.kernel {
        Which::Series(_) if error.is::<OutOfReach>() && !is_named => Verdict::Skipped,
        _ => Verdict::of_error(error),
    }
}

fn failure(name: String, verdict: Verdict, error: &anyhow::Error) -> Outcome {
    Outcome {
        name,
        verdict,
        time: Duration::ZERO,
        message: format!("{error:#}"),
    }
}

/// The lane that the filter names, or the first one that boots: all know the same cases.
fn list(plan: Plan<'_>) -> Result<(Lane, Checkpoint)> {
    let named = LANES.iter().filter(|lane| plan.names_lane(lane));
    let plain = LANES.iter().filter(|lane| is_first_choice(lane));
    let mut first = None;
    for lane in named.chain(plain) {
        match Checkpoint::find_or_make(plan.workshop, *lane) {
            Ok(checkpoint) if checkpoint.cases.is_empty() => bail!("the guest has no cases"),
            Ok(checkpoint) => return Ok((*lane, checkpoint)),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.unwrap_or_else(|| anyhow!("there is no lane")))
}

#[cfg(test)]
mod tests {
    use super::{of_unbooted, OutOfReach, Verdict};
    use crate::lane::Lane;
    use crate::setup::diagnosis::Gone;
    use anyhow::anyhow;

    #[test]
    fn only_a_series_that_is_out_of_reach_is_skipped() {
        let of = |lane, error| of_unbooted(&Lane::named(lane).unwrap(), false, &error);
        let left = || anyhow!("no network").context(OutOfReach("linux 7.2 has left".into()));
        assert_eq!(of("igb-sid", left().context("set-up")), Verdict::Skipped);
        assert_eq!(of("igb-7.2", left()), Verdict::Skipped);
        assert_eq!(of("igb", left()), Verdict::Broken);
        assert_eq!(of("igb-debug", left()), Verdict::Broken);
        assert_eq!(of("igb-sid", anyhow!("no network")), Verdict::Broken);
        // The tables name what the snapshot does not have.
        assert_eq!(
            of("igb-sid", Gone("nowhere".into()).into()),
            Verdict::Broken
        );
        let lane = Lane::named("igb-sid").unwrap();
        assert_eq!(of_unbooted(&lane, true, &left()), Verdict::Broken);
    }
}
