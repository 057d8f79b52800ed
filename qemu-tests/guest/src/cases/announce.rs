// SPDX-License-Identifier: GPL-2.0

//! Announcements: one for each change, none without one, each before its first record.

use anyhow::{Context, Result};
use meta_core::announce::{attr, command, FAMILY, GROUP};
use meta_reader::netlink::Family;
use meta_reader::{Announcement, Client, Error};
use serde_json::json;

use super::reconfig::{say, storm};
use crate::case::{Case, Definition};
use crate::eth::NAME;
use crate::knobs::stamps;
use crate::monitor::Monitor;
use crate::programs::Programs;
use crate::readers::{Readers, XDP_DROP};
use crate::score::Epoch;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("announce::family", family),
    Definition::new("announce::refusals", refusals),
    Definition::new("announce::once_for_each_change", once_for_each_change),
    Definition::new(
        "announce::nothing_without_a_change",
        nothing_without_a_change,
    ),
    Definition::new("announce::before_first_use", before_first_use),
];

fn family(case: &mut Case<'_>) -> Result<()> {
    let (family, generic) = (Client::open()?, Family::open(FAMILY)?);
    let group = generic.group(GROUP);
    case.ktap.equal("version", family.version(), 1);
    case.ktap.check(
        "the group is there",
        group.is_ok(),
        format_args!("{group:?}"),
    );
    let answers = generic.ask(command::LAYOUT_GET, true, &[])?;
    let unknown = answers
        .iter()
        .flatten()
        .filter(|a| a.kind == 0 || a.kind > attr::MAX);
    case.ktap
        .equal("attributes that have no name", unknown.count(), 0);
    let one = family.get(case.eth.ifindex()?, 0)?;
    case.ktap
        .equal("do: interface", one.ifindex, case.eth.ifindex()?);
    case.ktap.equal("do: queue", one.queue, 0);
    case.ktap
        .check("do: a generation", one.generation > 0, one.generation);
    let dump = family.dump()?;
    case.ktap.check(
        "dump has the same",
        dump.contains(&one),
        format_args!("{dump:?} without {one:?}"),
    );
    case.ktap
        .equal("dump: one entry, as there is one queue", dump.len(), 1);
    Ok(())
}

fn refusals(case: &mut Case<'_>) -> Result<()> {
    let (client, family) = (Client::open()?, Family::open(FAMILY)?);
    let ifindex = case.eth.ifindex()?;
    let lo: u32 = tools::read("/sys/class/net/lo/ifindex")?.parse()?;
    let u32s = |list: &[(u16, u32)]| {
        list.iter()
            .map(|&(k, v)| (k, v.to_ne_bytes().to_vec()))
            .collect::<Vec<_>>()
    };
    let requests = [
        (
            "an interface that is not there",
            u32s(&[(attr::IFINDEX, 9999), (attr::QUEUE, 0)]),
            vec![libc::ENODEV],
        ),
        (
            "another driver's",
            u32s(&[(attr::IFINDEX, lo), (attr::QUEUE, 0)]),
            vec![libc::EOPNOTSUPP],
        ),
        (
            "a queue that is not there",
            u32s(&[(attr::IFINDEX, ifindex), (attr::QUEUE, 7)]),
            vec![libc::EINVAL, libc::ENOENT, libc::ERANGE],
        ),
        (
            "no interface",
            u32s(&[(attr::QUEUE, 0)]),
            vec![libc::EINVAL],
        ),
        (
            "no queue",
            u32s(&[(attr::IFINDEX, ifindex)]),
            vec![libc::EINVAL],
        ),
        (
            "a number of two bytes",
            vec![(attr::IFINDEX, vec![1, 0]), (attr::QUEUE, vec![0; 4])],
            vec![libc::ERANGE, libc::EINVAL],
        ),
    ];
    for (what, attrs, errnos) in requests {
        let refusal = match family.ask(command::LAYOUT_GET, false, &attrs) {
            Err(Error::Refused(refusal)) => refusal,
            other => {
                case.ktap
                    .check(what, false, format_args!("not refused: {other:?}"));
                continue;
            }
        };
        case.ktap.check(
            &format!("{what}: error number"),
            errnos.contains(&refusal.errno),
            &refusal,
        );
        case.ktap.check(
            &format!("{what}: explained"),
            !refusal.message.is_empty(),
            &refusal,
        );
    }
    case.ktap
        .check("it still answers", client.get(ifindex, 0).is_ok(), "no");
    Ok(())
}

/// A hash key that is not the one at start.
const OTHER_KEY: &str = "ethtool -X eth0 hkey \
    01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14:15:16:17:18:19:1a:1b:1c:1d:1e:1f:20:21:22:23:24:25:26:27:28";

fn once_for_each_change(case: &mut Case<'_>) -> Result<()> {
    let monitor = Monitor::start()?;
    let mut programs = Programs::load("verdict", false)?;
    let mut last = case.in_force()?.generation;
    let steps = [
        ("attach", "attach"),
        ("ethtool -K eth0 rxhash off", "features"),
        ("ethtool -K eth0 rxvlan off", "features"),
        ("ethtool -K eth0 rx off", "features"),
        ("ethtool -K eth0 rxhash on", "features"),
        ("ethtool -K eth0 rxvlan on", "features"),
        ("ethtool -K eth0 rx on", "features"),
        ("ethtool -K eth0 rxhash off rxvlan off rx off", "features"),
        ("ethtool -K eth0 rxhash on rxvlan on rx on", "features"),
        ("ethtool --set-priv-flags eth0 xdp-packet-type on", "flags"),
        ("stamps on", "hwtstamp"),
        (
            "ethtool --set-priv-flags eth0 xdp-packet-type off xdp-records off",
            "flags",
        ),
        ("ethtool --set-priv-flags eth0 xdp-records on", "flags"),
        ("stamps off", "hwtstamp"),
        ("ethtool -G eth0 rx 64", "rings"),
        ("ethtool -G eth0 rx 256 tx 512", "rings"),
        ("ethtool -C eth0 rx-usecs 20", "coalesce"),
        ("ip link set dev eth0 mtu 1400", "mtu"),
        ("ip link set dev eth0 mtu 1500", "mtu"),
        (OTHER_KEY, "rss"),
        ("ip link set dev eth0 down", "stop"),
        ("ip link set dev eth0 up", "open"),
        ("detach", "attach"),
    ];
    for (number, (step, reason)) in steps.into_iter().enumerate() {
        let from = monitor.settle()?.len();
        match step {
            "attach" => programs.attach("pass")?,
            "detach" => programs.detach()?,
            "stamps on" => stamps(true)?,
            "stamps off" => stamps(false)?,
            command => tools::line(command).map(|_| ())?,
        }
        let all = monitor.settle()?;
        let new = &all[from..];
        let name = format!("{} {step}", number + 1);
        if !case
            .ktap
            .equal(&format!("{name}: one announcement"), new.len(), 1)
        {
            let said = new
                .iter()
                .map(|a| json!(a).to_string())
                .collect::<Vec<_>>()
                .join("\n");
            case.ktap.diagnostic(&said);
        }
        let Some(new) = new.last() else { continue };
        case.ktap
            .equal(&format!("{name}: reason"), new.reason_name(), reason);
        case.ktap.equal(
            &format!("{name}: next generation"),
            new.generation,
            last + 1,
        );
        let in_force = case.in_force()?;
        case.ktap.check(
            &format!("{name}: is what is in force"),
            in_force == *new,
            format_args!("{in_force:?}\n{new:?}"),
        );
        last = new.generation;
    }
    let all = monitor.settle()?;
    case.ktap.check(
        "times go forward",
        all.windows(2).all(|w| w[0].time <= w[1].time),
        "they do not",
    );
    Ok(())
}

fn nothing_without_a_change(case: &mut Case<'_>) -> Result<()> {
    let mut programs = Programs::load("verdict", false)?;
    programs.attach("pass")?;
    let monitor = Monitor::start()?;
    let before = case.in_force()?;
    for command in [
        "ethtool -K eth0 rxhash on",
        "ethtool -K eth0 rxvlan on",
        "ethtool -K eth0 rx on",
        "ethtool -L eth0 combined 1",
        "ethtool -G eth0 rx 256 tx 256",
        "ethtool -C eth0 rx-usecs 50",
        "ethtool -X eth0 equal 1",
        "ip link set dev eth0 mtu 1500",
        "ip link set dev eth0 up",
        "ip link set dev eth0 promisc on",
        "ip link set dev eth0 promisc off",
        "ip link set dev eth0 allmulticast on",
        "ethtool --set-priv-flags eth0 xdp-records on xdp-packet-type off",
        // These are about sending.
        "ethtool -K eth0 tx off sg off",
        "ethtool -K eth0 tx on sg on",
        "ethtool -K eth0 gro off",
        "ethtool -K eth0 gro on",
    ] {
        tools::line(command)?;
    }
    stamps(false)?;
    for command in ["ethtool -K eth0 lro on", "ethtool -G eth0 rx 16"] {
        let said = tools::try_line(command)?;
        case.ktap
            .check(&format!("{command}: refused"), !said.ok, said.out);
    }
    case.burst(json!({"count": 100, "l4": "mix"}))?;
    let all = monitor.settle()?;
    case.ktap
        .check("no announcement", all.is_empty(), format_args!("{all:?}"));
    case.ktap
        .equal("the same generation", case.in_force()?, before);
    Ok(())
}

fn before_first_use(case: &mut Case<'_>) -> Result<()> {
    let mut readers = Readers::load(XDP_DROP)?;
    let monitor = Monitor::start()?;
    readers.attach()?;
    let storm = storm(case, &mut readers, &monitor, 60, 0, say)?;
    let newest = storm
        .announced
        .last()
        .context("nothing was announced")?
        .generation;
    let epochs = readers.epochs(newest)?;
    let unannounced = epochs
        .iter()
        .filter(|e| e.announcement(&storm.announced).is_none())
        .count();
    case.ktap.equal(
        "every generation that packets show was announced",
        unannounced,
        0,
    );
    let late = late(&epochs, &storm.announced);
    case.ktap.check(
        "and before its first packet",
        late.is_empty(),
        format_args!("(generation, ns) {late:?}"),
    );
    case.ktap.check(
        "most generations were used",
        epochs.len() > 30,
        epochs.len(),
    );
    let follow = storm
        .announced
        .windows(2)
        .all(|w| w[1].generation == w[0].generation + 1);
    case.ktap.check(
        "generations follow each other",
        follow,
        format_args!(
            "{:?}",
            storm
                .announced
                .iter()
                .map(|a| a.generation)
                .collect::<Vec<_>>()
        ),
    );
    case.ktap.check(
        "all of one interface",
        storm.announced.iter().all(|a| a.queue == 0),
        NAME,
    );
    Ok(())
}

/// Generations whose first packet was seen before they were announced, and by how many nanoseconds.
pub(crate) fn late(epochs: &[Epoch], announced: &[Announcement]) -> Vec<(u32, u64)> {
    let known = epochs
        .iter()
        .filter_map(|epoch| Some((epoch.announcement(announced)?, epoch)));
    known
        .filter(|(announcement, epoch)| announcement.time > epoch.first_seen)
        .map(|(announcement, epoch)| {
            (
                announcement.generation,
                announcement.time - epoch.first_seen,
            )
        })
        .collect()
}
