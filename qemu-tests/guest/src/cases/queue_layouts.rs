// SPDX-License-Identifier: GPL-2.0

//! Queues of one interface whose records have different layouts: each is announced, published and read by itself.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use meta_reader::{Announcement, Client};
use serde_json::json;

use super::queues::all_channels;
use super::reconfig::{judge, Storm};
use crate::case::{Case, Definition};
use crate::eth::NAME;
use crate::knobs::stamps;
use crate::monitor::Monitor;
use crate::nic_clock::NicClock;
use crate::readers::{Readers, XDP_DROP};
use crate::score::FROZEN;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("queue_layouts::announced", announced),
    Definition::new("queue_layouts::read", read),
    Definition::new("queue_layouts::coalescing", coalescing),
];

/// The field that only some queues' records have.
const FIELD: &str = "rx_packet_type";

/// Turns the packet type of one queue's records on or off.
fn turn(queue: u32, on: bool) -> Result<()> {
    let word = if on { "on" } else { "off" };
    tools::line(&format!(
        "ethtool --set-priv-flags {NAME} xdp-packet-type-rx{queue} {word}"
    ))
    .map(|_| ())
}

/// What is in force on each queue.
fn in_force(case: &Case<'_>, queues: u32) -> Result<Vec<Announcement>> {
    let (client, ifindex) = (Client::open()?, case.eth.ifindex()?);
    let get = |queue| Ok(client.get(ifindex, queue)?);
    (0..queues).map(get).collect()
}

/// The queues whose records have the field.
fn having(all: &[Announcement]) -> BTreeSet<u32> {
    let have = all.iter().filter(|a| a.layout.named(FIELD).is_some());
    have.map(|a| a.queue).collect()
}

fn announced(case: &mut Case<'_>) -> Result<()> {
    let queues = all_channels()?;
    let last = queues - 1;
    let mut readers = Readers::load(XDP_DROP)?;
    readers.attach()?;
    let monitor = Monitor::start()?;
    let all = format!("ethtool --set-priv-flags {NAME} xdp-packet-type");
    // What is done, and the queues that are then announced, and the queues whose records then have the field.
    let every: BTreeSet<u32> = (0..queues).collect();
    let one = |queue: u32| BTreeSet::from([queue]);
    let but_last: BTreeSet<u32> = (0..last).collect();
    let none = BTreeSet::new();
    let steps = [
        (format!("{all}-rx{last} on"), one(last), one(last)),
        (format!("{all}-rx{last} on"), none.clone(), one(last)),
        (format!("{all} on"), but_last.clone(), every.clone()),
        (format!("{all}-rx0 on"), none.clone(), every.clone()),
        (
            format!("{all} off"),
            (1..last).collect(),
            BTreeSet::from([0, last]),
        ),
        (format!("{all}-rx0 off"), one(0), one(last)),
        (format!("{all}-rx{last} off"), one(last), none.clone()),
    ];
    for (number, (command, concerned, have)) in steps.into_iter().enumerate() {
        let name = format!("{} {command}", number + 1);
        let (before, from) = (in_force(case, queues)?, monitor.settle()?.len());
        tools::line(&command)?;
        let new = monitor.settle()?.split_off(from);
        let told: Vec<u32> = new.iter().map(|a| a.queue).collect();
        let must: Vec<u32> = concerned.iter().copied().collect();
        case.ktap.equal(
            &format!("{name}: one announcement for each queue that it changes"),
            told,
            must,
        );
        let after = in_force(case, queues)?;
        case.ktap
            .equal(&format!("{name}: the field"), having(&after), have);
        for (before, after) in before.iter().zip(&after) {
            let queue = after.queue;
            if !concerned.contains(&queue) {
                let name = format!("{name}: nothing about queue {queue}");
                case.ktap.equal(&name, after, before);
                continue;
            }
            case.ktap.equal(
                &format!("{name}: queue {queue} has its next generation"),
                (after.generation, after.reason_name()),
                (before.generation + 1, "flags".to_owned()),
            );
            case.ktap.check(
                &format!("{name}: queue {queue} was told what is in force"),
                new.contains(after),
                format_args!("{new:?} without {after:?}"),
            );
            let id = case
                .eth
                .file(&format!("queues/rx-{queue}/xdp_meta/layout_id"))?;
            case.ktap.equal(
                &format!("{name}: queue {queue}'s file"),
                id,
                format!("{:#010x}", after.layout.id()),
            );
        }
    }
    Ok(())
}

fn read(case: &mut Case<'_>) -> Result<()> {
    const CHANGES: u32 = 60;
    let queues = all_channels()?;
    // With several queues the 82576 drops what comes for a full ring.
    tools::line(&format!("ethtool -G {NAME} rx 2048"))?;
    let mut readers = Readers::load(XDP_DROP)?;
    readers.attach()?;
    let monitor = Monitor::start()?;
    stamps(true)?;
    let first = in_force(case, queues)?;
    readers.expect_from(NicClock::open()?.now()?)?;
    case.burst(json!({
        "background": true, "count": 0, "l4": "all", "vlan": "mix", "flows": 256, "gap_us": 200,
    }))?;
    for n in 0..CHANGES {
        // Each queue has its own rhythm, so that all combinations come.
        turn(n % queues, n / queues % 2 == 0)?;
        if n % 7 == 6 {
            let word = if n % 2 == 0 { "off" } else { "on" };
            tools::line(&format!("ethtool -K {NAME} rxhash {word}"))?;
        }
    }
    let sent = case.stop()?;
    readers.drain(sent)?;
    let news = monitor.settle()?;
    let newest = news.iter().map(|a| a.generation).max();
    let announced = [first, news].concat();
    let epochs = readers.epochs(newest.context("nothing was announced")?)?;
    let mut ids = vec![BTreeSet::new(); queues as usize];
    for epoch in &epochs {
        ids[epoch.queue as usize].insert(epoch.layout_id);
    }
    case.ktap.check(
        "packets of every queue showed more than one layout",
        ids.iter().all(|ids| ids.len() > 1),
        format_args!("{ids:x?}"),
    );
    let scores = readers.scores(&announced, sent)?;
    case.ktap.check(
        "a reader that knows one layout is wrong",
        scores[FROZEN].misparsed > 0,
        format_args!("{:?}", scores[FROZEN]),
    );
    judge(
        case,
        &readers,
        &Storm {
            announced,
            sent,
            scores,
        },
    )
}

/// The interval of one queue's interrupts is that queue's alone.
fn coalescing(case: &mut Case<'_>) -> Result<()> {
    let last = all_channels()? - 1;
    let mut readers = Readers::load(XDP_DROP)?;
    readers.attach()?;
    let monitor = Monitor::start()?;
    tools::line(&format!(
        "ethtool --per-queue {NAME} queue_mask {:#x} --coalesce rx-usecs 30",
        1 << last
    ))?;
    let told = monitor.settle()?;
    let told: Vec<_> = told.iter().map(|a| (a.queue, a.reason_name())).collect();
    let once = vec![(last, "coalesce".into())];
    case.ktap.equal("announced once", told, once);
    Ok(())
}
