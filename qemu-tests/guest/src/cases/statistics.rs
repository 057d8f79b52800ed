// SPDX-License-Identifier: GPL-2.0

//! The standard counters are exact.

use anyhow::Result;
use serde_json::json;

use super::traffic::sequence_numbers;
use crate::case::{Case, Definition};
use crate::eth::EXPERIMENT;
use crate::sys::packet::ALL;

pub(super) const CASES: &[Definition] = &[
    Definition::new("statistics::exact", exact),
    Definition::new("statistics::survive_down", survive_down),
];

fn exact(case: &mut Case<'_>) -> Result<()> {
    const NAMES: [&str; 4] = ["rx_packets", "rx_bytes", "tx_packets", "tx_bytes"];
    let read = |case: &Case<'_>| NAMES.map(|name| case.eth.counter(name).unwrap_or(0));
    // UDP over IPv4 with a payload of 100 bytes.
    let len = 14 + 20 + 8 + 100;
    let socket = case.eth.packets(ALL)?;
    let before = read(case);
    let sent = case.burst(json!({"count": 777, "payload": 100}))?;
    sequence_numbers(&socket, sent)?;
    let out = case.eth.packets(EXPERIMENT)?;
    for number in 0..55 {
        out.send(&case.eth.numbered(number, 200)?)?;
    }
    std::thread::sleep(std::time::Duration::from_millis(200));
    let after = read(case);
    let want = [777, 777 * len, 55, 55 * 200];
    for ((name, want), (before, after)) in NAMES.iter().zip(want).zip(before.into_iter().zip(after))
    {
        case.ktap.equal(name, after - before, want);
    }
    for name in [
        "rx_errors",
        "rx_dropped",
        "tx_errors",
        "tx_dropped",
        "rx_length_errors",
        "collisions",
    ] {
        case.ktap.equal(name, case.eth.counter(name)?, 0);
    }
    Ok(())
}

fn survive_down(case: &mut Case<'_>) -> Result<()> {
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 200}))?;
    sequence_numbers(&socket, sent)?;
    let before = case.eth.counter("rx_packets")?;
    case.eth.down()?;
    case.ktap.check(
        "counters stay when down",
        case.eth.counter("rx_packets")? >= before,
        before,
    );
    case.eth.up()?;
    case.ktap.check(
        "counters stay when up again",
        case.eth.counter("rx_packets")? >= before,
        before,
    );
    Ok(())
}
