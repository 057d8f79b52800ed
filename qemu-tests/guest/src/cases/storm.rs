// SPDX-License-Identifier: GPL-2.0

//! Storms as cases: everything changes at random, every reader looks at every packet, and none of them is wrong.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::case::{Case, Definition};
use crate::ctl;
use crate::storm::{self, Plan, Report};

pub(super) const CASES: &[Definition] = &[
    Definition::new("storm::every_reader", every_reader),
    Definition::new("storm::jumbo", jumbo),
    Definition::on("series", "storm::short", short),
];

/// What the host has run for `cargo qemu storm`.
pub(super) const ASKED: &[Definition] = &[Definition::new("storm", asked)];

fn plan(case: &Case<'_>) -> Plan {
    let number = |name: &str| case.args[name].as_u64();
    let usual = Plan::default();
    Plan {
        changes: number("changes").map_or(usual.changes, |n| n as u32),
        packets: number("packets").unwrap_or(usual.packets),
        longest: number("seconds").map_or(usual.longest, Duration::from_secs),
        seed: number("seed").unwrap_or(usual.seed),
        gap_us: number("gap_us").map_or(usual.gap_us, |n| n as u32),
        only: case.args["only"].as_str().unwrap_or("").to_owned(),
        jumbo: case.args["jumbo"].as_bool().unwrap_or(false),
    }
}

fn say(report: &Report) -> Result<()> {
    ctl::event(&json!({ "storm": report.to_json()? }));
    ctl::log(&report.to_json()?.to_string());
    Ok(())
}

fn every_reader(case: &mut Case<'_>) -> Result<()> {
    let plan = plan(case);
    in_full(case, &plan)
}

/// For kernels that run only a part of what there is.
fn short(case: &mut Case<'_>) -> Result<()> {
    let plan = Plan {
        changes: 200,
        packets: 10_000,
        ..plan(case)
    };
    in_full(case, &plan)
}

/// Most frames take several descriptors.
fn jumbo(case: &mut Case<'_>) -> Result<()> {
    let plan = Plan {
        changes: 600,
        packets: 20_000,
        jumbo: true,
        ..plan(case)
    };
    let bytes = case.eth.counter("rx_bytes")?;
    let packets = case.eth.counter("rx_packets")?;
    in_full(case, &plan)?;
    let bytes = case.eth.counter("rx_bytes")? - bytes;
    let packets = case.eth.counter("rx_packets")? - packets;
    case.ktap.check(
        "packets of several buffers, on average",
        bytes > 2048 * packets,
        format_args!("{bytes} bytes in {packets} packets"),
    );
    Ok(())
}

fn in_full(case: &mut Case<'_>, plan: &Plan) -> Result<()> {
    let report = storm::run(case, plan, say)?;
    judge(case, plan, &report);
    case.ktap.check(
        "as many changes as wanted",
        report.changes() >= plan.changes,
        report.changes(),
    );
    case.ktap.check(
        "as many packets as wanted",
        report.packets() >= plan.packets,
        report.packets(),
    );
    Ok(())
}

fn asked(case: &mut Case<'_>) -> Result<()> {
    let plan = plan(case);
    let report = storm::run(case, &plan, say)?;
    ctl::event(&json!({ "result": report.to_json()? }));
    judge(case, &plan, &report);
    Ok(())
}

/// None wrong but the one that must be.
fn judge(case: &mut Case<'_>, plan: &Plan, report: &Report) {
    for (name, row) in report.right() {
        let score = row.score;
        case.ktap.check(
            &format!("{name}: nothing misparsed, stale or missing"),
            (score.misparsed, score.stale, score.missing) == (0, 0, 0),
            score.to_json(),
        );
        case.ktap.equal(&format!("{name}: lost"), score.lost, 0);
        case.ktap
            .check(&format!("{name}: it read"), score.packets > 0, "nothing");
    }
    let frozen = report.frozen().score;
    case.ktap.check(
        "the oracle has teeth: frozen misparses",
        // Not every kind of change moves a field.
        frozen.misparsed > 0 || !plan.only.is_empty(),
        frozen.to_json(),
    );
    case.ktap.equal(
        "generations without an announcement, announced after their first packet, announcements out of order",
        (report.unannounced, report.late, report.out_of_order),
        (0, 0, 0),
    );
    case.ktap.check(
        "malformed frames were among the others",
        report.other >= report.packets() / 100,
        format_args!("{} of {}", report.other, report.packets()),
    );
    case.ktap.equal(
        "packets twice, with foreign metadata, damaged",
        report.odd,
        0,
    );
}
