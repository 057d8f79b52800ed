// SPDX-License-Identifier: GPL-2.0

//! Kinds of changes that a storm makes, and which worker makes them.
//!
//! Two workers share nothing but the interface: what one of them reads, changes and writes back, the other leaves alone.

use std::time::Duration;

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// `ethtool -K rxhash`.
    Hash,
    /// `ethtool -K rxvlan`.
    Vlan,
    /// `ethtool -K rx`.
    Checksum,
    /// `SIOCSHWTSTAMP`.
    Stamps,
    /// What `tcpdump -j adapter_unsynced` does to the NIC.
    Tcpdump,
    /// `ethtool --set-priv-flags xdp-packet-type`.
    PacketType,
    /// `ethtool --set-priv-flags xdp-packet-type-rx…`: of one queue.
    QueuePacketType,
    /// `ethtool --set-priv-flags xdp-records`, off and on.
    Records,
    /// The MTU.
    Mtu,
    /// `ethtool -G`.
    Rings,
    /// `ethtool -L`.
    Channels,
    /// `ethtool -X`, the indirection table.
    Table,
    /// `ethtool -X hkey`: the last bit of the key, which no hash of so few bytes depends on.
    Key,
    /// `ethtool -C`.
    Coalescing,
    /// Something that is so already.
    Nothing,
}

impl Change {
    /// What the first worker changes.
    pub(crate) const SETTINGS: &'static [Self] = &[
        Self::Hash,
        Self::Hash,
        Self::Vlan,
        Self::Vlan,
        Self::Checksum,
        Self::Stamps,
        Self::Stamps,
        Self::PacketType,
        Self::PacketType,
        Self::QueuePacketType,
        Self::QueuePacketType,
        Self::Mtu,
        Self::Records,
        Self::Tcpdump,
    ];
    /// What the second one changes.
    pub(crate) const RINGS: &'static [Self] = &[
        Self::Rings,
        Self::Rings,
        Self::Channels,
        Self::Table,
        Self::Key,
        Self::Coalescing,
        Self::Nothing,
    ];

    /// The one that has this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let all = Self::SETTINGS.iter().chain(Self::RINGS);
        all.copied().find(|kind| kind.name() == name)
    }

    /// Its name in a report.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Hash => "rxhash",
            Self::Vlan => "rxvlan",
            Self::Checksum => "rx_checksum",
            Self::Stamps => "hwtstamp",
            Self::Tcpdump => "tcpdump",
            Self::PacketType => "packet_type",
            Self::QueuePacketType => "queue_packet_type",
            Self::Records => "records",
            Self::Mtu => "mtu",
            Self::Rings => "rings",
            Self::Channels => "channels",
            Self::Table => "rss_table",
            Self::Key => "rss_key",
            Self::Coalescing => "coalescing",
            Self::Nothing => "nothing",
        }
    }
}

/// A change that was made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made {
    /// Name of its kind.
    pub(crate) kind: &'static str,
    /// From the call to its return.
    pub(crate) time: Duration,
    /// Packets that came meanwhile.
    pub(crate) in_flight: u64,
}

/// The smallest MTU of a storm: frames are a little shorter.
pub(super) fn least_mtu(jumbo: bool) -> i32 {
    if jumbo {
        8400
    } else {
        1400
    }
}
