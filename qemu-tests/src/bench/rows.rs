// SPDX-License-Identifier: GPL-2.0

//! What was counted, as rows of the result. Pure.
//!
//! A row's figure is all that the driver took for a burst, divided by its packets, in tenths of an instruction: the
//! median of all bursts. Turns of the
//! receive loop, where a program took times, are beside it.

use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};

use super::statistics::{Histogram, Summary};

/// Fewer bursts and turns than this say nothing.
pub const ENOUGH_BURSTS: u64 = 50;
const ENOUGH_TURNS: u64 = 1000;
/// The parts of a burst, in the plugin's order.
const PARTS: [&str; 4] = ["poll", "call", "deferred", "socket"];

/// The table's rows.
///
/// # Errors
///
/// When a row has too few samples or is not understood.
pub fn summaries(measured: &[Value]) -> Result<Vec<Value>> {
    of_kind(measured, "row").map(row).collect()
}

fn row(one: &Value) -> Result<Value> {
    let name = format!(
        "{} on {}: {}, {} bytes, records {}",
        one["driver"], one["nic"], one["case"], one["size"], one["records"]
    );
    let packets = one["packets"].as_u64().with_context(|| name.clone())?;
    let bursts = one["bursts"].as_array().with_context(|| name.clone())?;
    let each = |burst: u64| (burst * 10 + packets / 2) / packets;
    let mut all = Histogram::default();
    let mut parts = vec![Histogram::default(); PARTS.len()];
    let mut polls = Histogram::default();
    for burst in bursts {
        let figure = |part: usize, at: usize| {
            burst[part][at]
                .as_u64()
                .with_context(|| format!("{name}: not a burst: {burst}"))
        };
        let mut sum = 0;
        for (part, histogram) in parts.iter_mut().enumerate() {
            let time = figure(part, 0)?;
            histogram.add(each(time), 1);
            sum += time;
        }
        all.add(each(sum), 1);
        polls.add(figure(0, 1)?, 1);
    }
    let summary = enough(&all, ENOUGH_BURSTS, &name)?;
    let tenths = |figure: u64| figure as f64 / 10.0;
    let median = |histogram: &Histogram| histogram.summary().map_or(0, |summary| summary.median);
    let parts: serde_json::Map<String, Value> = PARTS
        .iter()
        .zip(&parts)
        .map(|(part, histogram)| ((*part).to_owned(), json!(tenths(median(histogram)))))
        .collect();
    let mut row = json!({
        "case": one["case"],
        "nic": one["nic"],
        "driver": one["driver"],
        "size": one["size"],
        "records": one["records"],
        "instructions": tenths(summary.median),
        "mode": tenths(summary.mode),
        "mode_share": summary.share(),
        "samples": summary.samples,
        "packets_of_sample": packets,
        "parts": parts,
        "polls_of_sample": median(&polls),
    });
    let turns = Histogram::from_json(&one["turns"]).with_context(|| name.clone())?;
    if turns.summary().is_some() {
        row["turn"] = enough(&turns, ENOUGH_TURNS, &name)?.json();
    }
    Ok(row)
}

/// The memory that an interface takes.
///
/// # Errors
///
/// When it is not understood.
pub fn memory(measured: &[Value]) -> Result<Vec<Value>> {
    let rows = of_kind(measured, "memory").map(|one| {
        let mut all: Vec<i64> = serde_json::from_value(one["bytes"].clone())?;
        let in_order = all.clone();
        all.sort_unstable();
        Ok(json!({
            "nic": one["nic"],
            "driver": one["driver"],
            "bytes": all.get(all.len() / 2),
            "all": in_order,
        }))
    });
    rows.collect()
}

fn of_kind<'a>(measured: &'a [Value], what: &'a str) -> impl Iterator<Item = &'a Value> {
    measured.iter().filter(move |one| one["what"] == what)
}

fn enough(histogram: &Histogram, enough: u64, name: &str) -> Result<Summary> {
    let summary = histogram
        .summary()
        .with_context(|| format!("{name}: nothing"))?;
    let samples = summary.samples;
    ensure!(samples >= enough, "{name}: {samples} samples are too few");
    Ok(summary)
}

#[cfg(test)]
mod tests {
    use super::{memory, summaries};
    use serde_json::{json, Value};

    fn measured(bursts: usize) -> Vec<Value> {
        let burst = json!([[1000, 3], [100, 2], [0, 0], [100, 10]]);
        vec![
            json!({
                "what": "row", "case": "xdp_drop", "nic": "igb", "driver": "c", "size": 64, "records": "off",
                "packets": 10, "bursts": vec![burst; bursts], "turns": [[90, 1500], [95, 10]],
            }),
            json!({ "what": "memory", "nic": "igb", "driver": "c", "bytes": [3, 9, 4] }),
        ]
    }

    #[test]
    fn a_row_is_what_a_burst_took_for_each_packet() {
        let rows = summaries(&measured(64)).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0]["instructions"], 120.0);
        assert_eq!(rows[0]["parts"]["socket"], 10.0);
        assert_eq!(rows[0]["polls_of_sample"], 3);
        assert_eq!(rows[0]["turn"]["median"], 90);
    }

    #[test]
    fn too_few_bursts_are_no_row() {
        let error = summaries(&measured(3)).unwrap_err().to_string();
        assert!(error.contains("3 samples are too few"), "{error}");
    }

    #[test]
    fn memory_has_a_median() {
        assert_eq!(memory(&measured(1)).unwrap()[0]["bytes"], 4);
    }
}
