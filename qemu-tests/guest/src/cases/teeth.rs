// SPDX-License-Identifier: GPL-2.0

//! The oracle finds what it is there to find: a driver whose fence was taken out,
//! one that announces too late.
//!
//! These run on modules that were built wrong on purpose, in lanes of their own.

use anyhow::{Context, Result};

use super::announce::late;
use super::reconfig::{say, scores_json, storm};
use crate::case::{Case, Definition};
use crate::ctl;
use crate::monitor::Monitor;
use crate::readers::{Readers, XDP_DROP};
use crate::score::LATE_BOUND;

pub(super) const CASES: &[Definition] = &[
    Definition::on("no_fence", "teeth::no_fence", no_fence),
    Definition::on(
        "late_announcement",
        "teeth::late_announcement",
        late_announcement,
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
