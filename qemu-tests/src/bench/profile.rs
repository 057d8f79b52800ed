// SPDX-License-Identifier: GPL-2.0

//! `cargo qemu bench profile`: where the instructions of one case go, by function, by source line, by instruction.
//!
//! The counting plugin keeps a count for each instruction. Nothing in the guest is instrumented, so nothing is in the way
//! of what is counted.

mod listing;
mod report;

use anyhow::{bail, Context, Result};
use serde_json::{json, Value};

use super::watcher::{Sections, Watcher};
use super::{machine, Choice};
use crate::boot::Workshop;
use crate::lock::write_whole;
use crate::trouble::Trouble;
use listing::Listing;
use report::Report;

/// Profiles one case of one driver on one NIC and prints what it takes.
///
/// # Errors
///
/// When the choice is not of one case, or the machine failed.
pub fn run(workshop: &Workshop, choice: &Choice<'_>, size: u32, records: &str) -> Result<()> {
    let (nics, drivers) = (choice.nics().collect::<Vec<_>>(), choice.drivers());
    let (&[nic], &[driver], Some(case)) = (&nics[..], &drivers[..], choice.case) else {
        bail!(
            "a profile is of one case: say --nic, --driver and --case (as in the table: xdp_drop, transmit …)"
        );
    };
    let folder = machine::folder(workshop, nic);
    let mut watcher = Watcher::new(workshop, folder.clone(), true)?;
    let order =
        json!({ "nic": nic, "drivers": drivers, "case": case, "size": size, "records": records });
    let order = format!("run bench_profile {order}");
    let outcome = machine::run(workshop, nic, &drivers, &order, &mut watcher)?;
    if let Some(failed) = outcome.failed {
        return Err(Trouble::Failed(failed).into());
    }
    let packets = outcome
        .measured
        .first()
        .and_then(|one| one["packets"].as_u64());
    let packets = packets.context("the guest counted nothing")?;
    let listing = listing(workshop, &watcher, &outcome.watched)?;
    let report = Report::new(&watcher.counted()?, packets, &listing, &watcher.symbols)?;
    println!("{nic}, {driver}, {case}, {size} bytes, records {records}: {report}");
    let file = folder.join(format!("profile-{driver}-{case}-{size}-{records}.txt"));
    write_whole(&file, report.annotated())?;
    println!("every instruction: {}", file.display());
    Ok(())
}

/// The driver's code, where the guest has it.
fn listing(workshop: &Workshop, watcher: &Watcher<'_>, watched: &Value) -> Result<Listing> {
    let file = watcher.driver(watched)?;
    let path = file.to_string_lossy();
    let words = ["-d", "-l", "--no-show-raw-insn", "--demangle", &path];
    let text = workshop.ground.root.output("llvm-objdump-19", &words)?;
    let sections = Sections(watched);
    Ok(Listing::parse(&text, |section| sections.place(section)))
}
