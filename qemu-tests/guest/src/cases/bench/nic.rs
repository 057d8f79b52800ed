// SPDX-License-Identifier: GPL-2.0

//! The two NICs of the counting machine: the one under test and its peer, their drivers and their links.

use std::fmt;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure, Result};

use crate::boot::{insmod, rmmod};
use crate::eth::{Eth, ADDRESS, NAME};
use crate::tools;

/// The peer's name; the NIC under test is `eth0` whoever drives it.
const PEER: &str = "peer0";
/// The peer's address, on the network of [`ADDRESS`].
pub(super) const PEER_ADDRESS: &str = "192.0.2.1";

/// A model of QEMU, which is also the name of its C driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Model {
    E1000e,
    Igb,
}

impl Model {
    pub(super) fn named(name: &str) -> Result<Self> {
        match name {
            "e1000e" => Ok(Self::E1000e),
            "igb" => Ok(Self::Igb),
            _ => bail!("no NIC is called {name}"),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::E1000e => "e1000e",
            Self::Igb => "igb",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::E1000e => Self::Igb,
            Self::Igb => Self::E1000e,
        }
    }
}

/// Who drives the NIC under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Driver {
    Rnic,
    C,
}

impl Driver {
    pub(super) fn named(name: &str) -> Result<Self> {
        match name {
            "rnic" => Ok(Self::Rnic),
            "c" => Ok(Self::C),
            _ => bail!("no driver is called {name}"),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Rnic => "rnic",
            Self::C => "c",
        }
    }
}

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The NIC under test, with its driver loaded.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) model: Model,
    pub(super) driver: Driver,
}

impl Subject {
    /// Loads the driver; the interface has its address and is down.
    pub(super) fn load(model: Model, driver: Driver) -> Result<Self> {
        let this = Self { model, driver };
        insmod(this.module())?;
        // It may probe on its own time.
        wait_for("the interface", || Eth::new().exists())?;
        tools::line(&format!("ip address replace {ADDRESS} dev {NAME}"))?;
        Ok(this)
    }

    /// Its module's name.
    pub(super) fn module(&self) -> &'static str {
        match self.driver {
            Driver::Rnic => "rnic",
            Driver::C => self.model.name(),
        }
    }

    /// Takes the interface and its driver away.
    pub(super) fn unload(self) -> Result<()> {
        Eth::new().down()?;
        rmmod(self.module())
    }

    /// Whether programs can run in the driver: the C driver of the 82574L has no native XDP.
    pub(super) fn has_xdp(&self) -> bool {
        self.driver == Driver::Rnic || self.model == Model::Igb
    }

    /// The C driver of the 82574L cleans its transmit ring in the interrupt and leaves packets to a softirq; that of the
    /// 82576 frees them in its poll. So with the latter as peer, the softirq's work is the subject's.
    pub(super) fn peer_frees_at_once(&self) -> bool {
        self.model.other() == Model::Igb
    }

    pub(super) fn up(&self) -> Result<()> {
        tools::line(&format!("ip link set dev {NAME} up"))?;
        wait_for_link(NAME)
    }

    /// `eth0`.
    pub(super) fn name(&self) -> &'static str {
        NAME
    }

    pub(super) fn mac(&self) -> Result<String> {
        tools::read(&format!("/sys/class/net/{NAME}/address"))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.driver.name(), self.model.name())
    }
}

/// The NIC at the other end.
#[derive(Debug)]
pub(super) struct Peer(());

impl Peer {
    /// Loads the C driver of the NIC that is not under test, before any driver that would take both.
    pub(super) fn load(subject: Model) -> Result<Self> {
        insmod(subject.other().name())?;
        wait_for("the peer", || Eth::new().exists())?;
        tools::line(&format!("ip link set dev {NAME} name {PEER}"))?;
        tools::line(&format!("ip link set dev {PEER} up"))?;
        Ok(Self(()))
    }

    /// `peer0`.
    pub(super) fn name(&self) -> &'static str {
        PEER
    }

    pub(super) fn mac(&self) -> Result<String> {
        tools::read(&format!("/sys/class/net/{PEER}/address"))
    }

    /// Frames that have reached it.
    pub(super) fn received(&self) -> Result<u64> {
        let path = format!("/sys/class/net/{PEER}/statistics/rx_packets");
        Ok(tools::read(&path)?.parse()?)
    }

    pub(super) fn wait_for_link(&self) -> Result<()> {
        wait_for_link(PEER)
    }
}

pub(super) fn wait_for_link(nic: &str) -> Result<()> {
    let carrier = format!("/sys/class/net/{nic}/carrier");
    wait_for(&carrier, || {
        tools::read(&carrier).ok().as_deref() == Some("1")
    })
}

pub(super) fn wait_for(what: &str, is_there: impl Fn() -> bool) -> Result<()> {
    let start = Instant::now();
    while !is_there() {
        ensure!(
            start.elapsed() < Duration::from_secs(30),
            "{what} does not come"
        );
        sleep(Duration::from_millis(20));
    }
    Ok(())
}
