// SPDX-License-Identifier: GPL-2.0

//! XDP verdicts in the driver, for programs that know nothing about records.

use anyhow::{Context, Result};
use serde_json::json;

use super::traffic::{numbers, sequence_numbers};
use crate::case::{Case, Definition};
use crate::eth::NAME;
use crate::programs::verdicts;
use crate::programs::Programs;
use crate::sys::packet::ALL;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("verdicts::pass", pass),
    Definition::new("verdicts::drop", drop_),
    Definition::new("verdicts::aborted", aborted),
    Definition::new("verdicts::unknown", unknown),
    Definition::new("verdicts::replace", replace),
    Definition::new("verdicts::attached_while_down", while_down),
];

/// Sends 400 frames through a program; the numbers that the stack gets.
fn through(case: &mut Case<'_>, program: &str, arrive: bool) -> Result<()> {
    // What no kernel knows counts as aborted.
    let counter = match program {
        "unknown" => "xdp_aborted".to_owned(),
        known => format!("xdp_{known}"),
    };
    let mut programs = Programs::load("verdict", false)?;
    programs.attach(program)?;
    let link = tools::line(&format!("ip link show dev {NAME}"))?;
    case.ktap.check(
        "it runs in the driver",
        link.contains("prog/xdp") && !link.contains("xdpgeneric"),
        &link,
    );
    let socket = case.eth.packets(ALL)?;
    let (rx, drops) = (
        case.eth.counter("rx_packets")?,
        case.eth.counter("rx_dropped")?,
    );
    // Kinds that the stack takes: what it has no use for would count as dropped, too.
    let mut sent = case.burst(json!({"count": 300, "l4": "mix", "vlan": "mix"}))?;
    sent.count += case
        .burst(json!({"count": 100, "l4": "arp", "vlan": "mix"}))?
        .count;
    if arrive {
        case.ktap.equal(
            "every frame arrives",
            sequence_numbers(&socket, sent)?,
            numbers(sent),
        );
    } else {
        socket.set_timeout(std::time::Duration::from_millis(300))?;
        let seen = sequence_numbers(&socket, sent)?;
        case.ktap
            .check("no frame arrives", seen.is_empty(), seen.len());
    }
    let (packets, with_metadata) = verdicts(&programs)?;
    case.ktap.equal("the program saw every frame", packets, 400);
    case.ktap
        .equal("none had metadata at the start", with_metadata, 0);
    case.ktap.equal(
        "rx_packets counts them",
        case.eth.counter("rx_packets")? - rx,
        400,
    );
    let want = if arrive { 0 } else { 400 };
    case.ktap.equal(
        "rx_dropped counts what did not pass",
        case.eth.counter("rx_dropped")? - drops,
        want,
    );
    let verdicts = [
        "xdp_pass",
        "xdp_drop",
        "xdp_tx",
        "xdp_redirect",
        "xdp_aborted",
    ];
    let counted = verdicts.map(queue_counter);
    for (name, counted) in verdicts.into_iter().zip(counted) {
        let want = if name == counter { 400 } else { 0 };
        case.ktap
            .equal(&format!("ethtool -S: {name}"), counted?, want);
    }
    programs.detach()?;
    let sent = case.burst(json!({"count": 100, "l4": "mix"}))?;
    case.ktap.equal(
        "without it frames arrive again",
        sequence_numbers(&socket, sent)?,
        numbers(sent),
    );
    Ok(())
}

/// A counter of the first queue.
fn queue_counter(name: &str) -> Result<u64> {
    let all = tools::line(&format!("ethtool -S {NAME}"))?;
    let line = all
        .lines()
        .find_map(|line| line.trim().strip_prefix(&format!("rx_queue_0_{name}:")));
    let number = line.with_context(|| format!("no {name} of queue 0 in\n{all}"))?;
    Ok(number.trim().parse()?)
}

fn pass(case: &mut Case<'_>) -> Result<()> {
    through(case, "pass", true)
}

fn drop_(case: &mut Case<'_>) -> Result<()> {
    through(case, "drop", false)
}

fn aborted(case: &mut Case<'_>) -> Result<()> {
    let trace = Trace::start()?;
    through(case, "aborted", false)?;
    case.ktap
        .equal("each raises xdp:xdp_exception", trace.count()?, 400);
    Ok(())
}

fn unknown(case: &mut Case<'_>) -> Result<()> {
    through(case, "unknown", false)
}

fn replace(case: &mut Case<'_>) -> Result<()> {
    let mut programs = Programs::load("verdict", false)?;
    case.burst(json!({"background": true, "count": 0, "l4": "mix", "gap_us": 300}))?;
    for program in ["pass", "drop", "aborted", "drop", "pass"] {
        programs.attach(program)?;
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let sent = case.stop()?;
    std::thread::sleep(std::time::Duration::from_millis(300));
    let (packets, _) = verdicts(&programs)?;
    // Those before the first program was attached and in none of its successors' gaps.
    case.ktap.check(
        "frames meet a program all the time",
        packets > 0 && packets <= u64::from(sent.count),
        packets,
    );
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 100, "l4": "mix"}))?;
    case.ktap.equal(
        "the last one passes",
        sequence_numbers(&socket, sent)?,
        numbers(sent),
    );
    Ok(())
}

fn while_down(case: &mut Case<'_>) -> Result<()> {
    case.eth.down()?;
    let mut programs = Programs::load("verdict", false)?;
    programs.attach("drop")?;
    case.eth.up()?;
    case.burst(json!({"count": 200, "l4": "mix"}))?;
    std::thread::sleep(std::time::Duration::from_millis(300));
    case.ktap.equal(
        "it sees every frame after the start",
        verdicts(&programs)?.0,
        200,
    );
    case.eth.down()?;
    programs.detach()?;
    case.eth.up()?;
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 100, "l4": "mix"}))?;
    case.ktap.equal(
        "detached while down",
        sequence_numbers(&socket, sent)?,
        numbers(sent),
    );
    Ok(())
}

/// Counts a trace event.
struct Trace;

const EVENT: &str = "/sys/kernel/tracing/events/xdp/xdp_exception";

impl Trace {
    fn start() -> Result<Self> {
        tools::write("/sys/kernel/tracing/trace", "")?;
        tools::write(&format!("{EVENT}/enable"), "1")?;
        Ok(Self)
    }

    fn count(&self) -> Result<usize> {
        let trace = tools::read("/sys/kernel/tracing/trace")?;
        Ok(trace
            .lines()
            .filter(|line| line.contains("xdp_exception:"))
            .count())
    }
}
