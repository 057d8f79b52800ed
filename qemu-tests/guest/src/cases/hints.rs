// SPDX-License-Identifier: GPL-2.0

//! The kernel's own metadata kfuncs, which know nothing about records.

use anyhow::Result;

use super::layouts::{set, SETTINGS};
use super::records::one_epoch;
use crate::case::{Case, Definition};
use crate::netlink::{array, Family};
use crate::score::KFUNC;

pub(super) const CASES: &[Definition] = &[
    Definition::new("hints::values", values),
    Definition::new("hints::offered", offered),
];

fn values(case: &mut Case<'_>) -> Result<()> {
    const COUNT: u32 = 150;
    let count = u64::from(COUNT);
    for (hash, vlan) in SETTINGS {
        set(case, hash, vlan)?;
        for (l4, tags) in [("tcp", "all"), ("udp", "none"), ("arp", "all")] {
            let name = format!("rxhash {hash}, rxvlan {vlan}: {l4}, tags {tags}");
            let (epoch, readers, _) = one_epoch(case, l4, tags, COUNT)?;
            let hashes = if hash && l4 != "arp" { count } else { 0 };
            let stripped = if vlan && tags == "all" { count } else { 0 };
            case.ktap
                .equal(&format!("{name}: hashes"), epoch.got_hash[KFUNC], hashes);
            case.ktap
                .equal(&format!("{name}: tags"), epoch.got_vlan[KFUNC], stripped);
            case.ktap.equal(
                &format!("{name}: misparsed"),
                readers.totals()?.misparsed[KFUNC],
                0,
            );
        }
    }
    Ok(())
}

/// `netdev` family: `dev-get`, its attributes, and the hints as bits.
const NETDEV_CMD_DEV_GET: u8 = 1;
const NETDEV_A_DEV_IFINDEX: u16 = 1;
const NETDEV_A_DEV_XDP_FEATURES: u16 = 3;
const NETDEV_A_DEV_XDP_RX_METADATA_FEATURES: u16 = 5;
const HASH_AND_VLAN_TAG: u64 = 2 | 4;
/// Even the least of them, "basic", promises XDP_TX, which the driver does not have.
const NO_ACTIONS: u64 = 0;

fn offered(case: &mut Case<'_>) -> Result<()> {
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
    let (hints, actions) = (
        number(NETDEV_A_DEV_XDP_RX_METADATA_FEATURES)?,
        number(NETDEV_A_DEV_XDP_FEATURES)?,
    );
    case.ktap.equal(
        "xdp-rx-metadata-features: hash and vlan-tag, no timestamp",
        hints,
        Some(HASH_AND_VLAN_TAG),
    );
    case.ktap
        .equal("xdp-features: none", actions, Some(NO_ACTIONS));
    Ok(())
}
