// SPDX-License-Identifier: GPL-2.0

//! AF_XDP sockets, with copies and without: they receive, send, and find the record in front of a packet that was claimed.

use std::time::Duration;

use anyhow::{Context, Result};
use meta_core::hint;
use meta_reader::{Announcement, Ring};
use serde_json::json;

use super::queues::{all_channels, refused, set_channels};
use super::traffic::{numbers, sequence_numbers};
use super::xdp_actions::Counters;
use crate::case::{Case, Definition, Sent};
use crate::ctl;
use crate::eth::{EXPERIMENT, NAME};
use crate::experiment::{captured, difference, statistic};
use crate::programs::Programs;
use crate::sys::packet::ALL;
use crate::sys::xsk::{Options, Received, Xsk, RING};
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("sockets::copy", copy),
    Definition::new("sockets::zero_copy", zero_copy),
    Definition::new("sockets::zero_copy_without_wakeup", without_wakeup),
    Definition::new("sockets::zero_copy_refused", zero_copy_refused),
    Definition::new("sockets::need_wakeup", need_wakeup),
    Definition::new("sockets::records_with_copies", records_with_copies),
    Definition::new("sockets::records_zero_copy", records_zero_copy),
    Definition::new("sockets::pass_and_drop", pass_and_drop),
    Definition::new("sockets::reconfigured_under_traffic", reconfigured),
    Definition::new("sockets::come_and_go_under_traffic", come_and_go),
    Definition::new("sockets::one_queue_of_several", one_of_several),
];

/// Opens a socket on a queue, and lets the program find it.
pub(super) fn open(
    case: &Case<'_>,
    programs: &Programs,
    queue: u32,
    options: Options,
) -> Result<Xsk> {
    let socket = Xsk::open_in_turn(case.eth.ifindex()?, queue, options).context("AF_XDP socket")?;
    let sockets = programs.map("sockets", 4)?;
    sockets.set(queue, &socket.number().to_ne_bytes())?;
    Ok(socket)
}

/// Number of a frame of the oracle.
fn number(packet: &Received) -> Option<u32> {
    let at = packet.bytes.windows(4).position(|word| word == b"RNIC")?;
    let bytes = packet.bytes.get(at + 4..at + 8)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// Frames in, then frames out.
fn both_ways(case: &mut Case<'_>, socket: &mut Xsk, what: &str) -> Result<()> {
    // Slowly: with several queues the 82576 drops what finds no room in this one.
    let sent = case.burst(json!({"count": 400, "l4": "mix", "gap_us": 200}))?;
    receives(case, socket, sent, what)?;
    let frames = (0..1000_u32)
        .map(|n| case.eth.numbered(n, 60 + n as usize % 1400))
        .collect::<Result<Vec<_>>>()?;
    case.captured(EXPERIMENT)?;
    socket.send_all(&frames)?;
    let got = captured(case, frames.len())?;
    let difference = difference(&got, &frames);
    case.ktap.check(
        &format!("{what}: every frame leaves, in order"),
        difference.is_none(),
        difference.unwrap_or_default(),
    );
    case.ktap.equal(
        &format!("{what}: all of its memory comes back"),
        socket.under_way(),
        0,
    );
    Ok(())
}

fn receives(case: &mut Case<'_>, socket: &Xsk, sent: Sent, what: &str) -> Result<()> {
    let packets = socket.receive_all(sent.count as usize)?;
    let seen: Vec<Option<u32>> = packets.iter().map(number).collect();
    let want: Vec<Option<u32>> = numbers(sent).into_iter().map(Some).collect();
    case.ktap.check(
        &format!("{what}: every frame arrives, in order"),
        seen == want,
        format_args!("{} of {}", seen.len(), want.len()),
    );
    Ok(())
}

fn run(case: &mut Case<'_>, options: Options, zero_copy: bool) -> Result<()> {
    set_channels(1)?;
    let mut programs = Programs::load("actions", false)?;
    programs.attach("to_socket")?;
    let down = case.eth.file("carrier_down_count")?;
    let redirected = statistic("rx_xdp_redirect")?;
    let mut socket = open(case, &programs, 0, options)?;
    case.ktap
        .equal("without copies", socket.is_zero_copy()?, zero_copy);
    both_ways(case, &mut socket, "first")?;
    both_ways(case, &mut socket, "again")?;
    case.ktap.equal(
        "rx_xdp_redirect",
        statistic("rx_xdp_redirect")? - redirected,
        800,
    );
    if zero_copy {
        case.ktap.equal("tx_xsk", statistic("tx_xsk")?, 2000);
    }
    drop(socket);
    programs.detach()?;
    let packets = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 300, "l4": "mix"}))?;
    case.ktap.equal(
        "without the socket the stack receives",
        sequence_numbers(&packets, sent)?,
        numbers(sent),
    );
    case.ktap.equal(
        "the link never went down",
        case.eth.file("carrier_down_count")?,
        down,
    );
    Ok(())
}

fn copy(case: &mut Case<'_>) -> Result<()> {
    run(case, Options::COPY, false)
}

fn zero_copy(case: &mut Case<'_>) -> Result<()> {
    run(case, Options::ZERO_COPY, true)
}

fn without_wakeup(case: &mut Case<'_>) -> Result<()> {
    run(case, Options::with(libc::XDP_ZEROCOPY), true)
}

/// The driver says when it has to be called: when it has no memory, and when it sends nothing.
fn need_wakeup(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    let mut programs = Programs::load("actions", false)?;
    programs.attach("to_socket")?;
    let mut socket = open(case, &programs, 0, Options::ZERO_COPY)?;
    case.ktap.equal(
        "with memory it need not be called to receive",
        socket.needs_wakeup().0,
        false,
    );
    let mut kept = Vec::new();
    for _ in 0..3 {
        case.burst(json!({"count": 200, "gap_us": 50}))?;
        std::thread::sleep(Duration::from_millis(50));
        while let Some((_, chunk)) = socket.receive_and_keep() {
            kept.push(chunk);
        }
    }
    case.ktap.equal(
        "it receives as much as it has memory for",
        kept.len(),
        RING as usize,
    );
    case.ktap
        .equal("then it has to be called", socket.needs_wakeup().0, true);
    for chunk in kept {
        socket.lend(chunk);
    }
    socket.wake_receive();
    std::thread::sleep(Duration::from_millis(50));
    case.ktap
        .equal("when it was, it need not", socket.needs_wakeup().0, false);
    // What waited on the wire comes first.
    socket.receive_all(600)?;
    case.ktap
        .equal("it has to be called to send", socket.needs_wakeup().1, true);
    both_ways(case, &mut socket, "afterwards")
}

fn zero_copy_refused(case: &mut Case<'_>) -> Result<()> {
    let ifindex = case.eth.ifindex()?;
    let small = |flags| Options {
        chunk: 2048,
        ..Options::with(flags)
    };
    let refused_with = |options| {
        let error = Xsk::open(ifindex, 0, options).err();
        error.and_then(|error| error.raw_os_error())
    };
    case.ktap.equal(
        "pieces that are too small are refused",
        refused_with(small(libc::XDP_ZEROCOPY)),
        Some(libc::EOPNOTSUPP),
    );
    let socket = Xsk::open(ifindex, 0, small(0))?;
    case.ktap.equal(
        "or copied, if the user does not insist",
        socket.is_zero_copy()?,
        false,
    );
    drop(socket);
    std::thread::sleep(Duration::from_millis(200));
    tools::line(&format!("ip link set dev {NAME} mtu 9000"))?;
    case.ktap.check(
        "so is a jumbo MTU",
        refused_with(Options::ZERO_COPY).is_some(),
        "it was taken",
    );
    tools::line(&format!("ip link set dev {NAME} mtu 1500"))?;
    let socket = Xsk::open(ifindex, 0, Options::ZERO_COPY)?;
    case.ktap.check(
        "with a small one it is taken",
        socket.is_zero_copy()?,
        "copied",
    );
    refused(case, &format!("ip link set dev {NAME} mtu 9000"))?;
    case.ktap
        .equal("the MTU is what it was", case.eth.file("mtu")?, "1500");
    Ok(())
}

/// How many packets have a record of the announced layout and generation with the hash that the sender says.
fn right_records(packets: &[Received], announced: &Announcement) -> usize {
    let ring = Ring::new(announced);
    let right = |packet: &&Received| -> Option<bool> {
        let at = packet.bytes.windows(4).position(|word| word == b"RNIC")?;
        let wanted = u32::from_be_bytes(packet.bytes.get(at + 8..at + 12)?.try_into().ok()?);
        let record = ring.record(&packet.before).ok()?;
        Some(record.get(hint::RX_HASH) == Ok(wanted))
    };
    let right = packets.iter().filter(|packet| right(packet) == Some(true));
    right.count()
}

fn records(case: &mut Case<'_>, options: Options) -> Result<()> {
    set_channels(1)?;
    let mut programs = Programs::load("actions", false)?;
    programs.attach("claim_to_socket")?;
    let socket = open(case, &programs, 0, options)?;
    for setting in ["rxvlan off", "rxvlan on", "rx off"] {
        tools::line(&format!("ethtool -K {NAME} {setting}"))?;
        let announced = case.in_force()?;
        Counters::clear(&programs)?;
        let sent = case.burst(json!({"count": 200, "l4": "mix", "gap_us": 50}))?;
        let packets = socket.receive_all(200)?;
        case.ktap
            .equal(&format!("{setting}: frames"), packets.len(), 200);
        case.ktap.equal(
            &format!("{setting}: each is claimed"),
            Counters::read(&programs)?.claimed,
            u64::from(sent.count),
        );
        case.ktap.equal(
            &format!("{setting}: user space finds the record in front of each"),
            right_records(&packets, &announced),
            200,
        );
    }
    Ok(())
}

fn records_with_copies(case: &mut Case<'_>) -> Result<()> {
    records(case, Options::COPY)
}

fn records_zero_copy(case: &mut Case<'_>) -> Result<()> {
    records(case, Options::ZERO_COPY)
}

/// What a program does not redirect leaves the socket's memory, or goes back into it.
fn pass_and_drop(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    let mut programs = Programs::load("actions", false)?;
    let mut others = Programs::load("verdict", false)?;
    programs.attach("to_socket")?;
    let mut socket = open(case, &programs, 0, Options::ZERO_COPY)?;
    let packets = case.eth.packets(ALL)?;
    for round in 0..4 {
        others.attach("pass")?;
        let sent = case.burst(json!({"count": 400, "l4": "mix", "gap_us": 50}))?;
        case.ktap.equal(
            &format!("round {round}: what is passed arrives at the stack"),
            sequence_numbers(&packets, sent)?,
            numbers(sent),
        );
        others.attach("drop")?;
        case.burst(json!({"count": 400, "l4": "mix", "gap_us": 50}))?;
        others.attach("aborted")?;
        case.burst(json!({"count": 400, "l4": "mix", "gap_us": 50}))?;
    }
    programs.attach("send_back")?;
    case.captured(EXPERIMENT)?;
    let frames = (0..300_u32)
        .map(|n| crate::experiment::incoming(case.eth, n, 100))
        .collect::<Result<Vec<_>>>()?;
    let mut got = Vec::new();
    for batch in frames.chunks(50) {
        case.raw(batch)?;
        got.extend(captured(case, batch.len())?);
    }
    let want: Vec<Vec<u8>> = frames
        .iter()
        .map(|frame| crate::experiment::turned(frame))
        .collect();
    let difference = difference(&got, &want);
    case.ktap.check(
        "what is sent back out of its memory comes back",
        difference.is_none(),
        difference.unwrap_or_default(),
    );
    programs.attach("to_socket")?;
    both_ways(case, &mut socket, "afterwards")
}

fn reconfigured(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    let mut programs = Programs::load("actions", false)?;
    programs.attach("to_socket")?;
    let mut socket = open(case, &programs, 0, Options::ZERO_COPY)?;
    both_ways(case, &mut socket, "at first")?;
    for command in [
        format!("ethtool -G {NAME} rx 512 tx 512"),
        format!("ethtool -K {NAME} rxhash off"),
        format!("ethtool -G {NAME} rx 128 tx 64"),
        format!("ethtool -K {NAME} rxhash on"),
        format!("ethtool -C {NAME} rx-usecs 20"),
        // Room for a whole burst: with two queues the 82576 drops what comes for a full ring while the machine stands still.
        format!("ethtool -G {NAME} rx 1024 tx 512"),
        format!("ethtool -L {NAME} combined 2"),
        format!("ethtool -X {NAME} equal 1"),
    ] {
        case.burst(json!({"background": true, "count": 0, "l4": "mix", "gap_us": 300}))?;
        std::thread::sleep(Duration::from_millis(20));
        tools::line(&command)?;
        // However late the host begins.
        let first = socket.receive_all(1)?.len();
        let sent = case.stop()?;
        let got = first + socket.receive_all(sent.count as usize - first)?.len();
        ctl::log(&format!("{command}: {got} of {}", sent.count));
        case.ktap.check(
            &format!("{command}: frames come meanwhile"),
            got > 0 && got <= sent.count as usize,
            got,
        );
        if !command.contains("-L") {
            both_ways(case, &mut socket, &command)?;
        }
        case.ktap.check(
            &format!("{command}: still without copies"),
            socket.is_zero_copy()?,
            "it copies",
        );
    }
    // With one, so that the 82576 holds what comes for a full ring.
    set_channels(1)?;
    case.eth.down()?;
    case.eth.up()?;
    both_ways(case, &mut socket, "after down and up")
}

fn come_and_go(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    let mut programs = Programs::load("actions", false)?;
    programs.attach("to_socket")?;
    let down = case.eth.file("carrier_down_count")?;
    case.burst(json!({"background": true, "count": 0, "l4": "mix", "gap_us": 300}))?;
    for n in 0..20 {
        let options = if n % 3 == 0 {
            Options::COPY
        } else {
            Options::ZERO_COPY
        };
        let socket = open(case, &programs, 0, options)?;
        let got = socket.receive_all(20)?.len();
        if got < 20 {
            case.ktap.check(
                &format!("socket {n} receives"),
                false,
                format_args!("{got} of 20"),
            );
        }
    }
    case.stop()?;
    let mut socket = open(case, &programs, 0, Options::ZERO_COPY)?;
    socket.receive_all(10_000)?;
    both_ways(case, &mut socket, "the last socket")?;
    case.ktap.equal(
        "the link never went down",
        case.eth.file("carrier_down_count")?,
        down,
    );
    Ok(())
}

fn one_of_several(case: &mut Case<'_>) -> Result<()> {
    let max = all_channels()?;
    let mut programs = Programs::load("actions", false)?;
    programs.attach("to_socket")?;
    let queue = max - 1;
    let mut socket = open(case, &programs, queue, Options::ZERO_COPY)?;
    tools::line(&format!("ethtool -X {NAME} start {queue} equal 1"))?;
    both_ways(case, &mut socket, "the last queue")?;
    // A queue with a socket cannot be taken away.
    tools::line(&format!("ethtool -X {NAME} equal 1"))?;
    refused(case, &format!("ethtool -L {NAME} combined {queue}"))?;
    tools::line(&format!("ethtool -X {NAME} start {queue} equal 1"))?;
    both_ways(case, &mut socket, "after a refusal")?;
    drop(socket);
    tools::line(&format!("ethtool -X {NAME} equal 1"))?;
    set_channels(1)?;
    programs.detach()?;
    let packets = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 300, "l4": "mix"}))?;
    case.ktap.equal(
        "without the socket it goes",
        sequence_numbers(&packets, sent)?,
        numbers(sent),
    );
    Ok(())
}
