// SPDX-License-Identifier: GPL-2.0

//! Sent packets: the driver's transmit function and its clean-up, one packet for each call, as a socket sends them.

use anyhow::{ensure, Result};

use super::account::Account;
use super::generator::{Generator, Path, To, BURST, BURSTS};
use super::nic::{Peer, Subject};
use super::records::Records;
use super::Row;

/// One row.
pub(super) fn measure(subject: &Subject, peer: &Peer, account: &Account, size: u32) -> Result<Row> {
    let (from, to) = (subject.name(), peer.mac()?);
    let generator = Generator::new(from, &to, size, Path::Queue, To::Nobody)?;
    let before = peer.received()?;
    let mut bursts = Vec::new();
    for _ in 0..BURSTS {
        bursts.push(account.of(|| generator.burst())?);
    }
    generator.check()?;
    let (sent, arrived) = (u64::from(BURST * BURSTS), peer.received()? - before);
    ensure!(
        arrived == sent,
        "{arrived} of {sent} packets reached the peer"
    );
    Ok(Row {
        case: "transmit",
        size,
        records: Records::Off,
        bursts,
        packets: u64::from(BURST),
        turns: Vec::new(),
    })
}
