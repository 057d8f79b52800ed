// SPDX-License-Identifier: GPL-2.0

//! Receive checksums: what the device says is believed only as far as it goes.
//!
//! A driver that marks a bad packet as checked makes the stack deliver garbage, which no other test sees.

use std::time::Duration;

use anyhow::Result;

use crate::case::{Case, Definition};
use crate::eth::udp_socket;

pub(super) const CASES: &[Definition] = &[
    Definition::new("checksum::udp", udp),
    Definition::new("checksum::rx_off", rx_off),
];

/// A UDP datagram to port 7777 with this text.
fn datagram(
    case: &Case<'_>,
    text: &[u8],
    udp_checksum_error: u16,
    ip_checksum_error: u16,
) -> Result<Vec<u8>> {
    let (src, dst) = ([192, 0, 2, 1], [192, 0, 2, 2]);
    let udp_len = u16::try_from(8 + text.len())?;
    let mut udp = [
        40000_u16.to_be_bytes(),
        7777_u16.to_be_bytes(),
        udp_len.to_be_bytes(),
        [0, 0],
    ]
    .concat();
    udp.extend(text);
    let pseudo = [&src[..], &dst, &[0, 17], &udp_len.to_be_bytes(), &udp].concat();
    let sum = ones_complement(&pseudo) ^ udp_checksum_error;
    udp[6..8].copy_from_slice(&sum.to_be_bytes());
    let total = 20 + udp_len;
    let mut ip = [
        &[0x45, 0],
        &total.to_be_bytes()[..],
        &[0, 1, 0, 0, 64, 17, 0, 0],
        &src,
        &dst,
    ]
    .concat();
    let sum = ones_complement(&ip) ^ ip_checksum_error;
    ip[10..12].copy_from_slice(&sum.to_be_bytes());
    let mut frame = [&case.eth.mac()?[..], &[0x02, 0, 0, 0, 0, 0x01], &[0x08, 0]].concat();
    frame.extend(ip);
    frame.extend(udp);
    frame.resize(frame.len().max(60), 0);
    Ok(frame)
}

fn ones_complement(bytes: &[u8]) -> u16 {
    let words = bytes
        .chunks(2)
        .map(|w| u32::from(w[0]) << 8 | u32::from(*w.get(1).unwrap_or(&0)));
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).expect("16 bits")
}

/// Sends right and wrong datagrams; the texts of those that a socket gets.
fn delivered(case: &mut Case<'_>) -> Result<Vec<String>> {
    let socket = udp_socket("0.0.0.0:7777", Duration::from_millis(500))?;
    let frames = [
        datagram(case, b"good, odd", 0, 0)?,
        datagram(case, b"bad UDP checksum", 0x0100, 0)?,
        datagram(case, b"bad IP checksum", 0, 0x0100)?,
        datagram(case, b"good, even", 0, 0)?,
    ];
    case.raw(&frames)?;
    let mut texts = Vec::new();
    let mut buffer = [0; 256];
    while let Ok((len, _)) = socket.recv_from(&mut buffer) {
        texts.push(String::from_utf8_lossy(&buffer[..len]).into_owned());
    }
    Ok(texts)
}

fn udp(case: &mut Case<'_>) -> Result<()> {
    let got = delivered(case)?;
    case.ktap.equal(
        "only right ones are delivered",
        got,
        ["good, odd", "good, even"],
    );
    Ok(())
}

fn rx_off(case: &mut Case<'_>) -> Result<()> {
    if case.eth.feature("rx-checksumming")?.contains("[fixed]") {
        case.ktap.skip(
            "only right ones are delivered without the device's help",
            "rx-checksumming is fixed",
        );
        return Ok(());
    }
    case.eth.set("rx", false)?;
    let got = delivered(case)?;
    case.ktap.equal(
        "only right ones are delivered without the device's help",
        got,
        ["good, odd", "good, even"],
    );
    Ok(())
}
