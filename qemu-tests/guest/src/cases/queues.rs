// SPDX-License-Identifier: GPL-2.0

//! How many queues there are, how long they are, which packet goes to which, and how often they interrupt.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{json, Value};

use crate::boot;
use crate::case::{Case, Definition};
use crate::ctl;
use crate::eth::NAME;
use crate::spread::{stray, Rss, Spread, L3_IPV4, L4_IPV4_UDP};
use crate::sys::netdev::Netdev;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("queues::spread", spread),
    Definition::new("queues::channels_under_traffic", channels_under_traffic),
    Definition::new("queues::channels_refused", channels_refused),
    Definition::new("queues::ring_sizes_under_traffic", ring_sizes),
    Definition::new("queues::ring_sizes_refused", ring_sizes_refused),
    Definition::new("queues::rss_key", rss_key),
    Definition::new("queues::rss_table", rss_table),
    Definition::new("queues::hash_fields", hash_fields),
    Definition::new("queues::coalescing", coalescing),
];

/// Pairs of queues, and how many there may be.
pub(super) fn channels() -> Result<(u32, u32)> {
    Ok(Netdev::new(NAME)?.channels()?)
}

/// Sets the number of pairs of queues, unless it is that.
pub(crate) fn set_channels(count: u32) -> Result<()> {
    if channels()?.0 != count {
        tools::line(&format!("ethtool -L {NAME} combined {count}"))?;
    }
    Ok(())
}

/// Uses all pairs of queues; how many they are.
pub(super) fn all_channels() -> Result<u32> {
    let (_, max) = channels()?;
    set_channels(max)?;
    Ok(max)
}

/// Not so fast that one ring fills up: the 82576 drops what finds no room in one ring while others have some.
fn flows() -> Value {
    json!({"count": 1000, "l4": "mix", "flows": 256, "gap_us": 100})
}

/// Frames of many flows come by the queues that the table says, with the hashes that the key says.
pub(super) fn check_spread(
    case: &mut Case<'_>,
    spread: &Spread,
    name: &str,
    udp_ports: bool,
) -> Result<Vec<u64>> {
    let rss = Rss::read()?;
    spread.clear()?;
    let sent = case.burst(flows())?;
    let packets = spread.packets(sent)?;
    case.ktap.equal(
        &format!("{name}: every frame arrives once"),
        (packets.len(), spread.counts()?.iter().sum::<u64>()),
        (sent.count as usize, u64::from(sent.count)),
    );
    let stray = stray(&packets, &rss, udp_ports);
    case.ktap.check(
        &format!("{name}: each with its hash, on its queue"),
        stray.is_none(),
        stray.unwrap_or_default(),
    );
    spread.counts()
}

fn used(counts: &[u64]) -> Vec<usize> {
    let used = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    used.map(|(queue, _)| queue).collect()
}

fn spread(case: &mut Case<'_>) -> Result<()> {
    let max = all_channels()?;
    let wanted = if boot::Options::read()?.nic == "igb" {
        8
    } else {
        2
    };
    case.ktap
        .equal("as many queues as the NIC has", max, wanted);
    let spread = Spread::start()?;
    let counts = check_spread(case, &spread, "all queues", false)?;
    let all: Vec<usize> = (0..max as usize).collect();
    case.ktap.equal("every queue has some", used(&counts), all);
    Ok(())
}

fn channels_under_traffic(case: &mut Case<'_>) -> Result<()> {
    let (_, max) = channels()?;
    let spread = Spread::start()?;
    let down = case.eth.file("carrier_down_count")?;
    for count in [1, max, 1, max.div_ceil(2), max, max - 1] {
        spread.clear()?;
        case.burst(
            json!({"background": true, "count": 0, "l4": "mix", "flows": 256, "gap_us": 200}),
        )?;
        std::thread::sleep(Duration::from_millis(100));
        set_channels(count)?;
        std::thread::sleep(Duration::from_millis(100));
        let sent = case.stop()?;
        let seen = spread.settle(sent.count.into())?;
        case.ktap
            .check("frames were sent meanwhile", sent.count > 50, sent.count);
        case.ktap.check(
            &format!("to {count}: no frame comes twice"),
            seen <= u64::from(sent.count),
            format_args!("{seen} of {}", sent.count),
        );
        ctl::log(&format!(
            "to {count} queues: {seen} of {} frames",
            sent.count
        ));
        let counts = check_spread(case, &spread, &format!("{count} queues"), false)?;
        let all: Vec<usize> = (0..count as usize).collect();
        case.ktap
            .equal(&format!("{count} queues: all are used"), used(&counts), all);
    }
    case.ktap.equal(
        "the link never went down",
        case.eth.file("carrier_down_count")?,
        down,
    );
    Ok(())
}

/// Checks that a command is refused, and that it says why.
pub(super) fn refused(case: &mut Case<'_>, command: &str) -> Result<String> {
    let said = tools::try_line(command)?;
    case.ktap.check(
        &format!("refused: {command}"),
        !said.ok && !said.err.trim().is_empty(),
        format_args!("exit {}: {}", said.code, said.err.trim()),
    );
    ctl::log(&format!("{command}: {}", said.err.trim()));
    Ok(said.err)
}

fn channels_refused(case: &mut Case<'_>) -> Result<()> {
    let max = all_channels()?;
    for words in [
        format!("combined {}", max + 1),
        "combined 0".to_owned(),
        "rx 1".to_owned(),
    ] {
        refused(case, &format!("ethtool -L {NAME} {words}"))?;
    }
    // A user's table names queue 1, so it cannot go.
    tools::line(&format!("ethtool -X {NAME} weight 1 1"))?;
    refused(case, &format!("ethtool -L {NAME} combined 1"))?;
    case.ktap
        .equal("the queues are still there", channels()?.0, max);
    let said = tools::line(&format!("ethtool -l {NAME}"))?;
    let said = said
        .lines()
        .filter_map(|line| line.strip_prefix("Combined:"));
    let said: Vec<&str> = said.map(str::trim).collect();
    let (max, now) = (max.to_string(), channels()?.0.to_string());
    case.ktap
        .equal("`ethtool -l` says so", said, vec![&max[..], &now[..]]);
    let spread = Spread::start()?;
    check_spread(case, &spread, "afterwards", false)?;
    Ok(())
}

/// Lengths of receive and transmit rings.
fn ring_lengths() -> Result<(Option<String>, Option<String>)> {
    let said = tools::line(&format!("ethtool -g {NAME}"))?;
    let now = said.split("Current").nth(1);
    let now = now.context("ethtool -g says no current sizes")?;
    let size = |name: &str| {
        let line = now.lines().find_map(|line| line.strip_prefix(name));
        line.map(|size| size.trim().to_owned())
    };
    Ok((size("RX:"), size("TX:")))
}

fn ring_sizes(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    let spread = Spread::start()?;
    let down = case.eth.file("carrier_down_count")?;
    for (rx, tx) in [
        (512, 512),
        (4096, 256),
        (32, 32),
        (64, 4096),
        (256, 256),
        (1024, 64),
    ] {
        spread.clear()?;
        case.burst(
            json!({"background": true, "count": 0, "l4": "mix", "flows": 64, "gap_us": 150}),
        )?;
        std::thread::sleep(Duration::from_millis(50));
        tools::line(&format!("ethtool -G {NAME} rx {rx} tx {tx}"))?;
        std::thread::sleep(Duration::from_millis(50));
        let sent = case.stop()?;
        let seen = spread.settle(sent.count.into())?;
        case.ktap
            .check("frames were sent meanwhile", sent.count > 50, sent.count);
        case.ktap.equal(
            &format!("rx {rx}, tx {tx}: every frame arrives once"),
            seen,
            u64::from(sent.count),
        );
        case.ktap.equal(
            &format!("rx {rx}, tx {tx}: ethtool shows them"),
            ring_lengths()?,
            (Some(rx.to_string()), Some(tx.to_string())),
        );
    }
    case.ktap.equal(
        "the link never went down",
        case.eth.file("carrier_down_count")?,
        down,
    );
    Ok(())
}

fn ring_sizes_refused(case: &mut Case<'_>) -> Result<()> {
    for words in ["rx 8", "tx 16", "rx 8192", "tx 8192", "rx-mini 64"] {
        refused(case, &format!("ethtool -G {NAME} {words}"))?;
    }
    let spread = Spread::start()?;
    check_spread(case, &spread, "afterwards", false)?;
    Ok(())
}

/// A key that is not the one at start, as ethtool wants it.
pub(super) fn other_key() -> String {
    let bytes = (0..40_u32).map(|i| format!("{:02x}", i.wrapping_mul(37) % 251 + 1));
    bytes.collect::<Vec<_>>().join(":")
}

fn rss_key(case: &mut Case<'_>) -> Result<()> {
    all_channels()?;
    let spread = Spread::start()?;
    let before = Rss::read()?;
    let down = case.eth.file("carrier_down_count")?;
    check_spread(case, &spread, "the first key", false)?;
    tools::line(&format!("ethtool -X {NAME} hkey {}", other_key()))?;
    let after = Rss::read()?;
    case.ktap.check(
        "another key is in force",
        after.key != before.key,
        "the same",
    );
    case.ktap
        .equal("with the same table", after.table, before.table);
    check_spread(case, &spread, "another key", false)?;
    case.ktap.equal(
        "the link never went down",
        case.eth.file("carrier_down_count")?,
        down,
    );
    refused(case, &format!("ethtool -X {NAME} hkey 01:02:03"))?;
    refused(case, &format!("ethtool -X {NAME} hfunc xor"))?;
    check_spread(case, &spread, "after a refusal", false)?;
    Ok(())
}

fn rss_table(case: &mut Case<'_>) -> Result<()> {
    let max = all_channels()?;
    let spread = Spread::start()?;
    let default = Rss::read()?;
    case.ktap.equal("entries", default.table.len(), 128);
    for (words, queues) in [
        ("equal 1".to_owned(), vec![0]),
        ("weight 1 3".to_owned(), vec![0, 1]),
        (format!("start {} equal 1", max - 1), vec![max as usize - 1]),
        ("default".to_owned(), (0..max as usize).collect()),
    ] {
        tools::line(&format!("ethtool -X {NAME} {words}"))?;
        let counts = check_spread(case, &spread, &words, false)?;
        case.ktap
            .equal(&format!("{words}: queues"), used(&counts), queues);
    }
    case.ktap
        .equal("the default is what it was", Rss::read()?, default);
    refused(case, &format!("ethtool -X {NAME} equal {}", max + 1))?;
    Ok(())
}

fn hash_fields(case: &mut Case<'_>) -> Result<()> {
    let igb = boot::Options::read()?.nic == "igb";
    all_channels()?;
    let spread = Spread::start()?;
    let kinds = |case: &mut Case<'_>| -> Result<Vec<u32>> {
        let sent = case.burst(json!({"count": 200, "l4": "udp", "flows": 64}))?;
        let mut kinds: Vec<u32> = spread.packets(sent)?.iter().map(|p| p.hash_type).collect();
        kinds.sort_unstable();
        kinds.dedup();
        Ok(kinds)
    };
    let shown = || tools::line(&format!("ethtool -n {NAME} rx-flow-hash udp4"));
    let at_start = kinds(case)?;
    case.ktap
        .equal("datagrams are hashed by address", at_start, vec![L3_IPV4]);
    case.ktap
        .check("ethtool says so", !shown()?.contains("L4"), shown()?);
    let ports = format!("ethtool -N {NAME} rx-flow-hash udp4 sdfn");
    if igb {
        tools::line(&ports)?;
        let now = kinds(case)?;
        case.ktap.equal("then by ports too", now, vec![L4_IPV4_UDP]);
        case.ktap
            .check("ethtool says that", shown()?.contains("L4"), shown()?);
        check_spread(case, &spread, "by ports", true)?;
        tools::line(&format!("ethtool -N {NAME} rx-flow-hash udp4 sd"))?;
    } else {
        refused(case, &ports)?;
    }
    let now = kinds(case)?;
    case.ktap.equal("by address again", now, vec![L3_IPV4]);
    check_spread(case, &spread, "by address", false)?;
    // Neither NIC hashes less than both addresses, or anything of a lower layer.
    refused(case, &format!("ethtool -N {NAME} rx-flow-hash tcp4 s"))?;
    refused(case, &format!("ethtool -N {NAME} rx-flow-hash udp4 m"))?;
    tools::line(&format!("ethtool -N {NAME} rx-flow-hash tcp4 sd"))?;
    let sent = case.burst(json!({"count": 200, "l4": "tcp", "flows": 64}))?;
    let others = spread
        .packets(sent)?
        .iter()
        .filter(|packet| packet.hash_type != L3_IPV4)
        .count();
    case.ktap
        .equal("segments can be hashed by address alone", others, 0);
    Ok(())
}

/// Interrupts of the interface's device so far.
pub(super) fn interrupts() -> Result<u64> {
    let numbers = numbers()?;
    let all = tools::read("/proc/interrupts")?;
    let of_device = all.lines().filter_map(|line| {
        let (number, counts) = line.trim().split_once(':')?;
        let mine = numbers.iter().any(|mine| mine == number.trim());
        mine.then(|| {
            let counts = counts
                .split_whitespace()
                .map_while(|count| count.parse::<u64>().ok());
            counts.sum::<u64>()
        })
    });
    Ok(of_device.sum())
}

/// Numbers of the interrupts of the interface's device.
pub(super) fn numbers() -> Result<Vec<String>> {
    let device = format!("/sys/class/net/{NAME}/device");
    let mut numbers = Vec::new();
    match std::fs::read_dir(format!("{device}/msi_irqs")) {
        Ok(entries) => {
            for entry in entries {
                numbers.push(entry?.file_name().to_string_lossy().into_owned());
            }
        }
        Err(_) => numbers.push(tools::read(&format!("{device}/irq"))?),
    }
    numbers.sort();
    Ok(numbers)
}

/// Interrupts while 300 frames come in, half a millisecond apart.
fn interrupts_for(case: &mut Case<'_>) -> Result<u64> {
    let before = interrupts()?;
    case.burst(json!({"count": 300, "flows": 1, "gap_us": 1000}))?;
    std::thread::sleep(Duration::from_millis(50));
    Ok(interrupts()? - before)
}

/// The time between interrupts of each queue, as ethtool shows it.
pub(super) fn intervals() -> Result<Vec<u32>> {
    let mut all = Vec::new();
    for queue in 0..channels()?.0 {
        let said = tools::line(&format!(
            "ethtool --per-queue {NAME} queue_mask {:#x} --show-coalesce",
            1 << queue
        ))?;
        let usecs = said
            .lines()
            .find_map(|line| line.trim().strip_prefix("rx-usecs:"));
        all.push(usecs.context("no rx-usecs")?.trim().parse()?);
    }
    Ok(all)
}

fn coalescing(case: &mut Case<'_>) -> Result<()> {
    let max = all_channels()? as usize;
    let down = case.eth.file("carrier_down_count")?;
    tools::line(&format!("ethtool -C {NAME} rx-usecs 0"))?;
    let often = interrupts_for(case)?;
    tools::line(&format!("ethtool -C {NAME} rx-usecs 8000"))?;
    let seldom = interrupts_for(case)?;
    case.ktap.check(
        "a longer time means fewer interrupts",
        seldom * 2 < often,
        format_args!("{often}, then {seldom}"),
    );
    ctl::log(&format!("{often} interrupts, then {seldom}"));
    case.ktap
        .equal("all queues have it", intervals()?, vec![8000; max]);
    tools::line(&format!(
        "ethtool --per-queue {NAME} queue_mask 0x2 --coalesce rx-usecs 100"
    ))?;
    let mut wanted = vec![8000; max];
    wanted[1] = 100;
    case.ktap
        .equal("one queue can have another", intervals()?, wanted.clone());
    refused(case, &format!("ethtool -C {NAME} rx-usecs 1000000"))?;
    refused(case, &format!("ethtool -C {NAME} rx-frames 8"))?;
    refused(case, &format!("ethtool -C {NAME} adaptive-rx on"))?;
    case.ktap
        .equal("a refusal changes nothing", intervals()?, wanted);
    case.ktap.equal(
        "the link never went down",
        case.eth.file("carrier_down_count")?,
        down,
    );
    Ok(())
}
