// SPDX-License-Identifier: GPL-2.0

//! `cargo qemu test`: the host's tests, every guest case in a machine of its own, the kernel tree's own tests.

use std::path::Path;

use anyhow::{bail, Result};

use crate::boot::Workshop;
use crate::case;
use crate::deb;
use crate::fuzz;
use crate::guest_tests;
use crate::host_tests;
use crate::lane::LANES;
use crate::machine_code;
use crate::peers;
use crate::pins;
use crate::report::{Outcome, Report, Verdict};
use crate::ui::Step;
use crate::upstream;

/// What the names of the runner's own checks begin with.
const OWN: &[&str] = &["module::", "pins::", "peers::", "fuzz::", "deb::"];

/// What the names of the kernel tree's own tests begin with; the second is for its own drivers.
const UPSTREAM: &[&str] = &["upstream::", "control::"];

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
    let names = |what: &[&str]| {
        filter.is_some_and(|filter| what.iter().any(|start| filter.starts_with(start)))
    };
    let (own_only, upstream_only) = (names(OWN), names(UPSTREAM));
    let host_only = names(&["host::"]);
    if !guest_only && !own_only && !upstream_only {
        run_host(workshop, filter, &mut report)?;
    }
    machine_code::run(workshop, &matches, &mut report);
    pins::run(workshop, &matches, &mut report);
    peers::run(workshop, &matches, &mut report);
    fuzz::run(workshop, &matches, &mut report);
    deb::test(workshop, &matches, &mut report);
    if !own_only && !host_only && !upstream_only {
        if let Err(error) = guest_tests::run(workshop, filter, &matches, &mut report) {
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
    if !own_only && !host_only && !guest_only {
        upstream::run(workshop, filter, &matches, &mut report);
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
