// SPDX-License-Identifier: GPL-2.0

//! The bench as a test: one of README's figures is measured once, on one NIC.
//!
//! A kernel that lacks what the measuring needs must be noticed by the tests, not by whoever measures next. What the figure is
//! is not judged here.

use anyhow::Result;
use serde_json::Value;

use super::{machine, rows, Choice};
use crate::boot::Workshop;
use crate::lane::Lane;
use crate::report::{Outcome, Verdict};
use crate::schedule::load::Load;
use crate::schedule::Job;
use crate::setup::config::Config;
use crate::wanted::Plan;

/// The test's name.
const NAME: &str = "bench::rehearsal";

/// The NIC that it is measured on.
const NIC: &str = "igb";

/// What makes the packets.
const GENERATOR: &str = "CONFIG_NET_PKTGEN";

/// The test as a job.
pub fn jobs(plan: Plan<'_>) -> Vec<Job<'_>> {
    let job = || {
        plan.machine(&Lane::first(), NAME, Load::Busy, move |desk| {
            for _ in plan.times() {
                let outcome = Outcome::of(NAME, |_| {
                    let kernel = &plan.workshop.ground.kernel;
                    let config = std::fs::read_to_string(kernel.dir.join(".config"))?;
                    if Config::parse(&config).get(GENERATOR).is_none() {
                        return Ok((Verdict::Skipped, format!("the kernel has no {GENERATOR}")));
                    }
                    Ok(Verdict::of(rehearse(plan.workshop)))
                });
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
    let rows = rows::summaries(&outcome.measured)?;
    if rows.is_empty() {
        wrong.push("there is no row".to_owned());
    }
    let is_counted = |row: &&Value| {
        row["instructions"]
            .as_f64()
            .is_some_and(|count| count > 1.0)
    };
    let uncounted = rows.iter().filter(|row| !is_counted(row));
    wrong.extend(uncounted.map(|row| format!("nothing was counted: {row}")));
    Ok(wrong)
}
