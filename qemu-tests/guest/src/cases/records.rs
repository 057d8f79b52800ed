// SPDX-License-Identifier: GPL-2.0

//! Values in records: every layout, with every kind of packet, as the late-bound reader sees them.

use anyhow::{Context, Result};
use serde_json::json;

use super::layouts::{defined, set, SETTINGS};
use crate::case::{Case, Definition, Sent};
use crate::ctl;
use crate::eth::NAME;
use crate::monitor::Monitor;
use crate::readers::{Readers, XDP_DROP};
use crate::score::{Epoch, FROZEN, KFUNC, LATE_BOUND, NAMES};
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("records::values", values),
    Definition::new("records::layout_unknown_at_load", unknown_at_load),
    Definition::new("records::switched_off", switched_off),
    Definition::new(
        "records::frozen_reader_is_right_on_its_own_layout",
        frozen_on_its_own,
    ),
];

/// The epoch of the layout in force, after `count` frames of this kind.
pub(super) fn one_epoch(
    case: &mut Case<'_>,
    l4: &str,
    vlan: &str,
    count: u32,
) -> Result<(Epoch, Readers, Sent)> {
    let mut readers = Readers::load(XDP_DROP)?;
    readers.attach()?;
    let in_force = case.in_force()?;
    let sent =
        case.burst(json!({"count": count, "l4": l4, "vlan": vlan, "flows": 50, "seed": 7}))?;
    readers.drain(sent)?;
    readers.log_misparses()?;
    let epochs = readers.epochs(in_force.generation)?;
    let epoch = epochs
        .into_iter()
        .find(|e| e.generation == in_force.generation & 0xffff);
    let totals = readers.totals()?;
    let epoch = epoch.with_context(|| {
        format!(
            "no record of generation {}: {totals:?}",
            in_force.generation
        )
    })?;
    Ok((epoch, readers, sent))
}

fn values(case: &mut Case<'_>) -> Result<()> {
    const COUNT: u32 = 120;
    for (hash, vlan) in SETTINGS {
        set(case, hash, vlan)?;
        let layout = defined(hash, vlan);
        for l4 in ["udp", "tcp", "arp"] {
            for tags in ["none", "all"] {
                let name = format!(
                    "{}: {l4}, {}",
                    layout.name,
                    if tags == "all" { "tagged" } else { "untagged" }
                );
                let (epoch, readers, _) = one_epoch(case, l4, tags, COUNT)?;
                let totals = readers.totals()?;
                let count = u64::from(COUNT);
                let hashes = if hash && l4 != "arp" { count } else { 0 };
                let stripped = if vlan && tags == "all" { count } else { 0 };
                let inband = if !vlan && tags == "all" { count } else { 0 };
                let got = (
                    epoch.packets,
                    epoch.got_hash[LATE_BOUND],
                    epoch.got_vlan[LATE_BOUND],
                    epoch.inband,
                );
                case.ktap.equal(
                    &format!("{name}: packets, hashes, tags, tags left in"),
                    got,
                    (count, hashes, stripped, inband),
                );
                case.ktap
                    .equal(&format!("{name}: layout"), epoch.layout_id, layout.id);
                let wrong = (
                    totals.misparsed[LATE_BOUND],
                    totals.stale,
                    totals.no_record,
                    totals.unbound,
                );
                case.ktap.equal(
                    &format!("{name}: wrong, stale, without, unbound"),
                    wrong,
                    (0, 0, 0, 0),
                );
            }
        }
        ctl::log(&format!("{} done", layout.name));
    }
    Ok(())
}

fn unknown_at_load(case: &mut Case<'_>) -> Result<()> {
    // Loaded while another layout is in force than any that it will see.
    let mut readers = Readers::load(XDP_DROP)?;
    let monitor = Monitor::start()?;
    readers.attach()?;
    let mut announced = vec![case.in_force()?];
    let mut sent = Sent { first: 0, count: 0 };
    for (hash, vlan) in SETTINGS.into_iter().skip(1) {
        set(case, hash, vlan)?;
        sent.count += case
            .burst(json!({"count": 200, "l4": "all", "vlan": "mix"}))?
            .count;
        readers.drain(sent)?;
    }
    announced.extend(monitor.settle()?);
    let scores = readers.scores(&announced, sent)?;
    let late = scores[LATE_BOUND];
    case.ktap.check(
        "late-bound reads layouts that it met after its load",
        late.is_clean(),
        format_args!("{late:?}"),
    );
    case.ktap.equal("packets", late.packets, 600);
    Ok(())
}

fn frozen_on_its_own(case: &mut Case<'_>) -> Result<()> {
    // Otherwise its misparses under change would prove nothing.
    let (_, readers, _) = one_epoch(case, "mix", "mix", 500)?;
    let totals = readers.totals()?;
    for reader in [FROZEN, KFUNC, LATE_BOUND] {
        case.ktap.equal(
            &format!("{}: misparsed", NAMES[reader]),
            totals.misparsed[reader],
            0,
        );
    }
    Ok(())
}

fn switched_off(case: &mut Case<'_>) -> Result<()> {
    let mut readers = Readers::load(XDP_DROP)?;
    let monitor = Monitor::start()?;
    readers.attach()?;
    let mut announced = vec![case.in_force()?];
    let seed = 3;
    let request = json!({"background": true, "count": 0, "l4": "all", "vlan": "mix", "gap_us": 200, "seed": seed});
    case.burst(request)?;
    for word in ["off", "on"].into_iter().cycle().take(20) {
        tools::run(&["ethtool", "--set-priv-flags", NAME, "xdp-records", word])?;
    }
    let mut sent = case.stop()?;
    readers.drain(sent)?;
    let before = readers.totals()?;
    tools::run(&["ethtool", "--set-priv-flags", NAME, "xdp-records", "off"])?;
    let off = case.burst(json!({"count": 300, "l4": "all", "vlan": "mix"}))?;
    sent.count += off.count;
    readers.drain(sent)?;
    announced.extend(monitor.settle()?);
    let (totals, scores) = (readers.totals()?, readers.scores(&announced, sent)?);
    let without = announced.iter().filter(|a| a.layout_id == 0).count();
    case.ktap.equal(
        "generations without records are announced as such",
        without,
        11,
    );
    case.ktap.equal(
        "packets without a record while off",
        totals.no_record - before.no_record,
        300,
    );
    case.ktap.check(
        "and before, now and then",
        before.no_record > 0,
        format_args!("{before:?}"),
    );
    let late = scores[LATE_BOUND];
    case.ktap.equal(
        "late-bound: misparsed, stale, lost",
        (late.misparsed, late.stale, late.lost),
        (0, 0, 0),
    );
    case.ktap.equal(
        "the only fields missing are those of packets without a record",
        late.missing,
        totals.no_record,
    );
    case.ktap
        .equal("kfunc: misparsed", scores[KFUNC].misparsed, 0);
    Ok(())
}
