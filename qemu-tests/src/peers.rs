// SPDX-License-Identifier: GPL-2.0

//! What others make of the same thing: compilers, pahole, bpftool and libbpf, each on its own.
//!
//! A description that only its author reads can be wrong for years. Here every statement is made twice, by us and by a tool
//! that knows nothing of us, and compared. What must never happen: a pass because a peer was not asked, so each test also
//! shows that a mistake would have been seen.

mod accept;
pub mod agreement;
mod real;
mod tool;
mod twins;

use anyhow::Result;

use crate::boot::Workshop;
use crate::report::{Outcome, Verdict};
use crate::schedule::load::Load;
use crate::schedule::Job;
use crate::ui::Step;
use crate::wanted::Plan;

/// A test: what was found to be wrong, in words for a failure card. An error is for machinery that failed.
type Test = fn(&Workshop, &Step) -> Result<Vec<String>>;

/// All of them, with their names in reports.
const TESTS: &[(&str, Test)] = &[
    ("peers::twins_generated", twins::generated),
    ("peers::twins_real", real::run),
    ("peers::vmlinux_agrees", agreement::test),
    ("peers::accept_bpftool", accept::bpftool::test),
    ("peers::accept_pahole", accept::pahole::test),
    ("peers::accept_libbpf", accept::libbpf::test),
    ("peers::tool_text", tool::text),
    ("peers::tool_json", tool::json),
    ("peers::tool_c", tool::c::test),
    ("peers::tool_header", tool::header),
];

/// The tests that match, one behind the other: they work in the same folder.
pub fn jobs(plan: Plan<'_>) -> Vec<Job<'_>> {
    let wanted = move || TESTS.iter().filter(move |(name, _)| plan.wants(name));
    if wanted().next().is_none() {
        return Vec::new();
    }
    vec![plan.job("peers", Load::Background, move |desk| {
        for (name, test) in wanted() {
            for _ in plan.times() {
                desk.outcome(Outcome::of(name, |step| {
                    Ok(Verdict::of(test(plan.workshop, step)))
                }));
            }
        }
    })]
}
