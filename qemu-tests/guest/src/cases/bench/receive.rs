// SPDX-License-Identifier: GPL-2.0

//! Received packets: dropped, sent back, redirected or passed on by a program, or passed on without one.
//!
//! A row is measured twice: with a bare program for the instructions of whole bursts, and with one that takes times for
//! the turns of the receive loop.

use std::io::ErrorKind;
use std::net::UdpSocket;
use std::time::Duration;

use anyhow::{ensure, Result};

use super::generator::{Generator, Path, To, BURST, BURSTS, PORT};
use super::meter::{Also, Meter};
use super::nic::{wait_for_link, Peer, Subject};
use super::records::Records;
use super::Row;
use crate::ctl::Ctl;
use crate::eth::{udp_socket, Eth};
use crate::programs::Programs;

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Drop,
    Tx,
    Redirect,
    /// By a program to a UDP socket.
    Pass,
    /// To a UDP socket, no program.
    Plain,
}

impl Verdict {
    /// Those that a driver can do; a record's cost does not show where there is no program.
    pub(super) fn of(subject: &Subject, records: Records) -> &'static [Self] {
        match (subject.has_xdp(), records) {
            (true, Records::Off) => &[
                Self::Drop,
                Self::Tx,
                Self::Redirect,
                Self::Pass,
                Self::Plain,
            ],
            (true, Records::HashVlan | Records::All) => {
                &[Self::Drop, Self::Tx, Self::Redirect, Self::Pass]
            }
            (false, _) => &[Self::Plain],
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Drop => "xdp_drop",
            Self::Tx => "xdp_tx",
            Self::Redirect => "xdp_redirect",
            Self::Pass => "xdp_pass_udp",
            Self::Plain => "pass_udp",
        }
    }

    /// The one of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let all = [
            Self::Drop,
            Self::Tx,
            Self::Redirect,
            Self::Pass,
            Self::Plain,
        ];
        all.into_iter().find(|verdict| verdict.name() == name)
    }

    /// The program's name.
    fn program(self) -> Option<&'static str> {
        match self {
            Self::Drop => Some("drop"),
            Self::Tx => Some("tx"),
            Self::Redirect => Some("redirect"),
            Self::Pass => Some("pass"),
            Self::Plain => None,
        }
    }

    fn comes_back(self) -> bool {
        matches!(self, Self::Tx | Self::Redirect)
    }

    /// What counts besides the driver.
    pub(super) fn also(self) -> Also {
        if self.reaches_socket() {
            Also::Sockets
        } else {
            Also::Nothing
        }
    }

    fn reaches_socket(self) -> bool {
        matches!(self, Self::Pass | Self::Plain)
    }
}

/// One row.
pub(super) fn measure(
    ctl: &mut Ctl,
    subject: &Subject,
    peer: &Peer,
    verdict: Verdict,
    size: u32,
    records: Records,
) -> Result<Row> {
    let traffic = Traffic::new(subject, peer, verdict, size, false)?;
    let meter = Meter::begin(ctl, subject, verdict.also())?;
    traffic.bursts(peer, || meter.sample())?;
    drop((meter, traffic));
    let mut turns = Vec::new();
    if verdict.program().is_some() {
        let traffic = Traffic::new(subject, peer, verdict, size, true)?;
        traffic.bursts(peer, || ())?;
        turns = traffic.programs.turns(u64::from(BURST * BURSTS))?;
    }
    Ok(Row {
        case: verdict.name(),
        size,
        records,
        packets: u64::from(BURST),
        turns,
    })
}

/// Everything that is needed to send bursts to the subject.
pub(super) struct Traffic {
    verdict: Verdict,
    programs: Attached,
    socket: UdpSocket,
    generator: Generator,
}

impl Traffic {
    pub(super) fn new(
        subject: &Subject,
        peer: &Peer,
        verdict: Verdict,
        size: u32,
        timed: bool,
    ) -> Result<Self> {
        let programs = Attached::new(verdict, timed)?;
        // Attaching may take the link down.
        wait_for_link(subject.name())?;
        peer.wait_for_link()?;
        let socket = udp_socket(&format!("192.0.2.2:{PORT}"), Duration::from_secs(1))?;
        socket.set_nonblocking(true)?;
        let to = if verdict.reaches_socket() {
            To::Socket
        } else {
            To::Nobody
        };
        let generator = Generator::new(peer.name(), &subject.mac()?, size, Path::Straight, to)?;
        Ok(Self {
            verdict,
            programs,
            socket,
            generator,
        })
    }

    /// Frames with everything that can be read of them, and no program: the caller has attached one that drops them.
    pub(super) fn to_readers(subject: &Subject, peer: &Peer, size: u32) -> Result<Self> {
        wait_for_link(subject.name())?;
        peer.wait_for_link()?;
        let mac = subject.mac()?;
        let generator = Generator::new(peer.name(), &mac, size, Path::Straight, To::Nobody)?;
        Ok(Self {
            verdict: Verdict::Drop,
            programs: Attached {
                programs: None,
                timed: false,
            },
            socket: udp_socket(&format!("192.0.2.2:{PORT}"), Duration::from_secs(1))?,
            generator: generator.tagged()?,
        })
    }

    /// Sends all of them, and makes sure that no packet was lost.
    pub(super) fn bursts(&self, peer: &Peer, mut after_each: impl FnMut()) -> Result<()> {
        let eth = Eth::new();
        let (arrived, returned) = (eth.counter("rx_packets")?, peer.received()?);
        for _ in 0..BURSTS {
            self.burst()?;
            after_each();
        }
        let sent = u64::from(BURST * BURSTS);
        let arrived = eth.counter("rx_packets")? - arrived;
        ensure!(arrived == sent, "{arrived} of {sent} packets arrived");
        if self.verdict.comes_back() {
            let returned = peer.received()? - returned;
            ensure!(returned == sent, "{returned} of {sent} packets came back");
        }
        Ok(())
    }

    /// Sends one, and reads it where it reaches a socket.
    pub(super) fn burst(&self) -> Result<()> {
        self.generator.burst()?;
        if self.verdict.reaches_socket() {
            let read = drain(&self.socket)?;
            ensure!(
                read == BURST,
                "{read} of {BURST} packets reached the socket"
            );
        }
        self.generator.check()
    }
}

/// Reads what is there.
fn drain(socket: &UdpSocket) -> Result<u32> {
    let mut frame = [0; 2048];
    let mut read = 0;
    loop {
        match socket.recv(&mut frame) {
            Ok(_) => read += 1,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(read),
            Err(error) => return Err(error.into()),
        }
    }
}

/// The program on the interface, if there is one.
struct Attached {
    programs: Option<Programs>,
    timed: bool,
}

impl Attached {
    fn new(verdict: Verdict, timed: bool) -> Result<Self> {
        let mut this = Self {
            programs: None,
            timed,
        };
        if let Some(name) = verdict.program() {
            let mut programs = Programs::load("bench_verdict", false)?;
            // Back out by the same interface.
            let port = Eth::new().ifindex()?.to_ne_bytes();
            programs.map("ports", 4)?.set(0, &port)?;
            let ending = if timed { "_timed" } else { "" };
            programs.attach(&format!("{name}{ending}"))?;
            this.programs = Some(programs);
        }
        Ok(this)
    }

    /// The times from each packet to the next; the first one is the time since the clock began.
    fn turns(&self, sent: u64) -> Result<Vec<u64>> {
        let Some(programs) = self.programs.as_ref().filter(|_| self.timed) else {
            return Ok(Vec::new());
        };
        let progress = programs.map("progress", 16)?.get(0)?;
        let count = number(&progress[8..]);
        ensure!(count == sent, "the program saw {count} of {sent} packets");
        let turns = programs.map("turns", 8)?;
        (1..u32::try_from(count)?)
            .map(|at| Ok(number(&turns.get(at)?)))
            .collect()
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_ne_bytes)
}
