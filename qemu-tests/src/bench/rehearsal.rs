// SPDX-License-Identifier: GPL-2.0

//! The bench as a test: one of README's figures is measured once, on one NIC.
//!
//! A kernel that lacks what the measuring needs must be noticed by the tests, not by whoever measures next. What the figure is
//! is not judged here.

use anyhow::Result;

use super::{machine, rows, Choice};
use crate::boot::Workshop;
use crate::lane::Lane;
use crate::report::{Outcome, Verdict};
use crate::schedule::load::Load;
use crate::schedule::Job;
use crate::wanted::Plan;

/// The test's name.
const NAME: &str = "bench::rehearsal";

const NIC: &str = "igb";
/// It, as a job.
pub fn jobs(plan: Plan<'_>) -> Vec<Job<'_>> {
    let job = || {
        plan.machine(&Lane::first(), NAME, Load::Busy, move |desk| {
            for _ in plan.times() {
                let outcome = Outcome::of(NAME, |_| Ok(Verdict::of(rehearse(plan.workshop))));
                desk.outcome(outcome);
            }
        })
    };
    plan.wants(NAME).then(job).into_iter().collect()
}

/// What could not be measured.
fn rehearse(workshop: &Workshop) -> Result<Vec<String>> {
    let choice = Choice {
        nic: Some(NIC),
        driver: Some("rnic"),
        case: Some("xdp_drop"),
        part: None,
    };
    let outcome = machine::count(workshop, NIC, &choice)?;
    let mut wrong: Vec<String> = outcome.failed.into_iter().collect();
    if rows::summaries(&outcome.measured)?.is_empty() {
        wrong.push("there is no row".to_owned());
    }
    Ok(wrong)
}
