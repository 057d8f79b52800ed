// SPDX-License-Identifier: GPL-2.0

//! `cargo qemu bench`: what the driver costs beside the kernel's C drivers, in instructions; what a machine costs, in
//! seconds.
//!
//! Instructions are counted by a machine whose clock advances by one nanosecond for each of them, so they are the
//! same in every run; seconds are this host's. What must never happen: a figure from too few samples, or one that was
//! chosen among others.

mod chart;
pub mod core;
mod fence;
mod footprint;
mod machine;
pub mod profile;
pub mod readers;
pub mod rehearsal;
mod rows;
mod start;
mod statistics;
mod symbols;
pub mod table;
mod watcher;

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{json, Value};

use crate::boot::Workshop;
use crate::lock::write_whole;
use crate::results;
use crate::setup::root;
use crate::trouble::Trouble;

/// The NICs, in the order of tables.
const NICS: [&str; 2] = ["igb", "e1000e"];
/// Who drives them: we, and the kernel's C driver.
const DRIVERS: [&str; 2] = ["rnic", "c"];

/// What the user wants to see; everything where nothing is said.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice<'a> {
    /// One NIC.
    pub nic: Option<&'a str>,
    /// One driver.
    pub driver: Option<&'a str>,
    /// A part of the cases' names.
    pub case: Option<&'a str>,
    /// Nothing but this: `readers` or `fence`, of our driver.
    pub part: Option<&'a str>,
}

impl Choice<'_> {
    fn nics(&self) -> impl Iterator<Item = &'static str> + '_ {
        let wanted = |nic: &&str| self.nic.is_none_or(|one| one == *nic);
        NICS.into_iter().filter(wanted)
    }

    fn drivers(&self) -> Vec<&'static str> {
        let ours = self.part.map(|_| DRIVERS[0]);
        let wanted = |driver: &&str| ours.or(self.driver).is_none_or(|one| one == *driver);
        DRIVERS.into_iter().filter(wanted).collect()
    }

    fn is_all(&self) -> bool {
        self.nic.is_none() && self.driver.is_none() && self.case.is_none() && self.part.is_none()
    }
}

/// Runs the measurements, prints them and writes the files.
///
/// # Errors
///
/// When packets were lost, the kernel complained, or a machine failed. What could be measured is shown even so.
pub fn run(
    workshop: &Workshop,
    choice: &Choice<'_>,
    json: Option<&Path>,
    svg: Option<&Path>,
) -> Result<()> {
    let mut measured = Vec::new();
    let mut failed = Vec::new();
    for nic in choice.nics() {
        let outcome = machine::count(workshop, nic, choice)?;
        measured.extend(outcome.measured);
        failed.extend(outcome.failed);
    }
    let mut result = json!({
        "kernel": workshop.ground.kernel.name,
        "qemu": qemu_version(workshop)?,
        "unit": "guest instructions",
        "rows": rows::summaries(&measured)?,
        "readers": readers::summaries(&measured)?,
        "fence": fence::summaries(&measured)?,
        "memory": rows::memory(&measured)?,
    });
    if choice.part.is_none() {
        result["text"] = json!(footprint::modules(workshop, &choice.drivers())?);
    }
    if let Some(result) = result.as_object_mut() {
        result.retain(|_, value| value.as_array().is_none_or(|rows| !rows.is_empty()));
    }
    if choice.is_all() {
        result["start_seconds"] = start::measure(workshop)?;
    }
    println!("{}", table::markdown(&result));
    if !failed.is_empty() {
        let failed = failed.join("; ");
        return Err(Trouble::Failed(format!(
            "the measurement failed, no file is written: {failed}"
        ))
        .into());
    }
    if let Some(path) = json {
        results::keep(path, &result)?;
    }
    if let Some(path) = svg {
        write_whole(path, chart::svg(&rows_of(&result)))?;
    }
    Ok(())
}

fn rows_of(result: &Value) -> Vec<Value> {
    result["rows"].as_array().cloned().unwrap_or_default()
}

fn qemu_version(workshop: &Workshop) -> Result<String> {
    let tools = root::recorded_tools(&workshop.ground.root)?;
    let line = tools
        .lines()
        .find_map(|line| line.strip_prefix("qemu-system-x86_64: "));
    let line = line.context("the toolchain root does not say which QEMU it has")?;
    Ok(line.trim_start_matches("QEMU emulator version ").to_owned())
}
