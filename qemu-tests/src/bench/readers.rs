// SPDX-License-Identifier: GPL-2.0

//! What reading metadata costs for each packet, in BPF instructions and in all of the guest's. Pure.
//!
//! Both are counted while packets come in. A figure is the median burst by its packets, less that of the program which reads
//! nothing: it has what the driver's program calls in it, the kernel's functions included.

use std::fmt::Write as _;

use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};

use super::rows::ENOUGH_BURSTS;
use super::statistics::Histogram;
use super::NICS;

/// The plugin's parts of a burst that are instructions of the driver.
const PARTS: usize = 4;
/// Ways to read, with what a reader's number counts.
const WAYS: [(&str, &str); 4] = [
    ("late_bound", "late-bound, fields"),
    ("claimed", "late-bound, claimed and released, fields"),
    ("exact", "exact, fields"),
    ("kfunc", "kfuncs, calls"),
];
/// The largest number of a reader.
const MOST: u64 = 6;
/// What is to cost less than what: a late-bound reader of four fields, two kfuncs, which give as many.
const GOAL: [(&str, u64); 2] = [("late_bound", 4), ("kfunc", 2)];

/// The readers' rows.
///
/// # Errors
///
/// When a reader has too few samples or is not understood.
pub fn summaries(measured: &[Value]) -> Result<Vec<Value>> {
    let readers = measured.iter().filter(|one| one["what"] == "reader");
    let mut rows: Vec<Value> = readers.map(row).collect::<Result<_>>()?;
    for nic in NICS {
        let of_nic = |row: &&Value| row["nic"] == nic;
        let is_base = |row: &&Value| of_nic(row) && row["way"] == "nothing";
        let Some(base) = rows.iter().find(is_base).cloned() else {
            continue;
        };
        for row in rows.iter_mut().filter(|row| of_nic(&&**row)) {
            for (all, more) in [
                ("bpf_instructions", "bpf_more"),
                ("instructions", "instructions_more"),
            ] {
                let figure = |row: &Value| row[all].as_f64().context("no figure");
                row[more] = json!(tenths(figure(row)? - figure(&base)?));
            }
        }
    }
    Ok(rows)
}

fn row(one: &Value) -> Result<Value> {
    let name = format!("{} {} on {}", one["way"], one["count"], one["nic"]);
    let packets = one["packets"].as_u64().with_context(|| name.clone())?;
    let bursts = one["bursts"].as_array().with_context(|| name.clone())?;
    let (mut all, mut steps) = (Histogram::default(), Histogram::default());
    for burst in bursts {
        let figure = |part: usize| {
            let figure = burst[part][0].as_u64();
            figure.with_context(|| format!("{name}: not a burst: {burst}"))
        };
        let parts: Vec<u64> = (0..PARTS).map(figure).collect::<Result<_>>()?;
        all.add(parts.iter().sum(), 1);
        steps.add(figure(PARTS)?, 1);
    }
    let each = |histogram: &Histogram| -> Result<f64> {
        let summary = histogram.summary().context("no burst")?;
        ensure!(
            summary.samples >= ENOUGH_BURSTS,
            "{name}: {} samples are too few",
            summary.samples
        );
        Ok(tenths(summary.median as f64 / packets as f64))
    };
    Ok(json!({
        "nic": one["nic"],
        "way": one["way"],
        "count": one["count"],
        "samples": bursts.len(),
        "packets_of_sample": packets,
        "bpf_instructions": each(&steps)?,
        "instructions": each(&all)?,
    }))
}

fn tenths(figure: f64) -> f64 {
    (figure * 10.0).round() / 10.0
}

/// Writes the table: a row for each reader, with columns for each NIC that was measured.
pub fn table(text: &mut String, rows: &Value) {
    let nics = nics(rows);
    if nics.is_empty() {
        return;
    }
    text.push_str("\n| reading, for each packet, beyond a program that reads nothing |");
    for nic in &nics {
        // Writing to a string does not fail.
        let _ = write!(text, " BPF instructions, {nic} | guest instructions |");
    }
    let _ = writeln!(text, "\n|---|{}", "--:|--:|".repeat(nics.len()));
    for (way, name) in WAYS {
        for count in 0..=MOST {
            let found: Vec<_> = nics.iter().map(|nic| find(rows, nic, way, count)).collect();
            if found.iter().all(Option::is_none) {
                continue;
            }
            let _ = write!(text, "| {name}: {count} |");
            for row in found {
                let figure = |key: &str| row.map_or_else(String::new, |row| row[key].to_string());
                let (bpf, all) = (figure("bpf_more"), figure("instructions_more"));
                let _ = write!(text, " {bpf} | {all} |");
            }
            text.push('\n');
        }
    }
}

/// Says for each NIC whether the goal is met.
pub fn goal(rows: &Value) -> String {
    let mut text = String::new();
    for nic in nics(rows) {
        let figure = |(way, count)| find(rows, nic, way, count)?["instructions_more"].as_f64();
        if let (Some(late), Some(calls)) = (figure(GOAL[0]), figure(GOAL[1])) {
            let met = if late < calls { "met" } else { "missed" };
            let _ = writeln!(
                text,
                "{nic}: late-bound, 4 fields: {late}; 2 kfunc calls, which give as many: {calls}; the goal (less) is {met}"
            );
        }
    }
    text
}

/// Finds the row of one reader on one NIC.
pub fn find<'a>(rows: &'a Value, nic: &str, way: &str, count: u64) -> Option<&'a Value> {
    let is_it = |row: &&Value| row["nic"] == nic && row["way"] == way && row["count"] == count;
    rows.as_array()?.iter().find(is_it)
}

fn nics(rows: &Value) -> Vec<&'static str> {
    let measured = |nic: &&str| {
        let rows = rows.as_array().into_iter().flatten();
        rows.into_iter().any(|row| row["nic"] == **nic)
    };
    NICS.into_iter().filter(measured).collect()
}

#[cfg(test)]
mod tests {
    use super::{goal, summaries, table};
    use serde_json::{json, Value};

    fn reader(way: &str, count: u64, all: u64, steps: u64) -> Value {
        let burst = json!([[all, 1], [0, 0], [0, 0], [0, 0], [steps, 99_999]]);
        json!({ "what": "reader", "nic": "igb", "way": way, "count": count, "packets": 10, "bursts": vec![burst; 64] })
    }

    fn text(late: u64) -> String {
        let rows = summaries(&[
            reader("nothing", 0, 1000, 20),
            reader("late_bound", 4, late, 520),
            reader("kfunc", 2, 1700, 220),
        ]);
        let mut text = String::new();
        let rows = json!(rows.unwrap());
        table(&mut text, &rows);
        text + &goal(&rows)
    }

    #[test]
    fn a_figure_is_what_is_more_than_nothing() {
        let text = text(1605);
        for line in [
            "| late-bound, fields: 4 | 50.0 | 60.5 |\n",
            "| kfuncs, calls: 2 | 20.0 | 70.0 |\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }

    #[test]
    fn the_goal_is_met_by_less_only() {
        assert!(text(1690).contains("the goal (less) is met"));
        assert!(text(1700).contains("the goal (less) is missed"));
    }

    #[test]
    fn a_nic_has_its_own_columns() {
        let row = |nic: &str, count: u64, more: f64| json!({ "nic": nic, "way": "exact", "count": count, "bpf_more": 5.0, "instructions_more": more });
        let rows = json!([
            row("e1000e", 1, 8.0),
            row("igb", 1, 9.0),
            row("igb", 2, 15.0)
        ]);
        let mut text = String::new();
        table(&mut text, &rows);
        for line in [
            "| exact, fields: 1 | 5.0 | 9.0 | 5.0 | 8.0 |\n",
            "| exact, fields: 2 | 5.0 | 15.0 |  |  |\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }

    #[test]
    fn too_few_bursts_are_no_row() {
        let mut few = reader("exact", 1, 10, 10);
        few["bursts"] = json!([few["bursts"][0]]);
        assert!(summaries(&[few]).is_err());
    }
}
