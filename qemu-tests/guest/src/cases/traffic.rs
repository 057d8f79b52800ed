// SPDX-License-Identifier: GPL-2.0

//! Frames in and out, byte for byte.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::case::{to_hex, Case, Definition, Sent};
use crate::eth::{udp_socket, EXPERIMENT};
use crate::sys::packet::{Packet, ALL};

pub(super) const CASES: &[Definition] = &[
    Definition::new("traffic::receive", receive),
    Definition::new("traffic::receive_raw", receive_raw),
    Definition::new("traffic::udp_socket", udp),
    Definition::new("traffic::arp_is_answered", arp_is_answered),
    Definition::new("traffic::transmit", transmit),
    Definition::new("traffic::ring_full", ring_full),
    Definition::new("traffic::burst_larger_than_the_ring", large_burst),
];

/// Numbers of this burst that a packet socket receives; frames of earlier ones may be on their way still.
pub(super) fn sequence_numbers(socket: &Packet, sent: Sent) -> Result<BTreeSet<u32>> {
    let mut seen = BTreeSet::new();
    while seen.len() < sent.count as usize {
        let Some(frame) = socket.receive()? else {
            break;
        };
        // The payload of the oracle begins with a word that no header has.
        let at = frame.bytes.windows(4).position(|w| w == b"RNIC");
        let number = at.and_then(|at| frame.bytes.get(at + 4..at + 8));
        let number = number.map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
        seen.extend(number.filter(|n| (sent.first..sent.first + sent.count).contains(n)));
    }
    Ok(seen)
}

/// All numbers that were sent.
pub(super) fn numbers(sent: Sent) -> BTreeSet<u32> {
    (sent.first..sent.first + sent.count).collect()
}

fn receive(case: &mut Case<'_>) -> Result<()> {
    for l4 in ["udp", "tcp", "arp"] {
        let socket = case.eth.packets(ALL)?;
        let sent = case.burst(json!({"count": 500, "l4": l4, "flows": 16}))?;
        let seen = sequence_numbers(&socket, sent)?;
        case.ktap
            .equal(&format!("{l4}: every frame arrives"), seen, numbers(sent));
    }
    Ok(())
}

fn receive_raw(case: &mut Case<'_>) -> Result<()> {
    let socket = case.eth.packets(EXPERIMENT)?;
    for len in [60, 61, 128, 1513, 1514] {
        let mut frame = case.eth.numbered(u32::try_from(len)?, len)?;
        // From the host to here.
        frame.rotate_left(0);
        frame[..6].copy_from_slice(&case.eth.mac()?);
        frame[6..12].copy_from_slice(&[0x02, 0, 0, 0, 0, 0x01]);
        case.raw(&[frame.clone()])?;
        let got = socket.receive()?.map(|got| to_hex(&got.bytes));
        case.ktap.equal(
            &format!("{len} bytes arrive unchanged"),
            got,
            Some(to_hex(&frame)),
        );
    }
    Ok(())
}

fn udp(case: &mut Case<'_>) -> Result<()> {
    let socket = udp_socket("0.0.0.0:7777", Duration::from_secs(2))?;
    let sent = case.burst(
        json!({"count": 64, "l4": "udp", "dst": "192.0.2.2", "dport": 7777, "payload": 200}),
    )?;
    let mut seen = BTreeSet::new();
    let mut buffer = [0; 2048];
    while seen.len() < sent.count as usize {
        let Ok((len, _)) = socket.recv_from(&mut buffer) else {
            break;
        };
        if len == 200 && &buffer[..4] == b"RNIC" {
            seen.insert(u32::from_be_bytes(buffer[4..8].try_into()?));
        }
    }
    case.ktap
        .equal("a socket receives every datagram", seen, numbers(sent));
    Ok(())
}

fn arp_is_answered(case: &mut Case<'_>) -> Result<()> {
    case.captured(0x0806)?;
    case.burst(json!({"count": 1, "l4": "arp", "dst": "192.0.2.2"}))?;
    std::thread::sleep(Duration::from_millis(200));
    let mac = case.eth.mac()?;
    let answers = case.captured(0x0806)?;
    // Operation 2, from this address.
    let ok = answers
        .iter()
        .any(|f| f.get(20..22) == Some(&[0, 2]) && f.get(22..28) == Some(&mac));
    case.ktap.check(
        "the host gets an answer",
        ok,
        format_args!("{} frames", answers.len()),
    );
    Ok(())
}

fn transmit(case: &mut Case<'_>) -> Result<()> {
    let socket = case.eth.packets(EXPERIMENT)?;
    case.captured(EXPERIMENT)?;
    let lengths = [60, 61, 64, 127, 128, 1000, 1513, 1514];
    let frames = lengths
        .iter()
        .map(|&len| case.eth.numbered(1, len))
        .collect::<Result<Vec<_>>>()?;
    for frame in &frames {
        socket.send(frame)?;
    }
    let got = wait_for(case, frames.len())?;
    let hex = |frames: &[Vec<u8>]| frames.iter().map(|f| to_hex(f)).collect::<Vec<_>>();
    case.ktap.equal(
        "frames leave unchanged and in order",
        hex(&got),
        hex(&frames),
    );
    let long = case.eth.numbered(2, 1515)?;
    case.ktap.check(
        "a frame above the MTU is refused",
        socket.send(&long).is_err(),
        "it was taken",
    );
    Ok(())
}

fn ring_full(case: &mut Case<'_>) -> Result<()> {
    const COUNT: u32 = 3000;
    let socket = case.eth.packets(EXPERIMENT)?;
    case.captured(EXPERIMENT)?;
    let before = case.eth.counter("tx_packets")?;
    for number in 0..COUNT {
        socket.send(&case.eth.numbered(number, 60 + number as usize % 200)?)?;
    }
    let got = wait_for(case, COUNT as usize)?;
    let numbers: Vec<u32> = got
        .iter()
        .filter_map(|f| Some(u32::from_be_bytes(f.get(14..18)?.try_into().ok()?)))
        .collect();
    case.ktap
        .equal("every frame leaves", numbers.len(), COUNT as usize);
    case.ktap.check(
        "in order, once",
        numbers.iter().copied().eq(0..COUNT),
        "order differs",
    );
    case.ktap.equal(
        "tx_packets",
        case.eth.counter("tx_packets")? - before,
        u64::from(COUNT),
    );
    case.ktap
        .equal("tx_dropped", case.eth.counter("tx_dropped")?, 0);
    Ok(())
}

fn large_burst(case: &mut Case<'_>) -> Result<()> {
    // Many more than descriptors, as fast as the wire takes them.
    let socket = case.eth.packets(ALL)?;
    let before = case.eth.counter("rx_packets")?;
    let sent = case.burst(json!({"count": 5000, "l4": "mix", "flows": 64, "payload": 300}))?;
    let seen = sequence_numbers(&socket, sent)?;
    case.ktap
        .equal("every frame arrives", seen.len(), sent.count as usize);
    case.ktap.equal(
        "rx_packets",
        case.eth.counter("rx_packets")? - before,
        u64::from(sent.count),
    );
    Ok(())
}

/// What the host has received, once it is as many frames or nothing more comes.
fn wait_for(case: &mut Case<'_>, count: usize) -> Result<Vec<Vec<u8>>> {
    let mut got = Vec::new();
    for _ in 0..20 {
        got.extend(case.captured(EXPERIMENT)?);
        if got.len() >= count {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(got)
}
