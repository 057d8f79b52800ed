// SPDX-License-Identifier: GPL-2.0

//! The kernel's own metadata kfuncs, which know nothing about records.

use anyhow::Result;
use meta_reader::netlink::{array, Family};

use super::records::{bursts, COUNT};
use crate::case::{Case, Definition};
use crate::ctl;
use crate::knobs::Knobs;
use crate::nic_clock::NicClock;
use crate::readers::{Readers, XDP_DROP};
use crate::score::{HASH, KFUNC, STAMP, VLAN};

pub(super) const CASES: &[Definition] = &[
    Definition::new("hints::values", values),
    Definition::new("hints::offered", offered),
];

fn values(case: &mut Case<'_>) -> Result<()> {
    let clock = NicClock::open()?;
    let mut readers = Readers::load(XDP_DROP)?;
    readers.attach()?;
    readers.expect_from(clock.now()?)?;
    let count = u64::from(COUNT);
    // The other two knobs are none of the kfuncs'.
    for knobs in Knobs::all().filter(|knobs| knobs.csum && !knobs.packet_type) {
        bursts(case, &readers, knobs, |case, burst| {
            let tags = if burst.is_tagged {
                "tagged"
            } else {
                "untagged"
            };
            let name = format!("{}: {}, {tags}", knobs.layout().name, burst.kind.name);
            let fields = burst.kind.fields(knobs, burst.is_tagged);
            let got = burst.epoch.got[KFUNC];
            case.ktap.equal(
                &format!("{name}: hashes, tags, times"),
                [HASH, VLAN, STAMP].map(|field| got[field]),
                [HASH, VLAN, STAMP].map(|field| u64::from(fields[field]) * count),
            );
            Ok(())
        })?;
        ctl::log(&format!("{} done", knobs.layout().name));
    }
    readers.log_misparses()?;
    let totals = readers.totals()?;
    case.ktap.equal("misparsed", totals.misparsed[KFUNC], 0);
    let now = clock.now()?;
    case.ktap.check(
        "no packet arrived after now, by the NIC's clock",
        0 < totals.latest && totals.latest <= now,
        format_args!("{}, now {now}", totals.latest),
    );
    Ok(())
}

/// `netdev` family: `dev-get`, its attributes.
const NETDEV_CMD_DEV_GET: u8 = 1;
const NETDEV_A_DEV_IFINDEX: u16 = 1;
const NETDEV_A_DEV_XDP_FEATURES: u16 = 3;
const NETDEV_A_DEV_XDP_RX_METADATA_FEATURES: u16 = 5;
const NETDEV_A_DEV_XSK_FEATURES: u16 = 6;

/// `enum netdev_xdp_rx_metadata`.
mod hint {
    pub(super) const TIMESTAMP: u64 = 1 << 0;
    pub(super) const HASH: u64 = 1 << 1;
    pub(super) const VLAN_TAG: u64 = 1 << 2;
}

/// `enum netdev_xdp_act`.
mod action {
    pub(super) const BASIC: u64 = 1 << 0;
    pub(super) const REDIRECT: u64 = 1 << 1;
    pub(super) const NDO_XMIT: u64 = 1 << 2;
    pub(super) const XSK_ZEROCOPY: u64 = 1 << 3;
    pub(super) const RX_SG: u64 = 1 << 5;
    pub(super) const NDO_XMIT_SG: u64 = 1 << 6;
}

fn offered(case: &mut Case<'_>) -> Result<()> {
    use action::*;
    let family = Family::open("netdev")?;
    let attrs = [(
        NETDEV_A_DEV_IFINDEX,
        case.eth.ifindex()?.to_ne_bytes().to_vec(),
    )];
    let answers = family.ask(NETDEV_CMD_DEV_GET, false, &attrs)?;
    let number = |kind: u16| {
        let found = answers.iter().flatten().find(|a| a.kind == kind);
        found
            .map(|a| array(&a.value).map(u64::from_ne_bytes))
            .transpose()
    };
    case.ktap.equal(
        "xdp-rx-metadata-features: timestamp, hash, vlan-tag",
        number(NETDEV_A_DEV_XDP_RX_METADATA_FEATURES)?,
        Some(hint::TIMESTAMP | hint::HASH | hint::VLAN_TAG),
    );
    case.ktap.equal(
        "xdp-features: basic, redirect, transmit for others, sockets' memory, fragments both ways",
        number(NETDEV_A_DEV_XDP_FEATURES)?,
        Some(BASIC | REDIRECT | NDO_XMIT | XSK_ZEROCOPY | RX_SG | NDO_XMIT_SG),
    );
    case.ktap.equal(
        "xsk-features: no transmit metadata",
        number(NETDEV_A_DEV_XSK_FEATURES)?,
        Some(0),
    );
    Ok(())
}
