// SPDX-License-Identifier: GPL-2.0

//! Measures: instructions for each received packet, and for one crossing of the fence.
//!
//! The machine's clock counts executed instructions and its two NICs share a wire inside QEMU, so that a packet
//! arrives while the sender's register write is executed and every run gives the same figures. The kernel's packet
//! generator on one NIC feeds the other, whose XDP program keeps the time since the packet before and drops it.
//! Every difference is reported; what they mean is the host's to say.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{ensure, Context, Result};
use serde_json::json;

use crate::boot::insmod;
use crate::case::{Case, Definition};
use crate::ctl;
use crate::eth::{Eth, NAME};
use crate::programs::Programs;
use crate::sys::netdev::{Netdev, RXHASH};
use crate::tools;

/// Needs a machine of its own kind, so it is not in the list of cases.
pub(super) const CASES: &[Definition] = &[Definition::new("bench", bench)];

/// The NIC of the in-tree C driver.
const PEER: &str = "eth1";
/// Packets in one go, a multiple of what the generator sends at once and fewer than a ring has slots: QEMU's igb raises
/// no interrupt any more once its ring was full, and it is throttled for longer than a ring takes to fill.
const BURST: u32 = 192;
/// How often that many are sent.
const BURSTS: u32 = 32;
/// Fence crossings.
const CROSSINGS: usize = 200;

/// What a receiver writes in front of each packet.
struct Variant {
    name: &'static str,
    receiver: &'static str,
    sender: &'static str,
    /// For our driver.
    config: Option<Config>,
}

/// How our driver is configured, and what it must say that it writes.
struct Config {
    records: bool,
    hash: bool,
    vlan: bool,
    layout: &'static str,
}

const fn ours(
    name: &'static str,
    records: bool,
    knobs: (bool, bool),
    layout: &'static str,
) -> Variant {
    Variant {
        name,
        receiver: NAME,
        sender: PEER,
        config: Some(Config {
            records,
            hash: knobs.0,
            vlan: knobs.1,
            layout,
        }),
    }
}

const VARIANTS: &[Variant] = &[
    ours("rnic, records off", false, (true, true), "off"),
    ours("rnic, layout none", true, (false, false), "rnic_rx_none"),
    ours("rnic, layout hash", true, (true, false), "rnic_rx_hash"),
    ours("rnic, layout vlan", true, (false, true), "rnic_rx_vlan"),
    ours(
        "rnic, four-field record (hash_vlan)",
        true,
        (true, true),
        "rnic_rx_hash_vlan",
    ),
    Variant {
        name: "C igb, native XDP",
        receiver: PEER,
        sender: NAME,
        config: None,
    },
];

fn bench(case: &mut Case<'_>) -> Result<()> {
    insmod("igb")?;
    // It probes on its own time.
    wait_for("an interface", || {
        Path::new("/sys/class/net").join(PEER).exists()
    })?;
    tools::line(&format!("ip link set dev {PEER} up"))?;
    for variant in VARIANTS {
        if let Some(config) = &variant.config {
            configure(case, config)?;
        }
        let differences = receive(variant, case.eth).with_context(|| variant.name)?;
        let sent = u64::from(BURST * BURSTS);
        case.ktap.check(
            &format!("{}: every packet arrives", variant.name),
            differences.len() as u64 + 1 >= sent,
            format_args!("{} of {sent}", differences.len() + 1),
        );
        report("packet", variant.name, &differences);
    }
    fence()
}

/// Chooses what our driver writes, and makes sure of it.
fn configure(case: &mut Case<'_>, config: &Config) -> Result<()> {
    let word = if config.records { "on" } else { "off" };
    tools::line(&format!(
        "ethtool --set-priv-flags {NAME} xdp-records {word}"
    ))?;
    case.eth.set("rxhash", config.hash)?;
    case.eth.set("rxvlan", config.vlan)?;
    let layout = case.eth.file("queues/rx-0/xdp_meta/layout")?;
    case.ktap
        .equal("the layout in force", layout, config.layout);
    Ok(())
}

/// Sends to the variant's receiver; gives the time from each packet to the next.
fn receive(variant: &Variant, eth: Eth) -> Result<Vec<u64>> {
    let programs = Programs::load("drop", false)?;
    let pin = programs.pin("measure");
    let receiver = variant.receiver;
    tools::line(&format!(
        "ip link set dev {receiver} xdpdrv pinned {}",
        pin.display()
    ))?;
    // The C driver takes its link down to attach a program.
    for nic in [NAME, PEER] {
        wait_for_link(nic)?;
    }
    send(variant.sender, receiver)?;
    tools::line(&format!("ip link set dev {receiver} xdpdrv off"))?;
    eth.wait_for_link()?;
    let progress = programs.map("progress", 16)?.get(0)?;
    let count = number(&progress[8..]);
    let deltas = programs.map("deltas", 8)?;
    // The first one is the time since the clock began.
    (1..u32::try_from(count)?)
        .map(|at| Ok(number(&deltas.get(at)?)))
        .collect()
}

/// Lets the kernel's packet generator send, with pauses in which the receiver can catch up.
fn send(from: &str, to: &str) -> Result<()> {
    let (thread, device) = (
        "/proc/net/pktgen/kpktgend_0",
        format!("/proc/net/pktgen/{from}"),
    );
    let mac = tools::read(&format!("/sys/class/net/{to}/address"))?;
    tools::write(thread, "rem_device_all\n")?;
    tools::write(thread, &format!("add_device {from}\n"))?;
    let settings = [
        "burst 16",
        "pkt_size 60",
        "clone_skb 0",
        "delay 0",
        "dst 192.0.2.9",
    ]
    .map(str::to_owned);
    for setting in settings
        .into_iter()
        .chain([format!("count {BURST}"), format!("dst_mac {mac}")])
    {
        tools::write(&device, &format!("{setting}\n"))?;
    }
    for _ in 0..BURSTS {
        tools::write("/proc/net/pktgen/pgctrl", "start\n")?;
        sleep(Duration::from_millis(20));
    }
    let said = tools::read(&device)?;
    ctl::log(&format!(
        "pktgen: {}",
        said.lines().last().unwrap_or_default()
    ));
    Ok(())
}

/// Times the system call that changes a layout, and the same call when it changes nothing. No program is attached.
fn fence() -> Result<()> {
    let nic = Netdev::new(NAME)?;
    let flags = nic.flags()?;
    let without = flags & !RXHASH;
    measure_call(&nic, "nothing changes", [flags, flags])?;
    measure_call(&nic, "rxhash off", [flags | RXHASH, without])?;
    measure_call(&nic, "rxhash on", [without, flags | RXHASH])?;
    Ok(nic.set_flags(flags)?)
}

/// Goes from the first setting to the second many times. The caller never sleeps meanwhile, so time is instructions.
fn measure_call(nic: &Netdev, name: &str, [from, to]: [u32; 2]) -> Result<()> {
    let mut calls = Vec::new();
    for _ in 0..CROSSINGS {
        nic.set_flags(from)?;
        let before = Instant::now();
        nic.set_flags(to)?;
        calls.push(before.elapsed().as_nanos().try_into()?);
    }
    report("call", name, &calls);
    Ok(())
}

/// Tells the host what was measured: each value with the number of times it was seen.
fn report(what: &str, name: &str, values: &[u64]) {
    let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
    for value in values {
        *seen.entry(*value).or_default() += 1;
    }
    let pairs: Vec<_> = seen.into_iter().collect();
    ctl::event(&json!({ "measured": { "what": what, "name": name, "histogram": pairs } }));
}

fn wait_for_link(nic: &str) -> Result<()> {
    let carrier = format!("/sys/class/net/{nic}/carrier");
    wait_for(&carrier, || {
        tools::read(&carrier).ok().as_deref() == Some("1")
    })
}

fn wait_for(what: &str, is_there: impl Fn() -> bool) -> Result<()> {
    let start = Instant::now();
    while !is_there() {
        ensure!(
            start.elapsed() < Duration::from_secs(30),
            "{what} does not come"
        );
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn number(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_ne_bytes)
}
