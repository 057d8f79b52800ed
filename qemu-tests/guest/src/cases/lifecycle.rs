// SPDX-License-Identifier: GPL-2.0

//! What becomes of an interface: unbound, pulled out, reset, moved, hung, polled.

use std::os::fd::{AsFd, AsRawFd};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use meta_reader::netlink::{array, Family};
use serde_json::json;

use super::machine::add_card;
use super::queues::set_channels;
use super::traffic::{numbers, sequence_numbers};
use crate::boot;
use crate::case::{Case, Definition};
use crate::ctl;
use crate::eth::{udp_socket, EXPERIMENT, NAME};
use crate::experiment::captured;
use crate::programs::Programs;
use crate::spread::Rss;
use crate::sys::packet::ALL;
use crate::sys::registers::Registers;
use crate::sys::socket;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("lifecycle::unbind_under_traffic", unbind),
    Definition::new("lifecycle::pulled_out_under_traffic", pulled_out),
    Definition::new("lifecycle::reset_behind_its_back", reset),
    Definition::new("lifecycle::network_namespaces", namespaces),
    Definition::new("lifecycle::hung_transmit_unit", hung),
    Definition::new("lifecycle::busy_poll", busy_poll),
];

/// Packets in and out.
fn works(case: &mut Case<'_>, what: &str) -> Result<()> {
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 300, "l4": "mix", "gap_us": 50}))?;
    let seen = sequence_numbers(&socket, sent)?;
    case.ktap
        .equal(&format!("{what}: packets arrive"), seen, numbers(sent));
    case.captured(EXPERIMENT)?;
    let out = case.eth.packets(EXPERIMENT)?;
    for number in 0..400 {
        out.send(&case.eth.numbered(number, 80)?)?;
    }
    let left = captured(case, 400)?.len();
    case.ktap
        .equal(&format!("{what}: packets leave"), left, 400);
    Ok(())
}

/// The device's name on its bus.
fn slot() -> Result<String> {
    let device = std::fs::canonicalize(format!("/sys/class/net/{NAME}/device"))?;
    let name = device.file_name().context("a device without a name")?;
    Ok(name.to_string_lossy().into_owned())
}

fn unbind(case: &mut Case<'_>) -> Result<()> {
    let slot = slot()?;
    let driver = |file: &str| tools::write(&format!("/sys/bus/pci/drivers/rnic/{file}"), &slot);
    for round in 0..4 {
        let mut programs = Programs::load("verdict", false)?;
        programs.attach("pass")?;
        case.burst(
            json!({"background": true, "count": 0, "l4": "all", "vlan": "mix", "gap_us": 300}),
        )?;
        std::thread::sleep(Duration::from_millis(100));
        driver("unbind")?;
        case.ktap.check(
            &format!("round {round}: the interface is gone"),
            !case.eth.exists(),
            "it is still there",
        );
        driver("bind")?;
        boot::interface()?;
        let sent = case.stop()?;
        case.ktap.check(
            &format!("round {round}: frames were sent meanwhile"),
            sent.count > 50,
            sent.count,
        );
        works(case, &format!("round {round}"))?;
    }
    Ok(())
}

fn pulled_out(case: &mut Case<'_>) -> Result<()> {
    let nic = boot::Options::read()?.nic;
    for round in 0..2 {
        let mut programs = Programs::load("verdict", false)?;
        programs.attach("pass")?;
        case.burst(json!({"background": true, "count": 0, "l4": "mix", "gap_us": 500}))?;
        std::thread::sleep(Duration::from_millis(100));
        let eth = case.eth;
        let out = eth.packets(EXPERIMENT)?;
        case.qmp("device_del", json!({"id": "nic"}))?;
        let start = Instant::now();
        let mut number = 0;
        while eth.exists() && start.elapsed() < Duration::from_secs(15) {
            // It is going: an error is no surprise.
            if let Ok(frame) = eth.numbered(number, 100) {
                let _ = out.send(&frame);
            }
            number += 1;
        }
        case.ktap.check(
            &format!("round {round}: the interface goes with the card"),
            !eth.exists(),
            "it is still there",
        );
        add_card(case, &nic)?;
        case.stop()?;
        works(case, &format!("round {round}: a new card"))?;
    }
    Ok(())
}

fn reset(case: &mut Case<'_>) -> Result<()> {
    let device = format!("/sys/bus/pci/devices/{}", slot()?);
    let methods = tools::read(&format!("{device}/reset_method"))?;
    ctl::log(&format!("reset methods: {methods}"));
    if boot::Options::read()?.nic == "igb" {
        case.ktap.check(
            "it has a function level reset",
            methods.contains("flr"),
            &methods,
        );
    }
    tools::line(&format!(
        "ethtool -X {NAME} hkey {}",
        super::queues::other_key()
    ))?;
    tools::line(&format!("ethtool -G {NAME} rx 512"))?;
    let before = Rss::read()?;
    for method in methods.split_whitespace() {
        tools::write(&format!("{device}/reset_method"), method)?;
        for up in [true, false] {
            if !up {
                case.eth.down()?;
            }
            let done = std::fs::write(format!("{device}/reset"), "1");
            // A port that cards are plugged into may not reset its bus: the method is there in name only.
            let cannot = done
                .as_ref()
                .is_err_and(|e| e.raw_os_error() == Some(libc::ENOTTY));
            if !(method == "bus" && cannot) {
                done.with_context(|| format!("reset by {method}"))?;
            }
            if !up {
                case.eth.up()?;
            }
            case.eth.wait_for_link()?;
            let what = format!("{method}, {}", if up { "up" } else { "down" });
            case.ktap
                .equal(&format!("{what}: settings stay"), &Rss::read()?, &before);
            works(case, &what)?;
        }
    }
    Ok(())
}

fn namespaces(case: &mut Case<'_>) -> Result<()> {
    tools::line("ip netns add other")?;
    tools::line(&format!(
        "ethtool -X {NAME} hkey {}",
        super::queues::other_key()
    ))?;
    let before = Rss::read()?;
    let mac = case.eth.mac_hex()?;
    tools::line(&format!("ip link set dev {NAME} netns other"))?;
    case.ktap
        .check("it leaves", !case.eth.exists(), "it is still here");
    tools::line(&format!("ip -netns other link set dev {NAME} up"))?;
    let received = || -> Result<u64> {
        let file = format!("/sys/class/net/{NAME}/statistics/rx_packets");
        let said = tools::line(&format!("ip netns exec other cat {file}"))?;
        Ok(said.trim().parse()?)
    };
    let linked = || {
        let said = tools::line(&format!("ip -netns other link show dev {NAME}"));
        said.is_ok_and(|said| said.contains("LOWER_UP"))
    };
    tools::wait_for("the link there", linked)?;
    let start = received()?;
    let nic = boot::Options::read()?.nic;
    case.ctl
        .wire(&json!({"count": 200, "l4": "mix", "mac": mac, "nic": nic, "gap_us": 50}))?;
    std::thread::sleep(Duration::from_millis(200));
    case.ktap
        .equal("there it receives", received()? - start, 200);
    tools::line(&format!("ip -netns other link set dev {NAME} netns 1"))?;
    boot::interface()?;
    case.ktap.equal("settings come back", Rss::read()?, before);
    works(case, "back here")?;
    // The namespace goes with the interface in it, which comes back by itself.
    tools::line(&format!("ip link set dev {NAME} netns other"))?;
    tools::line("ip netns del other")?;
    boot::interface()?;
    works(case, "its namespace is gone")
}

/// The transmit unit is switched off behind the driver's back.
fn hung(case: &mut Case<'_>) -> Result<()> {
    const TCTL: usize = 0x400;
    const EN: u32 = 1 << 1;
    set_channels(1)?;
    let mut programs = Programs::load("verdict", false)?;
    programs.attach("pass")?;
    tools::line(&format!(
        "ethtool -X {NAME} hkey {}",
        super::queues::other_key()
    ))?;
    tools::line(&format!("ethtool -G {NAME} tx 64"))?;
    let before = Rss::read()?;
    for round in 0..2 {
        works(case, &format!("round {round}: before"))?;
        Registers::map(NAME)?.update(TCTL, |tctl| tctl & !EN);
        let out = case.eth.packets(EXPERIMENT)?;
        let start = Instant::now();
        // More than the ring has room for, so that the stack has to stop; not more than the socket has.
        for number in 0..150 {
            out.send(&case.eth.numbered(number, 80)?)?;
        }
        case.captured(EXPERIMENT)?;
        let mut left = 0;
        while left == 0 && start.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(500));
            left = case.captured(EXPERIMENT)?.len();
            ctl::log(&format!("{left} frames left after {:?}", start.elapsed()));
        }
        case.ktap.check(
            &format!("round {round}: the watchdog gets it going again"),
            left > 0,
            format_args!("nothing left in {:?}", start.elapsed()),
        );
        case.eth.wait_for_link()?;
        case.ktap.equal(
            &format!("round {round}: settings stay"),
            &Rss::read()?,
            &before,
        );
        let link = tools::line(&format!("ip link show dev {NAME}"))?;
        case.ktap.check(
            &format!("round {round}: the program stays"),
            link.contains("prog/xdp"),
            &link,
        );
        works(case, &format!("round {round}: afterwards"))?;
    }
    Ok(())
}

const QUEUE_GET: u8 = 10;
const QUEUE_ID: u16 = 1;
const QUEUE_IFINDEX: u16 = 2;
const QUEUE_TYPE: u16 = 3;
const QUEUE_NAPI_ID: u16 = 4;

/// The NAPI instance of receive queue 0.
fn napi(case: &Case<'_>) -> Result<u32> {
    let attrs = [
        (QUEUE_IFINDEX, case.eth.ifindex()?.to_ne_bytes().to_vec()),
        (QUEUE_TYPE, 0_u32.to_ne_bytes().to_vec()),
        (QUEUE_ID, 0_u32.to_ne_bytes().to_vec()),
    ];
    let answers = Family::open("netdev")?.ask(QUEUE_GET, false, &attrs)?;
    let found = answers.iter().flatten().find(|a| a.kind == QUEUE_NAPI_ID);
    let value = &found.context("queue 0 has no NAPI instance")?.value;
    Ok(u32::from_ne_bytes(array(value)?))
}

/// A counter of `/proc/net/netstat`.
fn netstat(name: &str) -> Result<u64> {
    let all = tools::read("/proc/net/netstat")?;
    let lines: Vec<Vec<&str>> = all
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let value = lines.chunks(2).find_map(|pair| {
        let at = pair.first()?.iter().position(|key| *key == name)?;
        pair.get(1)?.get(at)
    });
    Ok(value.with_context(|| format!("no {name}"))?.parse()?)
}

fn busy_poll(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    let udp = udp_socket("0.0.0.0:7777", Duration::from_secs(2))?;
    let fd = udp.as_fd().as_raw_fd();
    let request =
        json!({"count": 100, "l4": "udp", "dst": "192.0.2.2", "dport": 7777, "gap_us": 3000});
    let mut buffer = [0; 2048];
    case.burst(json!({"count": 1, "l4": "udp", "dst": "192.0.2.2", "dport": 7777}))?;
    udp.recv_from(&mut buffer)?;
    case.ktap.equal(
        "a socket knows the queue's NAPI instance",
        socket::incoming_napi_id(fd)?,
        napi(case)?,
    );
    socket::busy_poll(fd, 50_000)?;
    // Interrupts come late, so that polling finds most packets first.
    tools::line(&format!("ethtool -C {NAME} rx-usecs 5000"))?;
    let before = netstat("BusyPollRxPackets")?;
    let receiver = std::thread::spawn(move || {
        let got = (0..100).take_while(|_| udp.recv_from(&mut buffer).is_ok());
        got.count()
    });
    case.burst(request)?;
    let got = receiver.join().unwrap_or(0);
    case.ktap.equal("every datagram arrives", got, 100);
    let polled = netstat("BusyPollRxPackets")? - before;
    case.ktap
        .check("most of them by polling", polled > 50, polled);
    Ok(())
}
