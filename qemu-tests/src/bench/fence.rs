// SPDX-License-Identifier: GPL-2.0

//! What each kind of change takes, and how soon a record of the new layout follows. Pure.
//!
//! Instructions are all that the kernel executes between two samples around the call, less what it executes with no call in
//! between. Time is that of the same machine: a nanosecond for each instruction, user space's too, and what the call slept.

use std::fmt::Write as _;

use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};

use super::statistics::{Histogram, Summary};
use super::NICS;

/// Fewer calls and packets than this say nothing.
const ENOUGH_CALLS: u64 = 100;
const ENOUGH_FIRSTS: u64 = 20;
/// The plugin's pair of numbers of which the second is all instructions of the kernel.
const REST: usize = 4;
/// What is measured to be taken off.
const BARE: &str = "no call";

/// A row for each change.
///
/// # Errors
///
/// When there are too few samples, or a call was not always of as many generations.
pub fn summaries(measured: &[Value]) -> Result<Vec<Value>> {
    let kind = |what: &'static str| measured.iter().filter(move |one| one["what"] == what);
    let mut rows = Vec::new();
    for call in kind("call").filter(|one| one["name"] != BARE) {
        let is_of_nic = |one: &&Value| one["nic"] == call["nic"];
        let bare = kind("call").find(|one| is_of_nic(one) && one["name"] == BARE);
        let bare = instructions(bare.context("nothing to take off")?, 0)?.median;
        let times = Histogram::from_json(&call["histogram"]).context("no times")?;
        let generations = Histogram::from_json(&call["generations"]);
        let generations = generations.and_then(|one| one.summary());
        let generations = generations.context("no generations")?;
        ensure!(
            generations.mode_share >= 1.0,
            "{} on {} is not always of as many generations",
            call["name"],
            call["nic"]
        );
        let mut row = json!({
            "nic": call["nic"],
            "name": call["name"],
            "generations": generations.median,
            "instructions": instructions(call, bare)?.json(),
            "ns": enough(&times, ENOUGH_CALLS, call)?.json(),
        });
        let first = kind("first").find(|one| is_of_nic(one) && one["name"] == call["name"]);
        if let Some(first) = first {
            let after = Histogram::from_json(&first["histogram"]).context("no packets")?;
            row["first_record_ns"] = enough(&after, ENOUGH_FIRSTS, first)?.json();
            row["first_record_ns"]["longest"] = json!(after.largest());
            row["first_record_ns"]["seen_before_return"] = first["already"].clone();
            row["first_record_ns"]["packets_every_ns"] = first["gap_ns"].clone();
        }
        rows.push(row);
    }
    Ok(rows)
}

/// What the kernel executed for a call.
fn instructions(call: &Value, bare: u64) -> Result<Summary> {
    let samples = call["bursts"].as_array().context("no samples")?;
    let mut all = Histogram::default();
    // The others are what was done in between.
    for sample in samples.iter().skip(1).step_by(2) {
        let figure = sample[REST][1].as_u64();
        let figure = figure.with_context(|| format!("not a sample: {sample}"))?;
        all.add(figure.saturating_sub(bare), 1);
    }
    enough(&all, ENOUGH_CALLS, call)
}

fn enough(histogram: &Histogram, enough: u64, of: &Value) -> Result<Summary> {
    let name = format!("{} on {}", of["name"], of["nic"]);
    let summary = histogram
        .summary()
        .with_context(|| format!("{name}: nothing"))?;
    let samples = summary.samples;
    ensure!(samples >= enough, "{name}: {samples} samples are too few");
    Ok(summary)
}

/// Writes the table: a row for each change, with columns for each NIC that was measured.
pub fn table(text: &mut String, rows: &Value) {
    let rows = rows.as_array().map_or(&[][..], Vec::as_slice);
    let nics: Vec<&str> = NICS
        .into_iter()
        .filter(|nic| rows.iter().any(|row| row["nic"] == *nic))
        .collect();
    if nics.is_empty() {
        return;
    }
    text.push_str("\n| change, from the call to its return |");
    for nic in &nics {
        // Writing to a string does not fail.
        let _ = write!(
            text,
            " generations, {nic} | instructions | µs | to the first packet after, median and longest, µs |"
        );
    }
    let _ = writeln!(text, "\n|---|{}", "--:|--:|--:|--:|".repeat(nics.len()));
    let mut names: Vec<&Value> = Vec::new();
    for row in rows {
        if !names.contains(&&row["name"]) {
            names.push(&row["name"]);
        }
    }
    for name in names {
        let _ = write!(text, "| {} |", name.as_str().unwrap_or_default());
        for nic in &nics {
            let is_it = |row: &&Value| row["nic"] == *nic && row["name"] == *name;
            match rows.iter().find(is_it) {
                Some(row) => cells(text, row),
                None => text.push_str("  |  |  |  |"),
            }
        }
        text.push('\n');
    }
}

fn cells(text: &mut String, row: &Value) {
    let micro = |ns: &Value| ns.as_f64().unwrap_or(f64::NAN) / 1000.0;
    let first = &row["first_record_ns"];
    let first = if first.is_null() {
        "none may come".to_owned()
    } else {
        let (median, longest) = (micro(&first["median"]), micro(&first["longest"]));
        format!("{median:.0}, {longest:.0}")
    };
    let (generations, instructions) = (&row["generations"], &row["instructions"]["median"]);
    let took = micro(&row["ns"]["median"]);
    let _ = write!(
        text,
        " {generations} | {instructions} | {took:.1} | {first} |"
    );
}

#[cfg(test)]
mod tests {
    use super::{summaries, table};
    use serde_json::{json, Value};

    fn call(name: &str, instructions: u64, generations: Value) -> Value {
        let sample = |all: u64| json!([[0, 0], [0, 0], [0, 0], [0, 0], [0, all]]);
        let samples: Vec<Value> = (0..101)
            .flat_map(|_| [sample(999_999), sample(instructions)])
            .collect();
        json!({ "what": "call", "nic": "igb", "name": name, "bursts": samples, "histogram": [[34_000, 101]],
                "generations": generations })
    }

    #[test]
    fn a_call_is_what_it_took_without_the_samples() {
        let first = json!({ "what": "first", "nic": "igb", "name": "rxhash off", "gap_ns": 200_000, "already": 2,
                            "histogram": [[90_000, 19], [150_000, 1]] });
        let measured = [
            call("no call", 300, json!([[0, 101]])),
            call("rxhash off", 30_300, json!([[1, 101]])),
            first,
        ];
        let rows = json!(summaries(&measured).unwrap());
        let mut text = String::new();
        table(&mut text, &rows);
        let line = "| rxhash off | 1 | 30000 | 34.0 | 90, 150 |\n";
        assert!(text.contains(line), "{text}");
    }

    #[test]
    fn a_change_has_always_as_many_generations() {
        let measured = [
            call("no call", 300, json!([[0, 101]])),
            call("rxhash off", 30_300, json!([[0, 1], [1, 100]])),
        ];
        assert!(summaries(&measured).is_err());
    }
}
