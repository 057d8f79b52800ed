// SPDX-License-Identifier: GPL-2.0

//! The kernel's own metadata kfuncs, which know nothing about records.

use anyhow::Result;

use super::layouts::{set, SETTINGS};
use super::records::one_epoch;
use crate::case::{Case, Definition};
use crate::stats::KFUNC;
use crate::tools;

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

fn offered(case: &mut Case<'_>) -> Result<()> {
    // bpftool cannot ask netdev-genl; what it can show is that a bound program loads and is bound.
    let (_, readers, _) = one_epoch(case, "udp", "none", 10)?;
    let pin = readers.programs.pin("readers");
    let shown = tools::line(&format!("bpftool prog show pinned {}", pin.display()))?;
    case.ktap.check(
        "the program is an XDP program",
        shown.contains("xdp"),
        &shown,
    );
    case.ktap.check(
        "bound to the device",
        shown.contains("offloaded_to") || shown.contains("bound"),
        &shown,
    );
    Ok(())
}
