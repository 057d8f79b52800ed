// SPDX-License-Identifier: GPL-2.0

//! What ethtool and its kin show, and the self-test.

use std::time::Duration;

use anyhow::{Context, Result};
use meta_reader::netlink::{array, Family};
use serde_json::json;

use super::queues::{refused, set_channels};
use super::traffic::{numbers, sequence_numbers};
use crate::case::{Case, Definition};
use crate::eth::{EXPERIMENT, NAME};
use crate::experiment::{captured, statistic};
use crate::sys::packet::ALL;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("ethtool::driver", driver),
    Definition::new("ethtool::module", module),
    Definition::new("ethtool::link", link),
    Definition::new("ethtool::statistics", statistics),
    Definition::new("ethtool::standard_groups", standard_groups),
    Definition::new("ethtool::queue_statistics", queue_statistics),
    Definition::new("ethtool::registers", registers),
    Definition::new("ethtool::test_online", test_online),
    Definition::new("ethtool::test_offline", test_offline),
    Definition::new("ethtool::private_flags", private_flags),
    Definition::new("ethtool::stamping", stamping),
];

/// What follows `name:` in a tool's answer.
fn value(said: &str, name: &str) -> Option<String> {
    let line = said
        .lines()
        .find_map(|line| line.trim().strip_prefix(&format!("{name}:")));
    line.map(|value| value.trim().to_owned())
}

fn ethtool(words: &str) -> Result<String> {
    tools::line(&format!("ethtool {words}"))
}

fn driver(case: &mut Case<'_>) -> Result<()> {
    let said = ethtool(&format!("-i {NAME}"))?;
    case.ktap
        .equal("driver", value(&said, "driver").as_deref(), Some("rnic"));
    let device = std::fs::canonicalize(format!("/sys/class/net/{NAME}/device"))?;
    let slot = device
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    case.ktap.equal("bus-info", value(&said, "bus-info"), slot);
    for what in [
        "supports-statistics",
        "supports-test",
        "supports-register-dump",
        "supports-priv-flags",
    ] {
        case.ktap
            .equal(what, value(&said, what).as_deref(), Some("yes"));
    }
    Ok(())
}

/// The module's description of itself, as `modinfo` shows it.
fn module(case: &mut Case<'_>) -> Result<()> {
    let bytes = std::fs::read("/lib/modules/rnic.ko")?;
    let texts: Vec<&[u8]> = bytes.split(|byte| *byte == 0).collect();
    let has = |start: &[u8]| texts.iter().any(|text| text.starts_with(start));
    case.ktap.check(
        "no alias: it is never loaded by itself",
        !has(b"alias="),
        "there is one",
    );
    let description = texts
        .iter()
        .find_map(|text| text.strip_prefix(b"description="));
    let description = String::from_utf8_lossy(description.unwrap_or_default()).into_owned();
    case.ktap.check(
        "the description says what was tested",
        description.contains("QEMU"),
        &description,
    );
    case.ktap.check(
        "parameters are described",
        has(b"parm=interrupts:"),
        "they are not",
    );
    Ok(())
}

fn link(case: &mut Case<'_>) -> Result<()> {
    let said = ethtool(NAME)?;
    for (what, wanted) in [
        ("Speed", "1000Mb/s"),
        ("Duplex", "Full"),
        ("Auto-negotiation", "on"),
        ("Link detected", "yes"),
    ] {
        case.ktap
            .equal(what, value(&said, what).as_deref(), Some(wanted));
    }
    case.qmp("set_link", json!({"name": "nic", "up": false}))?;
    let eth = case.eth;
    let gone = || eth.file("carrier").is_ok_and(|carrier| carrier == "0");
    tools::wait_for("the end of the carrier", gone)?;
    let said = ethtool(NAME)?;
    case.ktap.equal(
        "without a cable: Link detected",
        value(&said, "Link detected").as_deref(),
        Some("no"),
    );
    case.ktap.equal(
        "without a cable: Speed",
        value(&said, "Speed").as_deref(),
        Some("Unknown!"),
    );
    case.qmp("set_link", json!({"name": "nic", "up": true}))?;
    case.eth.wait_for_link()?;
    ethtool(&format!("-r {NAME}"))?;
    case.eth.wait_for_link()?;
    arrives(case, "after negotiating again packets arrive")
}

fn arrives(case: &mut Case<'_>, what: &str) -> Result<()> {
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 200, "l4": "mix", "gap_us": 50}))?;
    case.ktap
        .equal(what, sequence_numbers(&socket, sent)?, numbers(sent));
    Ok(())
}

fn statistics(case: &mut Case<'_>) -> Result<()> {
    let socket = case.eth.packets(ALL)?;
    let names = ["rx_packets", "rx_bytes", "tx_packets", "tx_bytes"];
    let read = || {
        names
            .iter()
            .map(|name| statistic(name))
            .collect::<Result<Vec<_>>>()
    };
    let before = read()?;
    let sent = case.burst(json!({"count": 333, "l4": "udp", "payload": 100}))?;
    sequence_numbers(&socket, sent)?;
    case.captured(EXPERIMENT)?;
    let out = case.eth.packets(EXPERIMENT)?;
    for number in 0..44 {
        out.send(&case.eth.numbered(number, 150)?)?;
    }
    captured(case, 44)?;
    std::thread::sleep(Duration::from_millis(100));
    let after = read()?;
    let counted: Vec<u64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
    case.ktap.equal(
        "rx_packets, rx_bytes, tx_packets, tx_bytes",
        counted,
        vec![333, 333 * 142, 44, 44 * 150],
    );
    let good = statistic("rx_csum_good")?;
    case.ktap.check("rx_csum_good", good >= 333, good);
    // Every value is there once for each queue, and none twice.
    for queues in [1, 2] {
        set_channels(queues)?;
        let said = ethtool(&format!("-S {NAME}"))?;
        let mut keys: Vec<&str> = said
            .lines()
            .filter_map(|line| line.trim().split_once(": "))
            .map(|(key, _)| key)
            .collect();
        let (all, of_one) = (
            keys.len(),
            keys.iter().filter(|k| k.contains("_queue_0_")).count(),
        );
        let of_all = keys.iter().filter(|key| key.contains("_queue_")).count();
        keys.sort_unstable();
        keys.dedup();
        case.ktap
            .equal(&format!("{queues} queues: no name twice"), keys.len(), all);
        case.ktap.equal(
            &format!("{queues} queues: as many values for each"),
            of_all,
            of_one * queues as usize,
        );
    }
    Ok(())
}

/// One value of a standard group.
fn group(name: &str, key: &str) -> Result<u64> {
    let said = ethtool(&format!("-S {NAME} --groups {name}"))?;
    // A name begins with the group's.
    let mut pairs = said.lines().filter_map(|line| line.trim().split_once(": "));
    let found = pairs.find(|(name, _)| name.ends_with(key));
    let (_, value) = found.with_context(|| format!("group {name} has no {key}: {said}"))?;
    Ok(value.trim().parse()?)
}

fn standard_groups(case: &mut Case<'_>) -> Result<()> {
    let read = || -> Result<Vec<u64>> {
        Ok(vec![
            group("eth-mac", "FramesReceivedOK")?,
            group("eth-mac", "OctetsReceivedOK")?,
            group("eth-mac", "FramesTransmittedOK")?,
            group("eth-mac", "OctetsTransmittedOK")?,
            group("rmon", "rx-rmon-etherStatsPkts128to255Octets")?,
            group("rmon", "tx-rmon-etherStatsPkts1024to16384Octets")?,
        ])
    };
    let before = read()?;
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 100, "l4": "udp", "payload": 150}))?;
    sequence_numbers(&socket, sent)?;
    let out = case.eth.packets(EXPERIMENT)?;
    for number in 0..30 {
        out.send(&case.eth.numbered(number, 1200)?)?;
    }
    std::thread::sleep(Duration::from_millis(100));
    let after = read()?;
    let counted: Vec<u64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
    // Octets have the check sequence.
    case.ktap.equal(
        "frames and octets received, sent; of 128 to 255 bytes received; of 1024 and more sent",
        counted,
        vec![100, 100 * (42 + 150 + 4), 30, 30 * 1204, 100, 30],
    );
    let again = read()?;
    case.ktap.equal("reading changes nothing", again, after);
    Ok(())
}

const QSTATS_GET: u8 = 12;
const QSTATS_IFINDEX: u16 = 1;
const QSTATS_QUEUE_TYPE: u16 = 2;
const QSTATS_QUEUE_ID: u16 = 3;
const QSTATS_SCOPE: u16 = 4;
const QSTATS_RX_PACKETS: u16 = 8;
const QSTATS_TX_PACKETS: u16 = 10;

/// Packets of each queue and direction (0: receive), from the `netdev` family.
fn qstats(case: &Case<'_>) -> Result<Vec<(u32, u32, u64)>> {
    let family = Family::open("netdev")?;
    let attrs = [
        (QSTATS_IFINDEX, case.eth.ifindex()?.to_ne_bytes().to_vec()),
        // For each queue.
        (QSTATS_SCOPE, 1_u64.to_ne_bytes()[..4].to_vec()),
    ];
    let mut all = Vec::new();
    for answer in family.ask(QSTATS_GET, true, &attrs)? {
        let number = |kind: u16| -> Result<u64> {
            let found = answer.iter().find(|a| a.kind == kind);
            let value = &found.with_context(|| format!("no attribute {kind}"))?.value;
            match value.len() {
                4 => Ok(u32::from_ne_bytes(array(value)?).into()),
                _ => Ok(u64::from_ne_bytes(array(value)?)),
            }
        };
        let direction = number(QSTATS_QUEUE_TYPE)?;
        let packets = number(if direction == 0 {
            QSTATS_RX_PACKETS
        } else {
            QSTATS_TX_PACKETS
        })?;
        all.push((
            u32::try_from(direction)?,
            u32::try_from(number(QSTATS_QUEUE_ID)?)?,
            packets,
        ));
    }
    Ok(all)
}

fn queue_statistics(case: &mut Case<'_>) -> Result<()> {
    set_channels(2)?;
    let before = qstats(case)?;
    let mut queues: Vec<(u32, u32)> = before.iter().map(|(d, q, _)| (*d, *q)).collect();
    queues.sort_unstable();
    case.ktap.equal(
        "two queues each way",
        queues,
        vec![(0, 0), (0, 1), (1, 0), (1, 1)],
    );
    let socket = case.eth.packets(ALL)?;
    for (table, queue) in [("equal 1", 0), ("start 1 equal 1", 1)] {
        ethtool(&format!("-X {NAME} {table}"))?;
        let packets = |case: &Case<'_>| -> Result<Option<u64>> {
            let all = qstats(case)?;
            let of = all.iter().find(|(d, q, _)| (*d, *q) == (0, queue));
            Ok(of.map(|(_, _, packets)| *packets))
        };
        let before = packets(case)?;
        let sent = case.burst(json!({"count": 120, "l4": "udp", "gap_us": 50}))?;
        sequence_numbers(&socket, sent)?;
        let after = packets(case)?;
        case.ktap.equal(
            &format!("{table}: packets of queue {queue}"),
            after.zip(before).map(|(a, b)| a - b),
            Some(120),
        );
    }
    let total = case.eth.counter("rx_packets")?;
    ethtool(&format!("-X {NAME} default"))?;
    set_channels(1)?;
    case.ktap.check(
        "what a queue counted stays when it goes",
        case.eth.counter("rx_packets")? >= total,
        total,
    );
    Ok(())
}

fn registers(case: &mut Case<'_>) -> Result<()> {
    let said = ethtool(&format!("-d {NAME} raw off hex on"))?;
    let words: Vec<&str> = said
        .lines()
        .filter_map(|line| line.split_once(':'))
        .flat_map(|(_, bytes)| bytes.split_whitespace())
        .collect();
    case.ktap
        .check("some registers", words.len() >= 40, words.len());
    case.ktap.check(
        "not all of them are the same",
        words.iter().any(|word| *word != words[0]),
        &said,
    );
    arrives(case, "packets arrive afterwards")
}

/// Results of a self-test.
fn test(how: &str) -> Result<(bool, String)> {
    let said = tools::try_line(&format!("ethtool -t {NAME} {how}"))?;
    Ok((said.ok, said.out))
}

fn test_online(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    let down = case.eth.file("carrier_down_count")?;
    let socket = case.eth.packets(ALL)?;
    case.burst(json!({"background": true, "count": 0, "l4": "udp", "gap_us": 300}))?;
    let (passed, said) = test("online")?;
    let sent = case.stop()?;
    case.ktap
        .check("passes", passed && said.contains("PASS"), &said);
    let missing = &numbers(sent) - &sequence_numbers(&socket, sent)?;
    case.ktap
        .check("no packet is lost by it", missing.is_empty(), missing.len());
    case.ktap.equal(
        "the link stays up",
        case.eth.file("carrier_down_count")?,
        down,
    );
    // Without a cable it has to fail.
    case.qmp("set_link", json!({"name": "nic", "up": false}))?;
    std::thread::sleep(Duration::from_millis(100));
    let (passed, said) = test("online")?;
    case.ktap.check(
        "fails without a cable",
        !passed && said.contains("FAIL"),
        &said,
    );
    Ok(())
}

fn test_offline(case: &mut Case<'_>) -> Result<()> {
    arrives(case, "before: packets arrive")?;
    case.captured(EXPERIMENT)?;
    // At the higher rates more may come in meanwhile than a ring has room for.
    for (round, gap_us) in [500, 0, 0, 50, 100].into_iter().enumerate() {
        case.burst(json!({"background": true, "count": 0, "l4": "udp", "gap_us": gap_us}))?;
        let (passed, said) = test("offline")?;
        case.stop()?;
        case.ktap.check(
            &format!("round {round}: passes while packets come in"),
            passed && said.contains("PASS"),
            &said,
        );
        for name in ["registers", "loopback", "record"] {
            let line = said.lines().find(|line| line.contains(name));
            case.ktap.check(
                &format!("round {round}: {name}"),
                line.is_some_and(|line| line.trim_end().ends_with('0')),
                line.unwrap_or("not tested"),
            );
        }
        case.eth.wait_for_link()?;
        arrives(case, &format!("round {round}: packets arrive afterwards"))?;
    }
    // The packet that the test sends to itself is tagged.
    let left = case.captured(0x8100)?;
    case.ktap.check(
        "nothing of the loopback leaves",
        left.is_empty(),
        format_args!("{left:02x?}"),
    );
    case.eth.down()?;
    let (passed, said) = test("offline")?;
    case.ktap.check(
        "the parts that need no link pass while it is down",
        ["registers", "loopback", "record"].iter().all(|name| {
            let line = said.lines().find(|line| line.contains(name));
            line.is_some_and(|line| line.trim_end().ends_with('0'))
        }),
        format_args!("{passed}: {said}"),
    );
    case.eth.up()?;
    arrives(case, "and then packets arrive")
}

fn private_flags(case: &mut Case<'_>) -> Result<()> {
    let shown = || ethtool(&format!("--show-priv-flags {NAME}"));
    let flag = |name: &str| -> Result<Option<String>> {
        let said = shown()?;
        let line = said.lines().find(|line| line.starts_with(name));
        Ok(line
            .and_then(|line| line.split(':').nth(1))
            .map(|on| on.trim().to_owned()))
    };
    for (name, at_start) in [("xdp-records", "on"), ("xdp-packet-type", "off")] {
        case.ktap
            .equal(name, flag(name)?.as_deref(), Some(at_start));
        for word in ["off", "on", at_start] {
            ethtool(&format!("--set-priv-flags {NAME} {name} {word}"))?;
            case.ktap.equal(
                &format!("{name} {word}"),
                flag(name)?.as_deref(),
                Some(word),
            );
        }
    }
    refused(
        case,
        &format!("ethtool --set-priv-flags {NAME} nonsense on"),
    )?;
    Ok(())
}

fn stamping(case: &mut Case<'_>) -> Result<()> {
    let said = ethtool(&format!("-T {NAME}"))?;
    for word in [
        "hardware-receive",
        "hardware-transmit",
        "hardware-raw-clock",
    ] {
        case.ktap.check(word, said.contains(word), &said);
    }
    case.ktap
        .check("a clock", !said.contains("Clock: none"), &said);
    case.ktap.check("all packets", said.contains("all"), &said);
    Ok(())
}
