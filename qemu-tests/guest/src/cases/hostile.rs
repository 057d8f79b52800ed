// SPDX-License-Identifier: GPL-2.0

//! Frames that nobody should send, as far as the wire lets them through.
//!
//! What a device could write into a descriptor beyond that is tested on bytes, without a VM.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::traffic::{numbers, sequence_numbers};
use crate::case::{Case, Definition};
use crate::readers::{Readers, XDP_PASS};
use crate::sys::packet::ALL;

pub(super) const CASES: &[Definition] = &[
    Definition::new("hostile::runts", runts),
    Definition::new("hostile::oversize", oversize),
    Definition::new("hostile::nonsense", nonsense),
    Definition::new("hostile::nonsense_with_program", nonsense_with_program),
];

/// A number that looks random and is the same every time.
struct Scatter(u64);

impl Scatter {
    fn next(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.to_le_bytes()[3]
    }
}

/// Ethernet to this host with this type, and nothing behind it.
fn header(case: &Case<'_>, ethertype: u16) -> Result<Vec<u8>> {
    Ok([
        &case.eth.mac()?[..],
        &[0x02, 0, 0, 0, 0, 0x01],
        &ethertype.to_be_bytes(),
    ]
    .concat())
}

fn still_receives(case: &mut Case<'_>) -> Result<()> {
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 300, "l4": "all", "vlan": "mix"}))?;
    let seen = sequence_numbers(&socket, sent)?;
    case.ktap
        .equal("ordinary frames arrive afterwards", seen, numbers(sent));
    Ok(())
}

fn runts(case: &mut Case<'_>) -> Result<()> {
    let before = case.eth.counter("rx_packets")?;
    let full = [header(case, 0x88b5)?, vec![0; 46]].concat();
    let frames: Vec<Vec<u8>> = (1..60).map(|len| full[..len].to_vec()).collect();
    case.raw(&frames)?;
    // The device pads what is shorter than 60 bytes, so those whose address is complete may count.
    std::thread::sleep(Duration::from_millis(200));
    let packets = case.eth.counter("rx_packets")? - before;
    case.ktap.check(
        "no more than were sent",
        packets <= frames.len() as u64,
        packets,
    );
    still_receives(case)
}

fn oversize(case: &mut Case<'_>) -> Result<()> {
    let socket = case.eth.packets(ALL)?;
    let fit = [header(case, 0x88b5)?, vec![1; 1500]].concat();
    let mut frames = vec![fit.clone()];
    for len in [1519, 1600, 2047, 2048, 2049, 4096, 9000, 16383] {
        frames.push([&fit[..], &vec![2; len - fit.len()]].concat());
    }
    frames.push(fit.clone());
    case.raw(&frames)?;
    socket.set_timeout(Duration::from_millis(300))?;
    let mut lengths = Vec::new();
    while let Some(frame) = socket.receive()? {
        lengths.push(frame.bytes.len());
    }
    case.ktap
        .equal("only those that fit arrive", lengths, [1514, 1514]);
    still_receives(case)
}

fn send_nonsense(case: &mut Case<'_>) -> Result<u32> {
    let mut scatter = Scatter(0x1234_5678_9abc_def1);
    let mut frames = Vec::new();
    // Known types in front of bytes that mean nothing, cut off anywhere.
    for ethertype in [
        0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x88f7, 0x0000, 0x05dc, 0xffff,
    ] {
        for len in (0..64).chain([100, 500, 1500]) {
            let mut frame = header(case, ethertype)?;
            frame.extend((0..len).map(|_| scatter.next()));
            frames.push(frame);
        }
    }
    // Tags in tags.
    for depth in 1..12 {
        let mut frame = case.eth.mac()?.to_vec();
        frame.extend([0x02, 0, 0, 0, 0, 0x01]);
        frame.extend([0x81, 0, 0, 5].repeat(depth));
        frame.extend([0x08, 0, 0x45]);
        frames.push(frame);
    }
    // UDP without a payload, with a length that lies.
    for (total, udp_len) in [(28, 8), (28, 0), (28, 7), (28, 65535), (65535, 8), (20, 8)] {
        let mut frame = header(case, 0x0800)?;
        frame.extend([0x45, 0]);
        frame.extend(u16::to_be_bytes(total));
        frame.extend([
            0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 0x1e, 0x61, 0x1e, 0x61,
        ]);
        frame.extend(u16::to_be_bytes(udp_len));
        frame.extend([0, 0]);
        frames.push(frame);
    }
    case.raw(&frames)?;
    Ok(u32::try_from(frames.len())?)
}

fn nonsense(case: &mut Case<'_>) -> Result<()> {
    let before = case.eth.counter("rx_packets")?;
    let sent = send_nonsense(case)?;
    std::thread::sleep(Duration::from_millis(300));
    let packets = case.eth.counter("rx_packets")? - before;
    case.ktap.check(
        "no more than were sent",
        packets <= u64::from(sent),
        packets,
    );
    case.ktap
        .check("most of them", packets > u64::from(sent) / 2, packets);
    still_receives(case)
}

fn nonsense_with_program(case: &mut Case<'_>) -> Result<()> {
    let mut readers = Readers::load(XDP_PASS)?;
    readers.attach()?;
    send_nonsense(case)?;
    std::thread::sleep(Duration::from_millis(300));
    still_receives(case)?;
    let totals = readers.totals()?;
    case.ktap.equal(
        "every frame had a record",
        (totals.no_record, totals.unbound),
        (0, 0),
    );
    case.ktap.equal(
        "frames of the oracle were read right",
        totals.misparsed[2],
        0,
    );
    Ok(())
}
