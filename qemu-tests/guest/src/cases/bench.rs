// SPDX-License-Identifier: GPL-2.0

//! Measures: instructions for each packet by our driver and by the kernel's C driver of the same NIC, for each change of
//! layout, and the memory of a queue.
//!
//! The machine's clock counts executed instructions and its two NICs share a wire inside QEMU, so that a packet
//! arrives while the sender's register write is executed and every run gives the same figures. The NIC under test is
//! driven by one driver after the other; the second NIC, of the other model, by its C driver always. Everything that was
//! counted is reported; what it means is the host's to say. A figure that lost a packet is not reported at all.

mod fence;
mod generator;
mod memory;
mod meter;
mod nic;
mod profile;
mod readers;
mod receive;
mod records;
mod stream;
mod transmit;

use std::collections::BTreeMap;

use anyhow::{bail, Context, Result};
use serde_json::{json, Value};

use crate::case::{Case, Definition};
use crate::ctl::{self, Ctl};
use nic::{Driver, Model, Peer, Subject};
use receive::Verdict;
use records::Records;

/// Needs a machine of its own kind, so it is not in the list of cases.
pub(super) const CASES: &[Definition] = &[
    Definition::new("bench", bench),
    Definition::new("bench_profile", profile::profile),
];

/// Lengths of frames with their check sequence: the shortest, and one of the usual longest ones.
const SIZES: [u32; 2] = [64, 1500];

/// What is to be measured.
pub(super) struct Plan {
    model: Model,
    drivers: Vec<Driver>,
    /// Only rows of this case.
    only: Option<String>,
    /// Only this part.
    part: Option<String>,
}

impl Plan {
    fn new(args: &Value) -> Result<Self> {
        let drivers = args["drivers"].as_array().context("no drivers")?;
        Ok(Self {
            model: Model::named(args["nic"].as_str().context("no NIC")?)?,
            drivers: drivers
                .iter()
                .map(|name| Driver::named(name.as_str().unwrap_or_default()))
                .collect::<Result<_>>()?,
            only: args["case"].as_str().map(str::to_owned),
            part: args["part"].as_str().map(str::to_owned),
        })
    }

    fn wants(&self, case: &str) -> bool {
        self.only.as_deref().is_none_or(|only| case.contains(only))
    }

    /// Whether something that is not a case is to be measured.
    fn has(&self, part: &str) -> bool {
        self.only.is_none() && self.part.as_deref().is_none_or(|only| only == part)
    }
}

/// One row of the table, whose instructions the host has counted.
pub(super) struct Row {
    case: &'static str,
    size: u32,
    records: Records,
    /// Packets of one burst.
    packets: u64,
    /// Times from one packet to the next, where a program took them.
    turns: Vec<u64>,
}

fn bench(case: &mut Case<'_>) -> Result<()> {
    let plan = Plan::new(&case.args)?;
    let peer = Peer::load(plan.model)?;
    let mut failed = Vec::new();
    for driver in &plan.drivers {
        let subject = Subject::load(plan.model, *driver)?;
        if let Err(error) = measure(case.ctl, &plan, &subject, &peer, &mut failed) {
            failed.push(format!("{driver}: {error:#}"));
        }
        subject.unload()?;
    }
    if !failed.is_empty() {
        bail!("{}", failed.join("; "));
    }
    Ok(())
}

/// All that is measured of one driver. A row that fails does not keep the others from being measured.
fn measure(
    ctl: &mut Ctl,
    plan: &Plan,
    subject: &Subject,
    peer: &Peer,
    failed: &mut Vec<String>,
) -> Result<()> {
    if plan.has("memory") {
        memory::measure(subject)?;
    }
    subject.up()?;
    peer.wait_for_link()?;
    if plan.part.is_none() {
        rows(ctl, plan, subject, peer, failed)?;
    }
    if subject.driver == Driver::Rnic && plan.has("readers") {
        readers::measure(ctl, subject, peer)?;
    }
    if subject.driver == Driver::Rnic && plan.has("fence") {
        fence::measure(ctl, subject, peer)?;
    }
    Ok(())
}

/// What a packet takes, in each case.
fn rows(
    ctl: &mut Ctl,
    plan: &Plan,
    subject: &Subject,
    peer: &Peer,
    failed: &mut Vec<String>,
) -> Result<()> {
    let mut add = |case: &'static str, size: u32, records: Records, row: Result<Row>| match row {
        Ok(row) => report(subject, &row),
        Err(error) => {
            let what = format!("{case}, {size} bytes, {subject}, records {records}");
            ctl::log(&format!("failed: {what}: {error:#}"));
            failed.push(format!("{what}: {error:#}"));
        }
    };
    for records in Records::of(subject.driver) {
        records.configure(subject)?;
        for verdict in Verdict::of(subject, *records) {
            for size in SIZES {
                if plan.wants(verdict.name()) {
                    let row = receive::measure(ctl, subject, peer, *verdict, size, *records);
                    add(verdict.name(), size, *records, row);
                }
            }
        }
    }
    Records::Off.configure(subject)?;
    for size in SIZES {
        if plan.wants("transmit") {
            let row = transmit::measure(ctl, subject, peer, size);
            add("transmit", size, Records::Off, row);
        }
    }
    for direction in stream::DIRECTIONS {
        if plan.wants(direction.name()) {
            let row = stream::measure(ctl, subject, peer, *direction);
            add(direction.name(), stream::SIZE, Records::Off, row);
        }
    }
    Ok(())
}

fn report(subject: &Subject, row: &Row) {
    ctl::event(&json!({ "measured": {
        "what": "row",
        "case": row.case,
        "nic": subject.model.name(),
        "driver": subject.driver.name(),
        "size": row.size,
        "records": row.records.name(),
        "packets": row.packets,
        "turns": histogram(&row.turns),
    } }));
}

/// Each value with the number of times it was seen.
fn histogram(values: &[u64]) -> Vec<(u64, u64)> {
    let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
    for value in values {
        *seen.entry(*value).or_default() += 1;
    }
    seen.into_iter().collect()
}
