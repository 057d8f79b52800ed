// SPDX-License-Identifier: GPL-2.0

//! Verdicts that send a packet somewhere else: back, to another interface, to another processor.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::queues::set_channels;
use super::traffic::{numbers, sequence_numbers};
use crate::case::{Case, Definition};
use crate::eth::EXPERIMENT;
use crate::experiment::{captured, difference, incoming, statistic, turned};
use crate::programs::Programs;
use crate::sys::bpf::program;
use crate::sys::packet::{Packet, ALL};
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("xdp_actions::send_back", send_back),
    Definition::new("xdp_actions::send_back_longer", send_back_longer),
    Definition::new("xdp_actions::redirect_out_of_itself", redirect_out),
    Definition::new("xdp_actions::redirect_to_veth", redirect_to_veth),
    Definition::new("xdp_actions::redirect_from_veth", redirect_from_veth),
    Definition::new("xdp_actions::redirect_to_nowhere", redirect_to_nowhere),
    Definition::new("xdp_actions::redirect_to_processor", redirect_to_processor),
    Definition::new("xdp_actions::statistics", statistics),
    Definition::new("xdp_actions::replace_under_traffic", replace_under_traffic),
];

/// Words of `struct counters` in `actions.bpf.c`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counters {
    /// Packets of the program that is attached.
    pub(super) here: u64,
    /// Packets of the second program.
    pub(super) elsewhere: u64,
    /// Processors that it ran on, as bits.
    pub(super) processors: u64,
    /// Packets with a claimed record.
    pub(super) claimed: u64,
}

impl Counters {
    pub(super) fn read(programs: &Programs) -> Result<Self> {
        let bytes = programs.map("counters", 32)?.get(0)?;
        let word = |at: usize| bytes[8 * at..8 * at + 8].try_into().map(u64::from_ne_bytes);
        Ok(Self {
            here: word(0)?,
            elsewhere: word(1)?,
            processors: word(2)?,
            claimed: word(3)?,
        })
    }

    pub(super) fn clear(programs: &Programs) -> Result<()> {
        Ok(programs.map("counters", 32)?.set(0, &[0; 32])?)
    }
}

const LENGTHS: [usize; 8] = [60, 61, 64, 127, 128, 999, 1513, 1514];

/// Frames of many lengths from the host, more of them than a ring has descriptors.
fn many(case: &Case<'_>) -> Result<Vec<Vec<u8>>> {
    (0..600_u32)
        .map(|n| incoming(case.eth, n, LENGTHS[n as usize % LENGTHS.len()]))
        .collect()
}

/// Sends frames here and compares what comes back with what has to.
fn come_back(
    case: &mut Case<'_>,
    what: &str,
    frames: &[Vec<u8>],
    change: impl Fn(&[u8]) -> Vec<u8>,
) -> Result<()> {
    case.captured(EXPERIMENT)?;
    // Not more at a time than the ring has room for, as a transmit ring may be full when a receive ring is not.
    let mut got = Vec::new();
    for batch in frames.chunks(60) {
        case.raw(batch)?;
        got.extend(captured(case, batch.len())?);
    }
    let want: Vec<Vec<u8>> = frames.iter().map(|frame| change(frame)).collect();
    let difference = difference(&got, &want);
    case.ktap
        .check(what, difference.is_none(), difference.unwrap_or_default());
    Ok(())
}

fn send_back(case: &mut Case<'_>) -> Result<()> {
    let mut programs = Programs::load("actions", false)?;
    programs.attach("send_back")?;
    let (sent, counted) = (case.eth.counter("tx_packets")?, statistic("rx_xdp_tx")?);
    let frames = many(case)?;
    come_back(case, "every frame comes back, in order", &frames, turned)?;
    std::thread::sleep(Duration::from_millis(100));
    case.ktap
        .equal("the program saw each", Counters::read(&programs)?.here, 600);
    case.ktap
        .equal("rx_xdp_tx", statistic("rx_xdp_tx")? - counted, 600);
    case.ktap
        .equal("tx_packets", case.eth.counter("tx_packets")? - sent, 600);
    case.ktap.equal("tx_xdp", statistic("tx_xdp")?, 600);
    case.ktap
        .equal("none found the ring full", statistic("tx_xdp_full")?, 0);
    Ok(())
}

fn send_back_longer(case: &mut Case<'_>) -> Result<()> {
    let mut programs = Programs::load("actions", false)?;
    programs.attach("send_back_longer")?;
    let frames = (0..200_u32)
        .map(|n| incoming(case.eth, n, 60 + n as usize))
        .collect::<Result<Vec<_>>>()?;
    let longer = |frame: &[u8]| {
        let frame = turned(frame);
        [&frame[..14], &[0xee; 8], &frame[14..]].concat()
    };
    come_back(case, "each with eight bytes more", &frames, longer)
}

fn redirect_out(case: &mut Case<'_>) -> Result<()> {
    let mut programs = Programs::load("actions", false)?;
    programs
        .map("ports", 4)?
        .set(0, &case.eth.ifindex()?.to_ne_bytes())?;
    programs.attach("to_port")?;
    let before = statistic("rx_xdp_redirect")?;
    let frames = many(case)?;
    come_back(
        case,
        "every frame leaves by the interface's own ndo_xdp_xmit, in order",
        &frames,
        turned,
    )?;
    case.ktap.equal(
        "rx_xdp_redirect",
        statistic("rx_xdp_redirect")? - before,
        600,
    );
    Ok(())
}

/// A pair of virtual interfaces; the index of the first one, and a socket at the second.
fn veth() -> Result<(u32, Packet)> {
    tools::line("ip link add v0 type veth peer name v1")?;
    // A veth takes frames when its peer has something that polls for them.
    tools::line("ethtool -K v1 gro on")?;
    for name in ["v0", "v1"] {
        tools::line(&format!("ip link set dev {name} up"))?;
    }
    let index = |name: &str| -> Result<u32> {
        Ok(tools::read(&format!("/sys/class/net/{name}/ifindex"))?.parse()?)
    };
    Ok((index("v0")?, Packet::open(index("v1")?, EXPERIMENT)?))
}

fn redirect_to_veth(case: &mut Case<'_>) -> Result<()> {
    let (v0, at_v1) = veth()?;
    let mut programs = Programs::load("actions", false)?;
    programs.map("ports", 4)?.set(0, &v0.to_ne_bytes())?;
    programs.attach("to_port")?;
    let frames = many(case)?;
    let mut got = Vec::new();
    for batch in frames.chunks(60) {
        case.raw(batch)?;
        for _ in batch {
            got.extend(at_v1.receive()?.map(|frame| frame.bytes));
        }
    }
    let want: Vec<Vec<u8>> = frames.iter().map(|frame| turned(frame)).collect();
    let difference = difference(&got, &want);
    case.ktap.check(
        "every frame arrives at the other interface, in order",
        difference.is_none(),
        difference.unwrap_or_default(),
    );
    Ok(())
}

/// The other way: frames that another interface's program sends out of this one.
fn redirect_from_veth(case: &mut Case<'_>) -> Result<()> {
    let (_, at_v1) = veth()?;
    let programs = Programs::load("actions", false)?;
    programs
        .map("ports", 4)?
        .set(0, &case.eth.ifindex()?.to_ne_bytes())?;
    let pin = programs.pin("to_port");
    tools::line(&format!(
        "ip link set dev v0 xdpdrv pinned {}",
        pin.display()
    ))?;
    let frames = many(case)?;
    case.captured(EXPERIMENT)?;
    let mut got = Vec::new();
    for batch in frames.chunks(60) {
        for frame in batch {
            at_v1.send(frame)?;
        }
        got.extend(captured(case, batch.len())?);
    }
    let want: Vec<Vec<u8>> = frames.iter().map(|frame| turned(frame)).collect();
    let difference = difference(&got, &want);
    case.ktap.check(
        "every frame of the other interface leaves, in order",
        difference.is_none(),
        difference.unwrap_or_default(),
    );
    case.eth.down()?;
    for frame in frames.iter().take(50) {
        at_v1.send(frame)?;
    }
    case.eth.up()?;
    case.captured(EXPERIMENT)?;
    for frame in frames.iter().take(50) {
        at_v1.send(frame)?;
    }
    let got = captured(case, 50)?.len();
    case.ktap.equal("after down and up too", got, 50);
    Ok(())
}

fn redirect_to_nowhere(case: &mut Case<'_>) -> Result<()> {
    let mut programs = Programs::load("actions", false)?;
    // The map is empty: the program's answer is ABORTED.
    programs.attach("to_port")?;
    let before = statistic("rx_xdp_aborted")?;
    let frames = many(case)?;
    case.raw(&frames)?;
    std::thread::sleep(Duration::from_millis(300));
    case.ktap.equal(
        "each counts as aborted",
        statistic("rx_xdp_aborted")? - before,
        600,
    );
    programs.detach()?;
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 300, "l4": "mix"}))?;
    case.ktap.equal(
        "no buffer is lost by it",
        sequence_numbers(&socket, sent)?,
        numbers(sent),
    );
    Ok(())
}

fn redirect_to_processor(case: &mut Case<'_>) -> Result<()> {
    let mut programs = Programs::load("actions", false)?;
    let second = program(&programs.pin("on_processor"))?;
    let value = [512_u32.to_ne_bytes(), second.number().to_ne_bytes()].concat();
    programs.map("processors", 8)?.set(1, &value)?;
    programs.attach("to_processor")?;
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 400, "l4": "mix", "gap_us": 100}))?;
    case.ktap.equal(
        "every frame arrives by way of the other processor",
        sequence_numbers(&socket, sent)?,
        numbers(sent),
    );
    let counters = Counters::read(&programs)?;
    case.ktap.equal(
        "the second program saw each, on that processor alone",
        (counters.elsewhere, counters.processors),
        (400, 2),
    );
    Ok(())
}

fn statistics(case: &mut Case<'_>) -> Result<()> {
    let mut programs = Programs::load("verdict", false)?;
    const NAMES: [&str; 5] = [
        "rx_xdp_pass",
        "rx_xdp_drop",
        "rx_xdp_tx",
        "rx_xdp_redirect",
        "rx_xdp_aborted",
    ];
    let read = || {
        NAMES
            .iter()
            .map(|name| statistic(name))
            .collect::<Result<Vec<_>>>()
    };
    for (program, wanted) in [
        ("pass", [150, 0, 0, 0, 0]),
        ("drop", [0, 150, 0, 0, 0]),
        ("aborted", [0, 0, 0, 0, 150]),
    ] {
        programs.attach(program)?;
        let before = read()?;
        case.burst(json!({"count": 150, "l4": "mix"}))?;
        std::thread::sleep(Duration::from_millis(200));
        let after = read()?;
        let counted: Vec<u64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
        case.ktap
            .equal(&format!("{program}: {NAMES:?}"), counted, wanted.to_vec());
    }
    Ok(())
}

fn replace_under_traffic(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    let mut programs = Programs::load("verdict", false)?;
    let down = case.eth.file("carrier_down_count")?;
    let socket = case.eth.packets(ALL)?;
    case.burst(json!({"background": true, "count": 0, "l4": "udp", "gap_us": 300}))?;
    for _ in 0..6 {
        programs.attach("pass")?;
        std::thread::sleep(Duration::from_millis(20));
        programs.attach("pass")?;
        std::thread::sleep(Duration::from_millis(20));
        programs.detach()?;
        std::thread::sleep(Duration::from_millis(20));
    }
    let sent = case.stop()?;
    case.ktap
        .check("frames were sent meanwhile", sent.count > 300, sent.count);
    let missing = &numbers(sent) - &sequence_numbers(&socket, sent)?;
    case.ktap.check(
        "none is lost",
        missing.is_empty(),
        format_args!("{} of {}", missing.len(), sent.count),
    );
    case.ktap.equal(
        "the link never went down",
        case.eth.file("carrier_down_count")?,
        down,
    );
    Ok(())
}
