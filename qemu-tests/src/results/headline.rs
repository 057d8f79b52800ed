// SPDX-License-Identifier: GPL-2.0

//! The figures in the project's README. Pure.
//!
//! Each is said with what it means and the command that measures it again. A figure that is not in the raw files is an error,
//! never an empty cell.

use anyhow::{Context, Result};
use serde_json::Value;

use super::storms::{self, grouped};
use super::Raw;
use crate::bench::{readers, table};

/// The NIC that the figures are of; the page has the other one.
const NIC: &str = "igb";
const CASE: &str = "xdp_drop";
const SIZE: u64 = 64;
const CHANGE: &str = "rxhash off";
/// Fields that the reader reads, and calls of the kernel's functions that give as many.
const FIELDS: u64 = 4;
const CALLS: u64 = 2;

/// Writes the table.
///
/// # Errors
///
/// When a figure was not measured.
pub fn markdown(raw: &Raw) -> Result<String> {
    let mut rows = Vec::new();
    if !raw.first.is_null() {
        rows.push(first(&raw.first).context("qemu-tests/results/first-run.json")?);
    }
    if !raw.tests.is_null() {
        rows.push(tests(&raw.tests).context("qemu-tests/results/tests.json")?);
    }
    rows.push(soak(&raw.soak).context("qemu-tests/results/soak.json")?);
    rows.push(receive(&raw.bench, &raw.own).context("qemu-tests/results/bench.json")?);
    let (bench, file) = match raw.bench.is_null() {
        false => (&raw.bench, "qemu-tests/results/bench.json"),
        true => (&raw.own, "qemu-tests/results/bench-own.json"),
    };
    rows.push(reading(bench).context(file)?);
    rows.push(change(bench).context(file)?);
    let mut text = String::from("| what | measured | repeat it |\n|---|---|---|\n");
    for [what, figure, command] in rows {
        text += &format!("| {what} | {figure} | `{command}` |\n");
    }
    Ok(text)
}

/// What readers made of a hundred thousand changes.
fn soak(soak: &Value) -> Result<[String; 3]> {
    let storms = soak["storms"].as_array().context("no storm")?;
    let storm = storms.iter().find(|storm| storm["nic"] == NIC);
    let storm = storm.context("no storm on igb")?;
    let count = |value: &Value| value.as_u64().context("no count");
    let packets = count(&storm["readers"]["late_bound"]["packets"])?;
    let frozen = count(&storm["readers"]["frozen"]["misparsed"])?;
    let mut wrong = 0;
    for (name, reader) in storm["readers"].as_object().context("no readers")? {
        for kind in ["misparsed", "stale", "missing", "lost"] {
            if name != storms::FROZEN {
                wrong += count(&reader[kind])?;
            }
        }
    }
    Ok([
        format!(
            "Records misread, stale, missing or lost in {} changes and {} packets, all readers but the frozen one",
            grouped(count(&storm["changes"])?),
            grouped(packets)
        ),
        format!(
            "{} (frozen: {} misread)",
            grouped(wrong),
            grouped(frozen)
        ),
        storms::command("soak", &soak["wanted"], Some(NIC)),
    ])
}

/// What somebody waits for who runs it for the first time.
fn first(file: &Value) -> Result<[String; 3]> {
    let run = &file["run"];
    let figure = |key: &str| run[key].as_f64().with_context(|| format!("no {key}"));
    Ok([
        "The first run, with an empty cache, on two processors; cargo has compiled the runner"
            .to_owned(),
        format!(
            "{:.1} minutes, {:.0} MB fetched, {:.1} GB kept",
            figure("seconds")? / 60.0,
            figure("fetched_megabytes")?,
            figure("cache_megabytes")? / 1000.0
        ),
        "cargo qemu demo".to_owned(),
    ])
}

/// What somebody waits for who runs everything.
fn tests(tests: &Value) -> Result<[String; 3]> {
    let seconds = tests["seconds"].as_f64().context("no time")?;
    let passed = tests["passed"].as_u64().context("no count")?;
    Ok([
        format!("All {} tests, on two processors", grouped(passed)),
        format!("{:.0} minutes", seconds / 60.0),
        "cargo qemu test".to_owned(),
    ])
}

/// The receive loop beside C, and what writing a record adds. On a kernel built for it too, if that was measured.
fn receive(bench: &Value, own: &Value) -> Result<[String; 3]> {
    let mut figures = Vec::new();
    for (kernel, file) in [
        ("Debian's kernel", bench),
        ("a kernel built for it, without mitigations", own),
    ] {
        if file.is_null() {
            continue;
        }
        let rows = file["rows"].as_array().context("no rows")?;
        let lines = table::lines(rows, NIC);
        let found = drop_line(&lines)?;
        figures.push(format!(
            "{kernel}: {:.0}, with a record {:.0}; C: {:.0}",
            instructions(found.ours)?,
            instructions(found.record)?,
            instructions(found.c)?
        ));
    }
    Ok([
        "Instructions for a packet that XDP drops, igb, without and with a record of four fields; the C driver's".to_owned(),
        figures.join("<br>"),
        "cargo qemu bench --nic igb --case xdp_drop".to_owned(),
    ])
}

/// What a program pays for reading.
fn reading(bench: &Value) -> Result<[String; 3]> {
    let figure = |way, count| {
        let row = readers::find(&bench["readers"], NIC, way, count).context("no reader")?;
        row["instructions_more"].as_f64().context("no figure")
    };
    Ok([
        "Reading four fields late-bound; two kfuncs that give as many".to_owned(),
        format!(
            "{} instructions; kfuncs: {}",
            figure("late_bound", FIELDS)?,
            figure("kfunc", CALLS)?
        ),
        "cargo qemu bench readers".to_owned(),
    ])
}

/// What a change takes.
fn change(bench: &Value) -> Result<[String; 3]> {
    let rows = bench["fence"].as_array().context("no changes")?;
    let row = rows
        .iter()
        .find(|row| row["nic"] == NIC && row["name"] == CHANGE);
    let row = row.with_context(|| format!("no change `{CHANGE}`"))?;
    let micro = |ns: &Value| Some(ns.as_f64()? / 1000.0);
    let took = micro(&row["ns"]["median"]).context("no time")?;
    Ok([
        "A change, `ethtool -K eth0 rxhash off`: time of the call if an instruction takes 1 ns"
            .to_owned(),
        format!("{took:.1} µs"),
        "cargo qemu bench fence".to_owned(),
    ])
}

fn instructions(row: Option<&Value>) -> Result<f64> {
    let figure = row.context("no row")?["instructions"].as_f64();
    figure.context("no figure")
}

fn drop_line<'a, 'b>(lines: &'b [table::Line<'a>]) -> Result<&'b table::Line<'a>> {
    let found = lines
        .iter()
        .find(|line| line.case == CASE && line.size == SIZE);
    found.with_context(|| format!("no row {CASE} of {SIZE} bytes on {NIC}"))
}
