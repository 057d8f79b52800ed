// SPDX-License-Identifier: GPL-2.0

//! Nothing is kept of an old configuration, and a change that memory is too short for changes nothing.

use std::fmt::Debug;
use std::io;
use std::time::{Duration, Instant};

use anyhow::{bail, Result};
use meta_reader::netlink::{array, Family};
use serde_json::json;

use super::failures::{prepare, with_failure};
use super::queues::set_channels;
use super::traffic::{numbers, sequence_numbers};
use super::updown::available;
use crate::boot;
use crate::case::{Case, Definition};
use crate::ctl;
use crate::eth::NAME;
use crate::kmemleak;
use crate::programs::Programs;
use crate::spread::Spread;
use crate::sys::netdev::Netdev;
use crate::sys::packet::ALL;
use crate::sys::xsk::{Options, Xsk};
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("leaks::page_pools_end_empty", page_pools),
    Definition::new("leaks::many_changes", many_changes),
    Definition::on("debug", "leaks::failed_rings", failed_rings),
    Definition::on("debug", "leaks::failed_channels", failed_channels),
    Definition::on("debug", "leaks::failed_socket", failed_socket),
    Definition::on("debug", "leaks::failed_attach", failed_attach),
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

/// Lets each allocation of a change fail in turn; after each refusal everything has to be as it was, and to work.
///
/// `make` makes what the change is to be done with. Its allocations do not fail. `state` starts no process if it can do without: on
/// a kernel that watches, starting one takes longer than the change under test.
fn fail<T, S: PartialEq + Debug>(
    case: &mut Case<'_>,
    what: &str,
    mut make: impl FnMut() -> io::Result<T>,
    mut change: impl FnMut(T) -> io::Result<()>,
    mut undo: impl FnMut() -> Result<()>,
    mut state: impl FnMut() -> Result<S>,
) -> Result<()> {
    prepare()?;
    let spread = Spread::load()?;
    let (mut tried, mut refused, mut before_leak) = (0, 0, 0);
    let before = state()?;
    loop {
        let made = make()?;
        let (result, hit) = with_failure(tried + 1, || change(made))?;
        if !hit {
            result?;
            break;
        }
        tried += 1;
        if result.is_err() {
            refused += 1;
            let now = state()?;
            if now != before {
                case.ktap.check(
                    &format!("{what}: failure {tried} changes nothing"),
                    false,
                    format_args!("{before:?}, then {now:?}"),
                );
            }
            if refused % 8 == 1 {
                let socket = case.eth.packets(ALL)?;
                let sent = case.burst(json!({"count": FEW, "l4": "mix", "gap_us": 50}))?;
                let seen = sequence_numbers(&socket, sent)?.len();
                if seen != FEW as usize {
                    case.ktap.check(
                        &format!("{what}: after failure {tried} it receives"),
                        false,
                        seen,
                    );
                }
            }
        } else {
            undo()?;
        }
        if tried == 10 {
            before_leak = available()?;
        }
        if tried % 20 == 0 {
            ctl::log(&format!("{what}: {tried} failures, {refused} refusals"));
        }
        if tried > 600 {
            bail!("no end after {tried} allocations");
        }
    }
    drop(spread);
    ctl::log(&format!(
        "{what}: {tried} allocations, {refused} of their failures refuse it"
    ));
    case.ktap
        .check(&format!("{what}: it allocates"), tried > 3, tried);
    case.ktap.check(
        &format!("{what}: some failures refuse it"),
        refused > 0,
        refused,
    );
    if before_leak > 0 {
        let lost = before_leak - available()?;
        case.ktap.check(
            &format!("{what}: no leak"),
            lost < 3072,
            format_args!("{lost} KiB less"),
        );
    }
    works(case, &format!("{what}: in the end"))
}

fn failed_rings(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    let netdev = Netdev::new(NAME)?;
    tools::line(&format!("ethtool -G {NAME} rx 64 tx 64"))?;
    fail(
        case,
        "rings",
        || Ok(()),
        |()| netdev.set_rings(128, 128),
        || Ok(netdev.set_rings(64, 64)?),
        || Ok(netdev.rings()?),
    )
}

fn failed_channels(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    tools::line(&format!("ethtool -G {NAME} rx 64 tx 64"))?;
    let netdev = Netdev::new(NAME)?;
    fail(
        case,
        "channels",
        || Ok(()),
        |()| netdev.set_channels(2),
        || Ok(netdev.set_channels(1)?),
        || Ok((netdev.channels()?, netdev.spread()?)),
    )
}

fn failed_socket(case: &mut Case<'_>) -> Result<()> {
    // As little memory as will do: each page that is mapped costs a kernel that watches mappings allocations of its own.
    let small = Options::ZERO_COPY.with_ring(64);
    set_channels(1)?;
    tools::line(&format!("ethtool -G {NAME} rx 64 tx 64"))?;
    let ifindex = case.eth.ifindex()?;
    // The kernel clears a socket away in the background.
    let cleared = || std::thread::sleep(Duration::from_millis(30));
    fail(
        case,
        "socket",
        || {
            cleared();
            Xsk::unbound(small)
        },
        |socket| socket.bind(ifindex, 0, small).map(drop),
        || Ok(()),
        || {
            cleared();
            tools::line(&format!("ip -d link show dev {NAME}"))
        },
    )
}

fn failed_attach(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    let programs = Programs::load("verdict", false)?;
    let pass = crate::sys::bpf::program(&programs.pin("pass"))?;
    let ifindex = case.eth.ifindex()?;
    // The kernel makes its dispatcher of XDP programs for the first one, loudly when it cannot, and keeps it.
    drop(crate::sys::bpf::attach(&pass, ifindex)?);
    fail(
        case,
        "attach",
        || Ok(()),
        // The link detaches when it is dropped.
        |()| crate::sys::bpf::attach(&pass, ifindex).map(drop),
        || Ok(()),
        || tools::line(&format!("ip link show dev {NAME}")),
    )
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
