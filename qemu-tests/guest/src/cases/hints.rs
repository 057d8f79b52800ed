// SPDX-License-Identifier: GPL-2.0

//! The kernel's own metadata kfuncs, which know nothing about records.

use anyhow::Result;

use super::layouts::{set, SETTINGS};
use super::records::one_epoch;
use crate::case::{Case, Definition};
use crate::stats::KFUNC;

pub(super) const CASES: &[Definition] = &[Definition::new("hints::values", values)];

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
