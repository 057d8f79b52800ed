// SPDX-License-Identifier: GPL-2.0

//! The oracle finds what it is there to find: a driver whose fence was taken out, one that announces too late, one whose
//! records are out of date.
//!
//! These run on modules that were built wrong on purpose, in lanes of their own.

use anyhow::{Context, Result};

use super::announce::late;
use super::reconfig::{say, scores_json, storm};
use super::records::off_and_on;
use crate::case::{Case, Definition};
use crate::ctl;
use crate::monitor::Monitor;
use crate::readers::{Readers, XDP_DROP};
use crate::score::LATE_BOUND;
use crate::storm::{self, Plan, Report};

pub(super) const CASES: &[Definition] = &[
    Definition::on("no_fence", "teeth::no_fence", no_fence),
    Definition::on(
        "late_announcement",
        "teeth::late_announcement",
        late_announcement,
    ),
    Definition::on(
        "late_announcement",
        "teeth::records_off_before_it_was_said",
        off_before_it_was_said,
    ),
    Definition::on("no_fence", "teeth::storm_without_fence", |case| {
        found(case, "packets are misread or lost", |report| {
            let score = report.late_bound();
            score.misparsed + score.missing + score.lost
        })
    }),
    Definition::on("late_announcement", "teeth::storm_announced_late", |case| {
        found(case, "generations are announced late", |report| report.late)
    }),
    Definition::on(
        "stale_trailer",
        "teeth::storm_with_stale_trailers",
        |case| {
            found(case, "records are stale", |report| {
                report.late_bound().stale
            })
        },
    ),
];

fn no_fence(case: &mut Case<'_>) -> Result<()> {
    let mut readers = Readers::load(XDP_DROP)?;
    let monitor = Monitor::start()?;
    readers.attach()?;
    let storm = storm(case, &mut readers, &monitor, 100, 0, say)?;
    readers.log_misparses()?;
    ctl::log(&scores_json(&storm.scores).to_string());
    let late = storm.scores[LATE_BOUND];
    case.ktap.check(
        "frames were sent",
        storm.sent.count > 1000,
        storm.sent.count,
    );
    case.ktap.check(
        "packets are misread without the fence",
        !late.is_clean(),
        format_args!("{late:?}"),
    );
    Ok(())
}

fn late_announcement(case: &mut Case<'_>) -> Result<()> {
    let mut readers = Readers::load(XDP_DROP)?;
    let monitor = Monitor::start()?;
    readers.attach()?;
    let storm = storm(case, &mut readers, &monitor, 100, 0, say)?;
    let newest = storm
        .announced
        .last()
        .context("nothing was announced")?
        .generation;
    let late = late(&readers.epochs(newest)?, &storm.announced);
    ctl::log(&format!(
        "{} of {} generations: {late:?}",
        late.len(),
        storm.announced.len()
    ));
    case.ktap.check(
        "layouts are found to be announced after their first packets",
        !late.is_empty(),
        "none",
    );
    Ok(())
}

fn off_before_it_was_said(case: &mut Case<'_>) -> Result<()> {
    let mut readers = Readers::load(XDP_DROP)?;
    let monitor = Monitor::start()?;
    readers.attach()?;
    let mut announced = vec![case.in_force()?];
    let sent = off_and_on(case, &readers)?;
    announced.extend(monitor.settle()?);
    let late = readers.scores(&announced, sent)?[LATE_BOUND];
    ctl::log(&format!("{late:?}"));
    case.ktap.check(
        "packets are found that came without a record before it was announced",
        late.missing > 0,
        format_args!("{late:?}"),
    );
    Ok(())
}

/// A short storm finds what was done to the driver.
fn found(case: &mut Case<'_>, what: &str, wrong: fn(&Report) -> u64) -> Result<()> {
    let plan = Plan {
        changes: 200,
        packets: 5000,
        ..Plan::default()
    };
    let report = storm::run(case, &plan, |_| Ok(()))?;
    ctl::log(&report.to_json()?.to_string());
    case.ktap
        .check("frames were sent", report.sent > 1000, report.sent);
    case.ktap.check(what, wrong(&report) > 0, "none");
    Ok(())
}
