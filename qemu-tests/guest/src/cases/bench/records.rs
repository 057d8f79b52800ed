// SPDX-License-Identifier: GPL-2.0

//! What our driver writes in front of packets while it is measured; the C drivers write nothing.

use std::fmt;

use anyhow::{bail, ensure, Result};

use super::nic::{Driver, Subject};
use crate::eth::{Eth, NAME};
use crate::knobs::stamps;
use crate::tools;

/// A configuration, named by the fields of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Records {
    Off,
    /// Hash and its type, VLAN tag and its protocol.
    HashVlan,
    /// Everything; for readers.
    All,
}

impl Records {
    /// Those that a driver has.
    pub(super) fn of(driver: Driver) -> &'static [Self] {
        match driver {
            Driver::Rnic => &[Self::Off, Self::HashVlan],
            Driver::C => &[Self::Off],
        }
    }

    /// The one of this name.
    pub(super) fn named(name: &str) -> Result<Self> {
        match name {
            "off" => Ok(Self::Off),
            "hash_vlan" => Ok(Self::HashVlan),
            _ => bail!("no records are called {name}"),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::HashVlan => "hash_vlan",
            Self::All => "all",
        }
    }

    /// Sets it up, and makes sure of it. Without records the features are those of the C drivers.
    pub(super) fn configure(self, subject: &Subject) -> Result<()> {
        let eth = Eth::new();
        eth.set("rxhash", true)?;
        eth.set("rxvlan", true)?;
        // A record has the checksum's verdict when the NIC gives one.
        eth.set("rx", self != Self::HashVlan)?;
        if subject.driver == Driver::C {
            return Ok(());
        }
        let flag = |name: &str, on: bool| {
            let word = if on { "on" } else { "off" };
            format!("ethtool --set-priv-flags {NAME} {name} {word}")
        };
        tools::line(&flag("xdp-records", self != Self::Off))?;
        tools::line(&flag("xdp-packet-type", self == Self::All))?;
        stamps(self == Self::All)?;
        let layout = eth.file("queues/rx-0/xdp_meta/layout")?;
        let wanted = match self {
            Self::Off => "off",
            Self::HashVlan => "rnic_rx_hash_vlan",
            Self::All => "rnic_rx_hash_vlan_csum_tstamp_ptype",
        };
        ensure!(
            layout == wanted,
            "the layout in force is {layout}, not {wanted}"
        );
        Ok(())
    }
}

impl fmt::Display for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
