// SPDX-License-Identifier: GPL-2.0

//! Frames of several descriptors, for the stack and for programs.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::queues::{refused, set_channels};
use super::traffic::{numbers, sequence_numbers};
use crate::case::{Case, Definition};
use crate::eth::{EXPERIMENT, NAME};
use crate::experiment::{captured, difference, incoming, statistic, turned};
use crate::programs::Programs;
use crate::sys::packet::ALL;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("jumbo::receive", receive),
    Definition::new("jumbo::transmit", transmit),
    Definition::new("jumbo::program_sees_it_whole", whole),
    Definition::new("jumbo::send_back", send_back),
    Definition::new("jumbo::redirect", redirect),
    Definition::new("jumbo::refused", refusals),
    Definition::new("jumbo::mtu_under_traffic", mtu_under_traffic),
];

/// Lengths around the ends of buffers, and the longest.
const LENGTHS: [usize; 14] = [
    60, 1514, 2047, 2048, 2049, 2052, 4095, 4096, 4097, 6144, 6145, 8192, 9013, 9014,
];

/// Words of `struct counters` in `jumbo.bpf.c`.
#[derive(Debug, Clone, Copy)]
struct Counters {
    here: u64,
    bytes: u64,
    fragmented: u64,
    wrong: u64,
}

impl Counters {
    fn read(programs: &Programs) -> Result<Self> {
        let bytes = programs.map("counters", 32)?.get(0)?;
        let word = |at: usize| bytes[8 * at..8 * at + 8].try_into().map(u64::from_ne_bytes);
        Ok(Self {
            here: word(0)?,
            bytes: word(1)?,
            fragmented: word(2)?,
            wrong: word(3)?,
        })
    }
}

fn mtu(bytes: u32) -> Result<()> {
    tools::line(&format!("ip link set dev {NAME} mtu {bytes}")).map(|_| ())
}

fn frames(case: &Case<'_>) -> Result<Vec<Vec<u8>>> {
    (0..84_u32)
        .map(|n| incoming(case.eth, n, LENGTHS[n as usize % LENGTHS.len()]))
        .collect()
}

/// Sends the frames, a few at a time; what the stack gets of them must be them.
fn arrive(case: &mut Case<'_>, what: &str) -> Result<()> {
    let socket = case.eth.packets(EXPERIMENT)?;
    let frames = frames(case)?;
    let mut got = Vec::new();
    for batch in frames.chunks(14) {
        case.raw(batch)?;
        for _ in batch {
            got.extend(socket.receive()?.map(|frame| frame.bytes));
        }
    }
    let difference = difference(&got, &frames);
    case.ktap
        .check(what, difference.is_none(), difference.unwrap_or_default());
    Ok(())
}

fn receive(case: &mut Case<'_>) -> Result<()> {
    mtu(9000)?;
    arrive(case, "frames of every length arrive unchanged")?;
    case.ktap.equal(
        "nothing was an error",
        case.eth.counter("rx_length_errors")? + case.eth.counter("rx_errors")?,
        0,
    );
    // What is longer than the MTU allows does not reach anybody.
    mtu(4000)?;
    let socket = case.eth.packets(EXPERIMENT)?;
    let long = incoming(case.eth, 1, 9014)?;
    let short = incoming(case.eth, 2, 4014)?;
    case.raw(&[long, short.clone()])?;
    let got = socket.receive()?.map(|frame| frame.bytes);
    case.ktap.check(
        "with a smaller MTU longer frames are dropped",
        got.as_ref() == Some(&short),
        format_args!("{:?} bytes came", got.map(|frame| frame.len())),
    );
    mtu(1500)?;
    let long = incoming(case.eth, 1, 3000)?;
    let short = incoming(case.eth, 2, 1514)?;
    case.raw(&[long, short.clone()])?;
    let got = socket.receive()?.map(|frame| frame.bytes);
    case.ktap.check(
        "at 1500 too",
        got.as_ref() == Some(&short),
        format_args!("{:?} bytes came", got.map(|frame| frame.len())),
    );
    Ok(())
}

fn transmit(case: &mut Case<'_>) -> Result<()> {
    mtu(9000)?;
    let socket = case.eth.packets(EXPERIMENT)?;
    case.captured(EXPERIMENT)?;
    let frames = (0..56_u32)
        .map(|n| case.eth.numbered(n, LENGTHS[n as usize % LENGTHS.len()]))
        .collect::<Result<Vec<_>>>()?;
    for frame in &frames {
        socket.send(frame)?;
    }
    let got = captured(case, frames.len())?;
    let difference = difference(&got, &frames);
    case.ktap.check(
        "frames of every length leave unchanged, in order",
        difference.is_none(),
        difference.unwrap_or_default(),
    );
    Ok(())
}

fn whole(case: &mut Case<'_>) -> Result<()> {
    mtu(9000)?;
    let mut programs = Programs::load("jumbo", false)?;
    programs.attach("whole_pass")?;
    arrive(case, "what the program passes arrives unchanged")?;
    let counters = Counters::read(&programs)?;
    let all = frames(case)?;
    let bytes: usize = all.iter().map(Vec::len).sum();
    case.ktap
        .equal("it saw each frame", counters.here, all.len() as u64);
    case.ktap
        .equal("all of its bytes", counters.bytes, bytes as u64);
    case.ktap.equal("to the last one", counters.wrong, 0);
    let long = all.iter().filter(|frame| frame.len() > 2048).count();
    case.ktap.equal(
        "the long ones in several parts",
        counters.fragmented,
        long as u64,
    );
    programs.attach("whole_drop")?;
    let dropped = statistic("rx_xdp_drop")?;
    for batch in all.chunks(14) {
        case.raw(batch)?;
        std::thread::sleep(Duration::from_millis(30));
    }
    std::thread::sleep(Duration::from_millis(200));
    case.ktap.equal(
        "what it drops is dropped, each once",
        statistic("rx_xdp_drop")? - dropped,
        all.len() as u64,
    );
    programs.attach("whole_pass")?;
    arrive(case, "no buffer is lost by it")
}

fn come_back(case: &mut Case<'_>, what: &str) -> Result<()> {
    let all = frames(case)?;
    case.captured(EXPERIMENT)?;
    let mut got = Vec::new();
    for batch in all.chunks(14) {
        case.raw(batch)?;
        got.extend(captured(case, batch.len())?);
    }
    let want: Vec<Vec<u8>> = all.iter().map(|frame| turned(frame)).collect();
    let difference = difference(&got, &want);
    case.ktap
        .check(what, difference.is_none(), difference.unwrap_or_default());
    Ok(())
}

fn send_back(case: &mut Case<'_>) -> Result<()> {
    mtu(9000)?;
    let mut programs = Programs::load("jumbo", false)?;
    programs.attach("whole_back")?;
    come_back(case, "frames in parts come back whole, in order")
}

fn redirect(case: &mut Case<'_>) -> Result<()> {
    mtu(9000)?;
    let mut programs = Programs::load("jumbo", false)?;
    programs
        .map("ports", 4)?
        .set(0, &case.eth.ifindex()?.to_ne_bytes())?;
    programs.attach("whole_to_port")?;
    come_back(
        case,
        "frames in parts leave by ndo_xdp_xmit whole, in order",
    )
}

fn refusals(case: &mut Case<'_>) -> Result<()> {
    let mut programs = Programs::load("verdict", false)?;
    mtu(9000)?;
    let attach = format!(
        "ip -force link set dev {NAME} xdpdrv pinned {}",
        programs.pin("pass").display()
    );
    let why = refused(case, &attach)?;
    case.ktap
        .check("it says what to do", why.contains("xdp.frags"), &why);
    arrive(case, "a refused program changes nothing")?;
    mtu(1500)?;
    programs.attach("pass")?;
    refused(case, &format!("ip link set dev {NAME} mtu 9000"))?;
    case.ktap
        .equal("the MTU is what it was", case.eth.file("mtu")?, "1500");
    mtu(2026)?;
    case.ktap
        .equal("one buffer's worth is taken", case.eth.file("mtu")?, "2026");
    refused(case, &format!("ip link set dev {NAME} mtu 2027"))?;
    programs.detach()?;
    for bytes in ["9001", "67"] {
        refused(case, &format!("ip link set dev {NAME} mtu {bytes}"))?;
    }
    mtu(9000)?;
    arrive(case, "without it the MTU can be raised")
}

fn mtu_under_traffic(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    let socket = case.eth.packets(ALL)?;
    let down = case.eth.file("carrier_down_count")?;
    for bytes in [9000, 1500, 2026, 2027, 1400, 9000, 1500] {
        case.burst(json!({"background": true, "count": 0, "l4": "udp", "gap_us": 300}))?;
        std::thread::sleep(Duration::from_millis(30));
        mtu(bytes)?;
        std::thread::sleep(Duration::from_millis(30));
        let sent = case.stop()?;
        let missing = &numbers(sent) - &sequence_numbers(&socket, sent)?;
        case.ktap
            .check("frames were sent meanwhile", sent.count > 50, sent.count);
        case.ktap.check(
            &format!("{bytes}: none is lost"),
            missing.is_empty(),
            format_args!("{missing:?} of {sent:?}"),
        );
    }
    case.ktap.equal(
        "the link never went down",
        case.eth.file("carrier_down_count")?,
        down,
    );
    Ok(())
}
