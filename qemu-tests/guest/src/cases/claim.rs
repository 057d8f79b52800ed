// SPDX-License-Identifier: GPL-2.0

//! Records are seen by those who claim them and by nobody else.

use anyhow::Result;
use serde_json::json;

use super::traffic::{numbers, sequence_numbers};
use crate::case::{Case, Definition};
use crate::eth::NAME;
use crate::programs::verdicts;
use crate::programs::Programs;
use crate::sys::packet::ALL;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("claim::nothing_without_a_claim", nothing_without),
    Definition::new("claim::visible_in_tc", visible_in_tc),
    Definition::new("claim::gro", gro),
];

fn nothing_without(case: &mut Case<'_>) -> Result<()> {
    let mut programs = Programs::load("verdict", false)?;
    programs.attach("pass")?;
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 500, "l4": "all", "vlan": "mix"}))?;
    case.ktap.equal(
        "every frame arrives",
        sequence_numbers(&socket, sent)?,
        numbers(sent),
    );
    case.ktap.equal(
        "data_meta is data for every packet",
        verdicts(&programs)?,
        (500, 0),
    );
    Ok(())
}

/// Counters of `claim.bpf.c`.
fn counters(programs: &Programs) -> Result<[u64; 4]> {
    let bytes = programs.map("counters", 32)?.get(0)?;
    let word = |i: usize| bytes[8 * i..8 * i + 8].try_into().map(u64::from_ne_bytes);
    Ok([word(0)?, word(1)?, word(2)?, word(3)?])
}

fn visible_in_tc(case: &mut Case<'_>) -> Result<()> {
    let mut programs = Programs::load("claim", false)?;
    let pin = programs.pin("in_tc");
    tools::line(&format!(
        "bpftool net attach tcx_ingress pinned {} dev {NAME}",
        pin.display()
    ))?;
    // Claimed in XDP, read in TC; then claimed and given back.
    for (program, in_tc) in [("claim_and_pass", 300), ("claim_and_release", 0)] {
        programs.attach(program)?;
        programs.map("counters", 32)?.set(0, &[0; 32])?;
        let socket = case.eth.packets(ALL)?;
        let sent = case.burst(json!({"count": 300, "l4": "mix", "vlan": "mix"}))?;
        case.ktap.equal(
            &format!("{program}: every frame arrives"),
            sequence_numbers(&socket, sent)?,
            numbers(sent),
        );
        let [claimed, with_record, same, oracle] = counters(&programs)?;
        case.ktap
            .equal(&format!("{program}: claimed in XDP"), claimed, 300);
        case.ktap.check(
            &format!("{program}: TC saw the packets"),
            oracle >= 300,
            oracle,
        );
        case.ktap
            .equal(&format!("{program}: TC has a record"), with_record, in_tc);
        case.ktap.equal(
            &format!("{program}: of the generation that XDP saw"),
            same,
            in_tc,
        );
    }
    Ok(())
}

/// A TCP segment of one connection, in order.
fn segment(case: &Case<'_>, number: u32) -> Result<Vec<u8>> {
    let (src, dst) = ([192, 0, 2, 1], [192, 0, 2, 77]);
    let payload = [0x61; 400];
    let mut tcp = [5000_u16.to_be_bytes(), 5001_u16.to_be_bytes()].concat();
    tcp.extend((1 + number * 400).to_be_bytes());
    tcp.extend(1_u32.to_be_bytes());
    // Header of five words, ACK.
    tcp.extend([0x50, 0x10, 0x20, 0, 0, 0, 0, 0]);
    tcp.extend(payload);
    let len = u16::try_from(tcp.len())?;
    let pseudo = [&src[..], &dst, &[0, 6], &len.to_be_bytes(), &tcp].concat();
    let sum = checksum(&pseudo);
    tcp[16..18].copy_from_slice(&sum.to_be_bytes());
    let id = u16::try_from(number)?.to_be_bytes();
    let mut ip = [
        &[0x45, 0],
        &(20 + len).to_be_bytes()[..],
        &id,
        &[0x40, 0, 64, 6, 0, 0],
        &src,
        &dst,
    ]
    .concat();
    let sum = checksum(&ip);
    ip[10..12].copy_from_slice(&sum.to_be_bytes());
    Ok([
        &case.eth.mac()?[..],
        &[0x02, 0, 0, 0, 0, 0x01],
        &[0x08, 0],
        &ip,
        &tcp,
    ]
    .concat())
}

fn checksum(bytes: &[u8]) -> u16 {
    let mut sum: u32 = bytes
        .chunks(2)
        .map(|w| u32::from(w[0]) << 8 | u32::from(*w.get(1).unwrap_or(&0)))
        .sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).expect("16 bits")
}

/// How many packets the stack makes of 200 segments, and how many bytes of TCP they carry.
fn merged(case: &mut Case<'_>) -> Result<(usize, usize)> {
    let socket = case.eth.packets(0x0800)?;
    let frames = (0..200)
        .map(|n| segment(case, n))
        .collect::<Result<Vec<_>>>()?;
    case.raw(&frames)?;
    socket.set_timeout(std::time::Duration::from_millis(400))?;
    let (mut packets, mut bytes) = (0, 0);
    while let Some(frame) = socket.receive()? {
        packets += 1;
        bytes += frame.bytes.len().saturating_sub(54);
    }
    Ok((packets, bytes))
}

fn gro(case: &mut Case<'_>) -> Result<()> {
    let all = 200 * 400;
    let (packets, bytes) = merged(case)?;
    case.ktap
        .equal("without a program: every byte arrives", bytes, all);
    case.ktap.check(
        "without a program: segments are merged",
        packets < 180,
        packets,
    );
    let mut plain = Programs::load("verdict", false)?;
    plain.attach("pass")?;
    let (packets, bytes) = merged(case)?;
    case.ktap
        .equal("without a claim: every byte arrives", bytes, all);
    case.ktap.check(
        "without a claim: segments are merged",
        packets < 180,
        packets,
    );
    plain.detach()?;
    let mut programs = Programs::load("claim", false)?;
    programs.attach("claim_and_release")?;
    let (packets, bytes) = merged(case)?;
    case.ktap
        .equal("claimed and released: every byte arrives", bytes, all);
    case.ktap.check(
        "claimed and released: segments are merged",
        packets < 180,
        packets,
    );
    Ok(())
}
