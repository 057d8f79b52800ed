// SPDX-License-Identifier: GPL-2.0

//! Sent packets: the driver's transmit function and its clean-up, one packet for each call, as a socket sends them.

use anyhow::{ensure, Result};

use super::generator::{Generator, Path, To, BURST, BURSTS};
use super::meter::{Also, Meter};
use super::nic::{Peer, Subject};
use super::records::Records;
use super::Row;
use crate::ctl::Ctl;

/// What sends from the subject to its peer.
pub(super) fn generator(subject: &Subject, peer: &Peer, size: u32) -> Result<Generator> {
    let (from, to) = (subject.name(), peer.mac()?);
    Generator::new(from, &to, size, Path::Queue, To::Nobody)
}

/// One row.
pub(super) fn measure(ctl: &mut Ctl, subject: &Subject, peer: &Peer, size: u32) -> Result<Row> {
    let generator = generator(subject, peer, size)?;
    let before = peer.received()?;
    let meter = Meter::begin(ctl, subject, Also::Nothing)?;
    for _ in 0..BURSTS {
        generator.burst()?;
        generator.check()?;
        meter.sample();
    }
    drop(meter);
    let (sent, arrived) = (u64::from(BURST * BURSTS), peer.received()? - before);
    ensure!(
        arrived == sent,
        "{arrived} of {sent} packets reached the peer"
    );
    Ok(Row {
        case: "transmit",
        size,
        records: Records::Off,
        packets: u64::from(BURST),
        turns: Vec::new(),
    })
}
