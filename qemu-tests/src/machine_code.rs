// SPDX-License-Identifier: GPL-2.0

//! What the built module consists of: promises about the data path that only its machine code can keep or break.

mod data_path;
pub mod listing;
mod protection;
pub mod straight_line;

use crate::boot::Workshop;
use crate::report::Outcome;
use crate::schedule::load::Load;
use crate::schedule::Job;
use crate::wanted::Plan;

/// Reads a build of the module.
type Check = fn(&Workshop) -> Outcome;

const CHECKS: &[(&str, Check)] = &[
    (data_path::NAME, data_path::run),
    (straight_line::NAME, straight_line::run),
    (protection::NAME, protection::run),
];

/// The checks whose names match.
pub fn jobs(plan: Plan<'_>) -> Vec<Job<'_>> {
    let wanted = CHECKS.iter().filter(|(name, _)| plan.wants(name));
    let jobs = wanted.map(|(name, check)| {
        plan.job(name, Load::Background, move |desk| {
            for _ in plan.times() {
                desk.outcome(check(plan.workshop));
            }
        })
    });
    jobs.collect()
}
