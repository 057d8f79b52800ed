// SPDX-License-Identifier: GPL-2.0

//! The configuration that a user makes. It survives `ip link` down and up, and every reconfiguration.

use crate::{
    hal::{Latch, Nic, RxSettings},
    layouts::knob,
    ring::Len,
    rss,
    rx::RxConfig,
    sys::{
        hwtstamp::{self, RxFilter},
        netdev::{feature, MAX_QUEUES},
        xdp::Prog,
    },
};

/// Microseconds between interrupts at start.
const DEFAULT_USECS: u32 = 50;

/// Private flags, by their bit.
pub(super) mod flag {
    /// Records are written while a program is attached.
    pub(crate) const RECORDS: u32 = 1 << 0;
    /// Records have the packet type.
    pub(crate) const PACKET_TYPE: u32 = 1 << 1;

    /// Those of one receive queue have it.
    pub(crate) fn packet_type_of(queue: usize) -> u32 {
        PACKET_TYPE << 1 << queue
    }
}

/// Lengths of rings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct RingLens {
    pub(super) rx: Len,
    pub(super) tx: Len,
}

/// Everything that can be set.
#[derive(Clone)]
pub(super) struct Config {
    /// `ethtool -K`.
    pub(super) features: u64,
    /// `ethtool --set-priv-flags`, bits of [`flag`].
    pub(super) flags: u32,
    /// The attached program.
    pub(super) prog: Option<Prog>,
    /// What is stamped.
    pub(super) hwtstamp: hwtstamp::Config,
    /// `ip link set mtu`.
    pub(super) mtu: usize,
    /// `ethtool -X`, `-N`.
    pub(super) rss: rss::Config,
    /// `ethtool -L`.
    pub(super) queues: usize,
    /// `ethtool -G`.
    pub(super) rings: RingLens,
    /// `ethtool -C`, for each pair of queues.
    pub(super) usecs: [u32; MAX_QUEUES],
}

impl Config {
    /// What an interface starts with.
    pub(super) fn new(features: u64, queues: usize) -> Self {
        Self {
            features,
            flags: flag::RECORDS,
            prog: None,
            hwtstamp: hwtstamp::Config::OFF,
            mtu: 1500,
            rss: rss::Config::new(queues),
            queues,
            rings: RingLens {
                rx: Len::DEFAULT,
                tx: Len::DEFAULT,
            },
            usecs: [DEFAULT_USECS; MAX_QUEUES],
        }
    }

    /// Whether received packets are stamped.
    pub(super) fn stamps(&self) -> bool {
        self.hwtstamp.rx != RxFilter::None
    }

    /// The layout knobs that are on for all queues.
    fn common_knobs(&self) -> u32 {
        let has = |feature: u64| self.features & feature != 0;
        [
            (knob::HASH, has(feature::RXHASH)),
            (knob::VLAN, has(feature::VLAN_RX)),
            (knob::CSUM, has(feature::RXCSUM)),
            (knob::TSTAMP, self.stamps()),
            (knob::PTYPE, self.flags & flag::PACKET_TYPE != 0),
        ]
        .into_iter()
        .filter(|(_, on)| *on)
        .fold(0, |knobs, (knob, _)| knobs | knob)
    }

    /// The layout knobs that are on for a receive queue.
    pub(super) fn knobs(&self, queue: usize) -> u32 {
        if self.flags & flag::packet_type_of(queue) != 0 {
            self.common_knobs() | knob::PTYPE
        } else {
            self.common_knobs()
        }
    }

    /// What the NIC itself keeps the time of: PTP messages of one type.
    fn latch(&self) -> Latch {
        const SYNC: u8 = 0;
        const DELAY_REQ: u8 = 1;
        match self.hwtstamp.rx {
            RxFilter::None => Latch::Off,
            RxFilter::PtpV2L2DelayReq | RxFilter::PtpV2DelayReq => Latch::Ptp(DELAY_REQ),
            _ => Latch::Ptp(SYNC),
        }
    }

    /// What the loop of a receive queue works by.
    pub(super) fn rx(&self, queue: usize) -> RxConfig {
        RxConfig {
            knobs: self.knobs(queue),
            checksum: self.features & feature::RXCSUM != 0,
            strip_vlan: self.features & feature::VLAN_RX != 0,
            stamps: self.stamps(),
            records: self.flags & flag::RECORDS != 0,
            mtu: self.mtu,
            prog: self.prog.clone(),
        }
    }

    /// What the receive unit works by.
    pub(super) fn settings(&self) -> RxSettings {
        RxSettings {
            knobs: self.common_knobs(),
            rss: self.rss,
            mtu: self.mtu,
            strip_vlan: self.features & feature::VLAN_RX != 0,
            filter_vlan: self.features & feature::VLAN_FILTER != 0,
            latch: self.latch(),
        }
    }
}

/// Makes a feature set one that `N` can do.
pub(super) fn possible<N: Nic>(features: u64) -> u64 {
    if N::VLAN_BOTH_WAYS && features & feature::VLAN_RX == 0 {
        features & !feature::VLAN_TX
    } else {
        features
    }
}
