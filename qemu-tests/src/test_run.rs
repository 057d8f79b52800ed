// SPDX-License-Identifier: GPL-2.0

//! `cargo qemu test`: the host's tests, then every guest case in a machine of its own.

use std::path::Path;

use anyhow::{bail, Result};

use crate::alarms;
use crate::boot::Workshop;
use crate::case;
use crate::fuzz;
use crate::host_tests;
use crate::lane::{Lane, LANES};
use crate::machine_code;
use crate::peers;
use crate::pins;
use crate::report::{Outcome, Report, Verdict};
use crate::ui::Step;
use crate::vm::checkpoint::Checkpoint;

/// What the names of the runner's own checks begin with.
const OWN: &[&str] = &["module::", "pins::", "peers::", "fuzz::"];

/// Runs everything whose name contains the filter.
///
/// # Errors
///
/// When a test failed, the kernel complained, the machinery failed, or nothing matches the filter.
pub fn run(workshop: &Workshop, filter: Option<&str>, json: Option<&Path>) -> Result<()> {
    let mut report = Report::default();
    let matches = |name: &str| filter.is_none_or(|filter| name.contains(filter));
    // A filter that names a lane is not for the host.
    let guest_only = filter.is_some_and(|filter| {
        LANES
            .iter()
            .any(|lane| filter.starts_with(&format!("{}::", lane.name)))
    });
    // One that names the runner's own checks is for nobody else.
    let own_only = filter.is_some_and(|filter| OWN.iter().any(|own| filter.starts_with(own)));
    if !guest_only && !own_only {
        run_host(workshop, filter, &mut report)?;
    }
    machine_code::run(workshop, &matches, &mut report);
    pins::run(workshop, &matches, &mut report);
    peers::run(workshop, &matches, &mut report);
    fuzz::run(workshop, &matches, &mut report);
    if !own_only && !filter.is_some_and(|filter| filter.starts_with("host::")) {
        if let Err(error) = run_guest(workshop, &matches, &mut report) {
            let step = Step::new("guest", "no cases");
            let verdict = match error.downcast_ref() {
                Some(crate::trouble::Trouble::Splat(_)) => Verdict::Splat,
                _ => Verdict::Broken,
            };
            let message = format!("{error:#}");
            report.add(
                Outcome {
                    name: "guest::boot".into(),
                    verdict,
                    time: step.elapsed(),
                    message,
                },
                &step,
            );
        }
    }
    if let Some(path) = json {
        report.write_json(path)?;
    }
    if report.outcomes.is_empty() {
        bail!("no test matches `{}`", filter.unwrap_or_default());
    }
    let summary = report.summary();
    println!("{summary}");
    case::trouble(&report.outcomes, &summary).map_or(Ok(()), |trouble| Err(trouble.into()))
}

fn run_host(workshop: &Workshop, filter: Option<&str>, report: &mut Report) -> Result<()> {
    let step = Step::new("host", "building and running the workspace's tests");
    let mut count = 0;
    host_tests::run(&workshop.paths, filter, &step, |outcome| {
        count += 1;
        report.add(outcome, &step);
    })?;
    step.done(&format!("{count} host tests"));
    Ok(())
}

fn run_guest(
    workshop: &Workshop,
    matches: &dyn Fn(&str) -> bool,
    report: &mut Report,
) -> Result<()> {
    let first = Checkpoint::find_or_make(workshop, Lane::first())?;
    if first.cases.is_empty() {
        bail!("the guest has no cases");
    }
    let wanted: Vec<(String, Lane)> = first
        .cases
        .iter()
        .filter(|(name, lane)| matches(&format!("{}::{name}", lane.name)))
        .cloned()
        .collect();
    for lane in LANES {
        let names: Vec<&String> = wanted
            .iter()
            .filter(|(_, of)| of.name == lane.name)
            .map(|(name, _)| name)
            .collect();
        if names.is_empty() {
            continue;
        }
        let checkpoint = if lane.name == Lane::first().name {
            first.clone()
        } else {
            Checkpoint::find_or_make(workshop, *lane)?
        };
        let step = Step::new(lane.name, "running");
        step.total(names.len() as u64);
        for name in names {
            step.message(name);
            let outcome = case::run(workshop, &checkpoint, lane.name, name);
            report.add(outcome, &step);
            step.advance();
        }
        step.clear();
    }
    alarms::run(workshop, &first, matches, report);
    Ok(())
}
