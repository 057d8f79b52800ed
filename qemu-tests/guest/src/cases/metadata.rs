// SPDX-License-Identifier: GPL-2.0

//! Each knob of the metadata turned on and off: one announcement of the layout that it must give, and the field right in every
//! packet afterwards, in the record and from the kernel's kfuncs.

use anyhow::{Context, Result};
use meta_reader::Announcement;
use serde_json::json;

use super::records::{bursts, COUNT};
use crate::boot::Options;
use crate::case::{Case, Definition};
use crate::eth::NAME;
use crate::knobs::{stamps, Knobs};
use crate::monitor::Monitor;
use crate::nic_clock::NicClock;
use crate::readers::{Readers, XDP_DROP};
use crate::score::{FIELDS, HASH, KFUNC, LATE_BOUND, PACKET_TYPE, STAMP, VLAN};
use crate::sys::hwtstamp::{self, filter};
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("metadata::checksum", checksum),
    Definition::new("metadata::ip_id_instead_of_the_hash", ip_id),
    Definition::new("metadata::packet_type", packet_type),
    Definition::new("metadata::stamps", stamped),
    Definition::new("metadata::kept_times", kept_times),
    Definition::new("metadata::set_while_down", set_while_down),
    Definition::new("metadata::nothing_without_a_change", nothing),
];

/// Does something that is announced once, for `reason`, and leads to the layout of `knobs`.
pub(super) fn announced(
    case: &mut Case<'_>,
    monitor: &Monitor,
    (what, reason): (&str, &str),
    knobs: Knobs,
    act: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let before = case.in_force()?;
    let from = monitor.settle()?.len();
    act()?;
    let all = monitor.settle()?;
    let said = |a: &Announcement| {
        (
            a.generation,
            a.layout.name().to_owned(),
            a.layout.id(),
            a.reason_name(),
        )
    };
    let layout = knobs.layout();
    let want = (
        before.generation + 1,
        layout.name.to_owned(),
        layout.id,
        reason.to_owned(),
    );
    case.ktap.equal(
        &format!("{what}: announced once: generation, layout, reason"),
        all[from..].iter().map(said).collect::<Vec<_>>(),
        vec![want],
    );
    let in_force = case.in_force()?;
    case.ktap.check(
        &format!("{what}: in force"),
        all.last() == Some(&in_force),
        format_args!("{in_force:?}"),
    );
    Ok(())
}

/// Frames of each kind have what `knobs` promise and nothing else, in the record and from the kfuncs.
fn read_right(case: &mut Case<'_>, readers: &Readers, knobs: Knobs) -> Result<()> {
    const KFUNCS: [usize; 3] = [HASH, VLAN, STAMP];
    let clock = NicClock::open()?;
    readers.expect_from(clock.now()?)?;
    let count = u64::from(COUNT);
    let name = knobs.layout().name;
    bursts(case, readers, knobs, |case, burst| {
        let fields = burst.kind.fields(knobs, burst.is_tagged);
        let want: [u64; FIELDS] = fields.map(|is_there| u64::from(is_there) * count);
        let tags = if burst.is_tagged {
            "tagged"
        } else {
            "untagged"
        };
        let (record, kfuncs) = (burst.epoch.got[LATE_BOUND], burst.epoch.got[KFUNC]);
        case.ktap.equal(
            &format!(
                "{name}: {}, {tags}: in the record, from the kfuncs",
                burst.kind.name
            ),
            (record, KFUNCS.map(|field| kfuncs[field])),
            (want, KFUNCS.map(|field| want[field])),
        );
        Ok(())
    })?;
    readers.log_misparses()?;
    let totals = readers.totals()?;
    case.ktap.equal(
        &format!("{name}: wrong in the record, from the kfuncs"),
        (totals.misparsed[LATE_BOUND], totals.misparsed[KFUNC]),
        (0, 0),
    );
    let now = clock.now()?;
    case.ktap.check(
        &format!("{name}: no packet arrived after now, by the NIC's clock"),
        totals.latest <= now,
        format_args!("{}, now {now}", totals.latest),
    );
    Ok(())
}

/// Turns a knob, and back again.
fn there_and_back(
    case: &mut Case<'_>,
    reason: &str,
    (first, turned): (&str, Knobs),
    second: &str,
) -> Result<()> {
    let mut readers = Readers::load(XDP_DROP)?;
    readers.attach()?;
    let monitor = Monitor::start()?;
    for (command, knobs) in [(first, turned), (second, Knobs::START)] {
        announced(case, &monitor, (command, reason), knobs, || {
            tools::line(command).map(|_| ())
        })?;
        read_right(case, &readers, knobs)?;
    }
    let changes = monitor.settle()?.len();
    case.ktap.equal("announcements in all", changes, 2);
    Ok(())
}

fn checksum(case: &mut Case<'_>) -> Result<()> {
    let off = Knobs {
        csum: false,
        ..Knobs::START
    };
    let (first, second) = ("ethtool -K eth0 rx off", "ethtool -K eth0 rx on");
    there_and_back(case, "features", (first, off), second)
}

fn ip_id(case: &mut Case<'_>) -> Result<()> {
    let off = Knobs {
        hash: false,
        ..Knobs::START
    };
    let has = |field: &str| off.layout().fields.iter().any(|f| f.name == field);
    case.ktap.equal(
        "the hash and its type go, the identification comes",
        ["rx_hash", "rx_hash_type", "rx_ip_id"].map(has),
        [false, false, true],
    );
    let (first, second) = ("ethtool -K eth0 rxhash off", "ethtool -K eth0 rxhash on");
    there_and_back(case, "features", (first, off), second)
}

fn packet_type(case: &mut Case<'_>) -> Result<()> {
    let on = Knobs {
        packet_type: true,
        ..Knobs::START
    };
    let shown = tools::line(&format!("ethtool --show-priv-flags {NAME}"))?;
    let state = shown
        .lines()
        .find(|line| line.trim().starts_with("xdp-packet-type"));
    case.ktap.check(
        "off at start",
        state.is_some_and(|line| line.trim().ends_with(": off")),
        &shown,
    );
    let first = "ethtool --set-priv-flags eth0 xdp-packet-type on";
    let second = "ethtool --set-priv-flags eth0 xdp-packet-type off";
    there_and_back(case, "flags", (first, on), second)
}

/// With time stamps.
const STAMPED: Knobs = Knobs {
    stamp: true,
    ..Knobs::START
};

fn stamped(case: &mut Case<'_>) -> Result<()> {
    let mut readers = Readers::load(XDP_DROP)?;
    readers.attach()?;
    let monitor = Monitor::start()?;
    for (what, knobs) in [
        ("on", STAMPED),
        ("off", Knobs::START),
        ("on again", STAMPED),
    ] {
        announced(case, &monitor, (what, "hwtstamp"), knobs, || {
            stamps(knobs.stamp)
        })?;
        read_right(case, &readers, knobs)?;
    }
    let changes = monitor.settle()?.len();
    case.ktap.equal("announcements in all", changes, 3);
    Ok(())
}

/// The 82576 keeps the time of a PTP message, one at a time, and the record says so. The 82574 keeps none.
fn kept_times(case: &mut Case<'_>) -> Result<()> {
    const MESSAGES: u64 = 25;
    let keeps = Options::read()?.nic == "igb";
    let mut readers = Readers::load(XDP_DROP)?;
    readers.attach()?;
    tools::line("ethtool --set-priv-flags eth0 xdp-packet-type on")?;
    stamps(true)?;
    let generation = case.in_force()?.generation;
    let clock = NicClock::open()?;
    let mut seen = 0;
    // One after the other: what comes while a time is kept is stamped by the driver.
    for (tags, can_be_kept) in [("none", true), ("all", false), ("none", true)] {
        for n in 0..MESSAGES {
            readers.expect_from(clock.now()?)?;
            let sent = case.burst(json!({"count": 1, "l4": "ptp", "vlan": tags}))?;
            readers.drain(sent)?;
            let (latest, now) = (readers.totals()?.latest, clock.now()?);
            if latest > now {
                let what = format!("message {n}, tags {tags}: arrives before it is seen");
                case.ktap
                    .check(&what, false, format_args!("{latest}, now {now}"));
            }
        }
        let epoch = readers.epoch(0, generation)?.context("no packets")?;
        let kept = epoch.latched - seen;
        seen = epoch.latched;
        let want = if keeps && can_be_kept { MESSAGES } else { 0 };
        case.ktap
            .equal(&format!("times that the NIC kept, tags {tags}"), kept, want);
    }
    let epoch = readers.epoch(0, generation)?.context("no packets")?;
    let got = epoch.got[LATE_BOUND];
    case.ktap.equal(
        "packets, times, packet types",
        (epoch.packets, got[STAMP], got[PACKET_TYPE]),
        (3 * MESSAGES, 3 * MESSAGES, 3 * MESSAGES),
    );
    readers.log_misparses()?;
    let totals = readers.totals()?;
    case.ktap.equal(
        "wrong in the record, from the kfuncs",
        (totals.misparsed[LATE_BOUND], totals.misparsed[KFUNC]),
        (0, 0),
    );
    Ok(())
}

fn set_while_down(case: &mut Case<'_>) -> Result<()> {
    let turned = Knobs {
        hash: false,
        vlan: true,
        csum: false,
        stamp: true,
        packet_type: true,
    };
    let mut readers = Readers::load(XDP_DROP)?;
    readers.attach()?;
    case.eth.down()?;
    let monitor = Monitor::start()?;
    turned.set()?;
    let eth = case.eth;
    announced(case, &monitor, ("up", "open"), turned, || eth.up())?;
    read_right(case, &readers, turned)
}

fn nothing(case: &mut Case<'_>) -> Result<()> {
    let mut readers = Readers::load(XDP_DROP)?;
    readers.attach()?;
    Knobs {
        packet_type: true,
        ..STAMPED
    }
    .set()?;
    let monitor = Monitor::start()?;
    let before = case.in_force()?;
    for command in [
        "ethtool -K eth0 rxhash on rxvlan on rx on",
        "ethtool --set-priv-flags eth0 xdp-packet-type on xdp-records on",
    ] {
        tools::line(command)?;
    }
    // More is granted than is asked for, which is what there is already.
    for wanted in [filter::ALL, filter::PTP_V2_L2_SYNC, filter::ALL] {
        let granted = hwtstamp::set(NAME, wanted)?;
        case.ktap
            .equal(&format!("filter {wanted}: granted"), granted, filter::ALL);
    }
    let all = monitor.settle()?;
    case.ktap
        .check("no announcement", all.is_empty(), format_args!("{all:?}"));
    case.ktap
        .equal("the same generation", case.in_force()?, before);
    Ok(())
}
