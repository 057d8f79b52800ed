// SPDX-License-Identifier: GPL-2.0

//! Nothing is kept of an old configuration.

use std::time::{Duration, Instant};

use anyhow::Result;
use meta_reader::netlink::{array, Family};
use serde_json::json;

use super::queues::set_channels;
use super::traffic::{numbers, sequence_numbers};
use super::updown::available;
use crate::boot;
use crate::case::{Case, Definition};
use crate::ctl;
use crate::eth::NAME;
use crate::kmemleak;
use crate::programs::Programs;
use crate::sys::netdev::Netdev;
use crate::sys::packet::ALL;
use crate::sys::xsk::{Options, Xsk};
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("leaks::page_pools_end_empty", page_pools),
    Definition::new("leaks::many_changes", many_changes),
    Definition::on("debug-pair", "leaks::unreferenced", unreferenced),
    Definition::on("debug-pair", "leaks::planted", planted),
];

const PAGE_POOL_GET: u8 = 5;
const PAGE_POOL_IFINDEX: u16 = 2;
const PAGE_POOL_INFLIGHT: u16 = 4;

/// Pages under way of each page pool of the interface, those that are going included.
fn pools(ifindex: u32) -> Result<Vec<u64>> {
    let mut all = Vec::new();
    for answer in Family::open("netdev")?.ask(PAGE_POOL_GET, true, &[])? {
        let number = |kind: u16| -> Result<u64> {
            let found = answer.iter().find(|a| a.kind == kind);
            match found.map(|a| &a.value) {
                Some(value) if value.len() == 4 => Ok(u32::from_ne_bytes(array(value)?).into()),
                Some(value) => Ok(u64::from_ne_bytes(array(value)?)),
                None => Ok(0),
            }
        };
        if number(PAGE_POOL_IFINDEX)? == u64::from(ifindex) {
            all.push(number(PAGE_POOL_INFLIGHT)?);
        }
    }
    Ok(all)
}

/// Waits until there are no more pools than that: those that are going are looked at again each second.
pub(super) fn settled(ifindex: u32, count: usize) -> Result<Vec<u64>> {
    let start = Instant::now();
    loop {
        let now = pools(ifindex)?;
        if now.len() <= count || start.elapsed() > Duration::from_secs(5) {
            return Ok(now);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn page_pools(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    let ifindex = case.eth.ifindex()?;
    let traffic = |case: &mut Case<'_>| -> Result<()> {
        case.burst(json!({"count": 1000, "l4": "all", "gap_us": 20}))?;
        std::thread::sleep(Duration::from_millis(100));
        Ok(())
    };
    traffic(case)?;
    let one = settled(ifindex, 1)?;
    case.ktap.check(
        "one queue has one pool, with pages",
        matches!(one[..], [pages] if pages > 0),
        format_args!("{one:?}"),
    );
    set_channels(2)?;
    traffic(case)?;
    case.ktap
        .equal("two queues have two", settled(ifindex, 2)?.len(), 2);
    for size in [64, 1024, 256] {
        tools::line(&format!("ethtool -G {NAME} rx {size}"))?;
        traffic(case)?;
        case.ktap.equal(
            &format!("rx {size}: the old pools are gone"),
            settled(ifindex, 2)?.len(),
            2,
        );
    }
    set_channels(1)?;
    case.ktap
        .equal("one queue has one again", settled(ifindex, 1)?.len(), 1);
    traffic(case)?;
    case.eth.down()?;
    case.ktap.equal(
        "down: no pool is left, so no page is under way",
        settled(ifindex, 0)?,
        Vec::<u64>::new(),
    );
    case.eth.up()?;
    works(case, "up again")
}

/// Frames that the shortest ring here holds, so that none is lost when the machine stands still.
const FEW: u32 = 50;

fn works(case: &mut Case<'_>, what: &str) -> Result<()> {
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": FEW, "l4": "mix", "gap_us": 50}))?;
    let seen = sequence_numbers(&socket, sent)?;
    case.ktap
        .equal(&format!("{what}: it receives"), seen, numbers(sent));
    Ok(())
}

fn many_changes(case: &mut Case<'_>) -> Result<()> {
    let mut programs = Programs::load("verdict", false)?;
    let ifindex = case.eth.ifindex()?;
    let mut before = 0;
    case.burst(json!({"background": true, "count": 0, "l4": "mix", "gap_us": 500}))?;
    for n in 0..60 {
        let size = if n % 2 == 0 { 128 } else { 256 };
        tools::line(&format!("ethtool -G {NAME} rx {size} tx {size}"))?;
        set_channels(1 + n % 2)?;
        programs.attach("pass")?;
        drop(Xsk::open_in_turn(ifindex, 0, Options::ZERO_COPY)?);
        programs.detach()?;
        if n == 9 {
            before = available()?;
        }
        if n % 5 == 0 {
            ctl::log(&format!("{n} rounds"));
        }
    }
    let sent = case.stop()?;
    case.ktap
        .check("frames came meanwhile", sent.count > 500, sent.count);
    set_channels(1)?;
    let mut lost = before - available()?;
    let start = Instant::now();
    while lost >= 3072 && start.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(100));
        lost = before - available()?;
    }
    case.ktap.check(
        "no leak over 50 rounds",
        lost < 3072,
        format_args!("{lost} KiB less"),
    );
    works(case, "afterwards")
}

/// Whatever is done with the interface and the module, the kernel's search finds nothing.
fn unreferenced(case: &mut Case<'_>) -> Result<()> {
    kmemleak::start()?;
    let mut programs = Programs::load("verdict", false)?;
    let netdev = Netdev::new(NAME)?;
    for round in 0..6 {
        let ifindex = case.eth.ifindex()?;
        // Often: see `kmemleak`.
        for _ in 0..6 {
            netdev.set_rings(512, 256)?;
            netdev.set_rings(256, 256)?;
            programs.attach("pass")?;
            programs.detach()?;
        }
        for change in [
            "ethtool -G eth0 rx 128 tx 128",
            "ethtool -L eth0 combined 1",
            "ethtool -K eth0 rxhash off rxvlan off",
            "ethtool -X eth0 equal 1",
            "ip link set dev eth0 mtu 4000",
            "ip link set dev eth0 down",
            "ip link set dev eth0 up",
            "ip link set dev eth0 mtu 1500",
            "ethtool -t eth0 offline",
            "ethtool -L eth0 combined 2",
        ] {
            tools::line(change)?;
        }
        programs.attach("pass")?;
        drop(Xsk::open_in_turn(ifindex, 0, Options::ZERO_COPY)?);
        tools::line("ethtool -G eth0 rx 256 tx 256")?;
        programs.detach()?;
        ctl::log(&format!("round {round}: the module goes and comes back"));
        boot::rmmod("rnic")?;
        boot::insmod("rnic")?;
        boot::appears()?;
        case.eth.up()?;
    }
    drop(programs);
    case.ktap.equal(
        "memory that nothing refers to",
        kmemleak::unreferenced()?,
        Vec::<String>::new(),
    );
    Ok(())
}

/// The same search, of a module that loses what it takes.
fn planted(case: &mut Case<'_>) -> Result<()> {
    kmemleak::start()?;
    boot::insmod("leak")?;
    let found = kmemleak::unreferenced()?;
    case.ktap.check(
        "what was lost on purpose is found, and nothing else",
        !found.is_empty() && found.iter().all(|object| object.contains("lose_memory")),
        format_args!("{found:?}"),
    );
    Ok(())
}
