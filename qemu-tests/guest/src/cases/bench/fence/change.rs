// SPDX-License-Identifier: GPL-2.0

//! The kinds of changes that are measured: a way there and a way back, both made by one system call of this thread.

use std::cell::RefCell;
use std::os::fd::OwnedFd;

use anyhow::{Context, Result};

use crate::eth::{Eth, NAME};
use crate::knobs::stamps;
use crate::programs::Programs;
use crate::sys::bpf::{self, Program};
use crate::sys::netdev::{Netdev, Spread, RXHASH, RXVLAN, TXVLAN};

/// Bits of the private flags.
const XDP_RECORDS: u32 = 1 << 0;
const XDP_PACKET_TYPE: u32 = 1 << 1;

/// A kind of change, one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// Something that is so already.
    Nothing,
    Hash(bool),
    Vlan(bool),
    Checksum(bool),
    PacketType(bool),
    Records(bool),
    Stamps(bool),
    Rings(u32),
    Channels(u32),
    /// Packets spread over two queues, or all to the first.
    Table(bool),
    /// Another key, or the one of the start.
    Key(bool),
    Coalescing(u32),
    Mtu(i32),
    Replace(bool),
    Attached(bool),
    Up(bool),
}

/// There and back again; an interface starts as it is after the way back.
pub(super) const PAIRS: &[[Change; 2]] = &[
    [Change::Nothing, Change::Nothing],
    [Change::Hash(false), Change::Hash(true)],
    [Change::Vlan(false), Change::Vlan(true)],
    [Change::Checksum(false), Change::Checksum(true)],
    [Change::PacketType(true), Change::PacketType(false)],
    [Change::Records(false), Change::Records(true)],
    [Change::Stamps(true), Change::Stamps(false)],
    [Change::Rings(512), Change::Rings(256)],
    [Change::Channels(2), Change::Channels(1)],
    [Change::Table(true), Change::Table(false)],
    [Change::Key(true), Change::Key(false)],
    [Change::Coalescing(50), Change::Coalescing(20)],
    [Change::Mtu(1400), Change::Mtu(1500)],
    [Change::Replace(true), Change::Replace(false)],
    [Change::Attached(false), Change::Attached(true)],
    [Change::Up(false), Change::Up(true)],
];

impl Change {
    /// Its name in a report.
    pub(super) fn name(self) -> String {
        let word = |on: bool| if on { "on" } else { "off" };
        match self {
            Self::Nothing => "nothing changes".to_owned(),
            Self::Hash(on) => format!("rxhash {}", word(on)),
            Self::Vlan(on) => format!("rxvlan {}", word(on)),
            Self::Checksum(on) => format!("rx checksum {}", word(on)),
            Self::PacketType(on) => format!("flag xdp-packet-type {}", word(on)),
            Self::Records(on) => format!("flag xdp-records {}", word(on)),
            Self::Stamps(on) => format!("hwtstamp {}", word(on)),
            Self::Rings(length) => format!("rings of {length}"),
            Self::Channels(count) => format!("channels {count}"),
            Self::Table(true) => "RSS table, both queues".to_owned(),
            Self::Table(false) => "RSS table, one queue of two".to_owned(),
            Self::Key(true) => "RSS key, another".to_owned(),
            Self::Key(false) => "RSS key, as at the start".to_owned(),
            Self::Coalescing(usecs) => format!("coalescing {usecs}"),
            Self::Mtu(mtu) => format!("MTU {mtu}"),
            Self::Replace(true) => "program replaced".to_owned(),
            Self::Replace(false) => "program replaced again".to_owned(),
            Self::Attached(true) => "program attached".to_owned(),
            Self::Attached(false) => "program detached".to_owned(),
            Self::Up(true) => "up".to_owned(),
            Self::Up(false) => "down".to_owned(),
        }
    }

    /// How many queues there must be for it to change anything.
    pub(super) fn queues(self) -> u32 {
        match self {
            Self::Table(_) => 2,
            _ => 1,
        }
    }

    /// Whether no program sees a packet afterwards.
    pub(super) fn is_end(self) -> bool {
        matches!(self, Self::Attached(false) | Self::Up(false))
    }
}

/// What changes are made with: the interface and two programs, the first of which is attached at the start.
pub(super) struct Maker {
    netdev: Netdev,
    programs: [Program; 2],
    link: RefCell<Option<OwnedFd>>,
    /// How packets are spread at the start.
    spread: Spread,
}

impl Maker {
    /// Attaches the first program.
    pub(super) fn new(programs: &Programs) -> Result<Self> {
        let netdev = Netdev::new(NAME)?;
        let open = |name| bpf::program(&programs.pin(name));
        let this = Self {
            spread: netdev.spread().context("the RSS table and key")?,
            netdev,
            programs: [open("one")?, open("other")?],
            link: RefCell::new(None),
        };
        this.make(Change::Attached(true))?;
        Ok(this)
    }

    /// Has so many queues, without counting it as a change.
    pub(super) fn with_queues(&self, count: u32) -> Result<()> {
        Ok(self.netdev.set_channels(count)?)
    }

    /// Makes the change.
    pub(super) fn make(&self, change: Change) -> Result<()> {
        self.attempt(change).with_context(|| change.name())
    }

    fn attempt(&self, change: Change) -> Result<()> {
        let nic = &self.netdev;
        let flag = |bit: u32, on: bool| -> Result<()> {
            let flags = nic.flags()?;
            let flags = if on { flags | bit } else { flags & !bit };
            // The 82574 takes tags out and puts them in together.
            Ok(nic.set_flags(flags | TXVLAN)?)
        };
        match change {
            Change::Nothing => nic.set_flags(nic.flags()? | TXVLAN)?,
            Change::Hash(on) => flag(RXHASH, on)?,
            Change::Vlan(on) => flag(RXVLAN, on)?,
            Change::Checksum(on) => nic.set_rx_checksum(on)?,
            Change::PacketType(on) => nic.set_private_flags(XDP_PACKET_TYPE, on)?,
            Change::Records(on) => nic.set_private_flags(XDP_RECORDS, on)?,
            Change::Stamps(on) => stamps(on)?,
            Change::Rings(length) => nic.set_rings(length, length)?,
            Change::Channels(count) => nic.set_channels(count)?,
            Change::Table(both) => {
                let mut spread = self.spread.clone();
                for (queue, at) in spread.queues().iter_mut().zip(0..) {
                    *queue = if both { at % 2 } else { 0 };
                }
                nic.set_spread(&spread)?;
            }
            Change::Key(other) => {
                let mut spread = self.spread.clone();
                if other {
                    spread.key().iter_mut().for_each(|word| *word ^= 1);
                }
                nic.set_spread(&spread)?;
            }
            Change::Coalescing(usecs) => nic.set_coalescing(usecs)?,
            Change::Mtu(mtu) => nic.set_mtu(mtu)?,
            Change::Replace(other) => {
                let link = self.link.borrow();
                let link = link.as_ref().context("nothing to replace")?;
                bpf::replace(link, &self.programs[usize::from(other)])?;
            }
            Change::Attached(true) if self.link.borrow().is_some() => {}
            Change::Attached(true) => {
                let link = bpf::attach(&self.programs[0], Eth::new().ifindex()?)?;
                self.link.replace(Some(link));
            }
            Change::Attached(false) => drop(self.link.take()),
            Change::Up(up) => nic.set_up(up)?,
        }
        Ok(())
    }
}
