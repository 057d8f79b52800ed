// SPDX-License-Identifier: GPL-2.0

//! Where the time of a test run went: a file for machines, a table for people.
//!
//! Cases run side by side, so the times of all of them add up to more than the run's. What must never happen: a kind of work that takes
//! time and is in neither, so what is built, booted and packed is listed beside the cases.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{json, Value};

use crate::lane::LANES;
use crate::lock::write_whole;
use crate::report::{self, Outcome, Report};
use crate::timing::{Done, Part};

/// How many of the longest are listed.
const LONGEST: usize = 20;

/// What there is to know of a run besides its results.
#[derive(Debug)]
pub struct Run<'a> {
    /// The kernel of the machines.
    pub kernel: &'a str,
    /// What could run side by side, in halves of processors.
    pub slots: u32,
    /// From the begin to the end.
    pub time: Duration,
    /// What took time besides cases, and each job.
    pub ledger: (Vec<Part>, Vec<Done>),
}

/// Writes the file for machines.
///
/// # Errors
///
/// When it cannot be written.
pub fn write_json(path: &Path, report: &Report, run: &Run<'_>) -> Result<()> {
    report::write_json(path, &value(report, run))
}

/// Writes both files into a folder.
///
/// # Errors
///
/// When one of them cannot be written.
pub fn record(dir: &Path, report: &Report, run: &Run<'_>) -> Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let value = value(report, run);
    write_whole(&dir.join("tests.md"), markdown(&value))?;
    crate::results::keep(&dir.join("tests.json"), &value)
}

fn value(report: &Report, run: &Run<'_>) -> Value {
    let (parts, jobs) = &run.ledger;
    let mut value = json!({
        "kernel": run.kernel,
        "processors": run.slots / 2,
        "seconds": seconds(run.time),
    });
    let jobs = jobs.iter().map(|job| {
        json!({
            "name": job.name,
            "load": job.load.name(),
            "seconds": seconds(job.time),
            "machines_seconds": seconds(job.machines),
        })
    });
    let built = parts
        .iter()
        .map(|part| json!({ "kind": part.kind, "name": part.name, "seconds": seconds(part.time) }));
    value["kinds"] = kinds(&report.outcomes, parts);
    value["parts"] = built.collect();
    value["jobs"] = jobs.collect();
    if let (Some(value), Value::Object(results)) = (value.as_object_mut(), report.to_json()) {
        value.extend(results);
    }
    value
}

/// Numbers and times by kind; those of cases first.
fn kinds(outcomes: &[Outcome], parts: &[Part]) -> Value {
    let mut of_cases: BTreeMap<String, (u32, Duration)> = BTreeMap::new();
    let mut of_parts = of_cases.clone();
    let add = |to: &mut BTreeMap<_, (u32, Duration)>, kind: String, time| {
        let entry = to.entry(kind).or_default();
        *entry = (entry.0 + 1, entry.1 + time);
    };
    for outcome in outcomes {
        add(&mut of_cases, kind(&outcome.name), outcome.time);
    }
    for part in parts {
        add(&mut of_parts, format!("({})", part.kind), part.time);
    }
    let rows = of_cases.into_iter().chain(of_parts);
    rows.map(
        |(kind, (count, time))| json!({ "kind": kind, "count": count, "seconds": seconds(time) }),
    )
    .collect()
}

/// What a case is: its lane, or what its name begins with; the kernel tree's tests by their NIC.
fn kind(name: &str) -> String {
    let mut words = name.split("::");
    let first = words.next().unwrap_or_default();
    match (first, words.next()) {
        (lane, _) if LANES.iter().any(|known| known.name == lane) => format!("lane {lane}"),
        ("upstream" | "control", Some(nic)) => format!("{first} {nic}"),
        _ => first.to_owned(),
    }
}

fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}

/// The table for people, from the file for machines.
pub fn markdown(value: &Value) -> String {
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().replace('|', "\\|");
    let mut out = format!(
        "# Where the time of `cargo qemu test` goes\n\n\
         {} on {} processors, {}: {} passed, {} failed, {} skipped. Made by `cargo qemu test --record`; \
         `tests.json` has every case.\n\n\
         Times of cases that ran side by side are added up. What is in brackets is no case.\n\n\
         | kind | number | seconds |\n|---|--:|--:|\n",
        minutes(number(&value["seconds"])),
        value["processors"],
        text(&value["kernel"]),
        value["passed"],
        value["failed"],
        value["skipped"],
    );
    let rows = |key: &str| value[key].as_array().cloned().unwrap_or_default();
    for row in rows("kinds") {
        let (kind, seconds) = (text(&row["kind"]), number(&row["seconds"]));
        let _ = writeln!(out, "| {kind} | {} | {seconds:.0} |", row["count"]);
    }
    out.push_str("\n## What is built, booted and packed\n\n| what | seconds |\n|---|--:|\n");
    for row in longest(rows("parts")) {
        let (kind, name) = (text(&row["kind"]), text(&row["name"]));
        let _ = writeln!(out, "| {kind}: {name} | {:.1} |", number(&row["seconds"]));
    }
    out.push_str("\n## The longest cases\n\n| case | seconds |\n|---|--:|\n");
    for row in longest(rows("cases")) {
        let name = text(&row["name"]);
        let _ = writeln!(out, "| `{name}` | {:.1} |", number(&row["seconds"]));
    }
    out
}

fn longest(mut rows: Vec<Value>) -> Vec<Value> {
    let time = |row: &Value| row["seconds"].as_f64().unwrap_or_default();
    rows.sort_by(|a, b| time(b).total_cmp(&time(a)));
    rows.truncate(LONGEST);
    rows
}

fn minutes(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::{kind, markdown, record, value, Run};
    use crate::report::{Outcome, Report, Verdict};
    use crate::schedule::load::Load;
    use crate::timing::{Done, Part};
    use std::time::Duration;

    fn report() -> Report {
        let case = |name: &str, seconds| Outcome {
            name: name.into(),
            verdict: Verdict::Passed,
            time: Duration::from_secs(seconds),
            message: String::new(),
        };
        Report {
            outcomes: vec![
                case("e1000e::a::b", 3),
                case("e1000e::a::c", 4),
                case("upstream::igb::ping::x", 5),
                case("host::meta_core::y", 1),
            ],
        }
    }

    fn run() -> Run<'static> {
        let part = Part {
            kind: "boot",
            name: "igb".into(),
            time: Duration::from_secs(21),
        };
        let job = Done {
            name: "e1000e::a::b".into(),
            load: Load::Light,
            time: Duration::from_secs(3),
            machines: Duration::from_secs(1),
        };
        Run {
            kernel: "Linux 7.3.4",
            slots: 4,
            time: Duration::from_secs(125),
            ledger: (vec![part], vec![job]),
        }
    }

    #[test]
    fn kinds_are_lanes_and_what_is_not_of_a_lane() {
        assert_eq!(kind("igb-pair::streams::udp"), "lane igb-pair");
        assert_eq!(kind("upstream::igb::ping::a"), "upstream igb");
        assert_eq!(kind("pins::clippy"), "pins");
    }

    #[test]
    fn everything_that_took_time_is_in_both() {
        let value = value(&report(), &run());
        assert_eq!(value["passed"], 4);
        assert_eq!(value["jobs"][0]["machines_seconds"], 1.0);
        assert_eq!(value["cases"].as_array().unwrap().len(), 4);
        let text = markdown(&value);
        for part in [
            "2 min 05 s on 2 processors, Linux 7.3.4: 4 passed, 0 failed, 0 skipped",
            "| lane e1000e | 2 | 7 |",
            "| upstream igb | 1 | 5 |",
            "| (boot) | 1 | 21 |",
            "| boot: igb | 21.0 |",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let longest = text.split("## The longest cases").nth(1).unwrap();
        let at = |name: &str| longest.find(name).unwrap();
        assert!(at("upstream::") < at("e1000e::a::c") && at("e1000e::a::c") < at("e1000e::a::b"));
    }

    #[test]
    fn the_files_are_written() {
        let dir = std::env::temp_dir().join(format!("rnic-results-{}", std::process::id()));
        record(&dir, &report(), &run()).unwrap();
        let json = std::fs::read_to_string(dir.join("tests.json")).unwrap();
        let table = std::fs::read_to_string(dir.join("tests.md")).unwrap();
        std::fs::remove_dir_all(&dir).unwrap();
        assert_eq!(table, markdown(&serde_json::from_str(&json).unwrap()));
    }
}
