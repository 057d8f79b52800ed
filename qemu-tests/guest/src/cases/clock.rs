// SPDX-License-Identifier: GPL-2.0

//! The NIC's clock, and the stamps that it gives.

use std::fs::{self, File};
use std::os::fd::AsFd;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::queues::set_channels;
use crate::boot;
use crate::case::{Case, Definition};
use crate::ctl;
use crate::eth::{EXPERIMENT, NAME};
use crate::experiment::{incoming, statistic, HOST_MAC};
use crate::nic_clock::NicClock;
use crate::sys::hwtstamp::{self, filter};
use crate::sys::packet::{Packet, ALL};
use crate::sys::{clock, stamps};
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("clock::runs", runs),
    Definition::new("clock::set_and_shift", set_and_shift),
    Definition::new("clock::frequency", frequency),
    Definition::new("clock::goes_on_over_changes", goes_on),
    Definition::new("clock::stamps_of_received_packets", received),
    Definition::new("clock::sync_is_latched", latched),
    Definition::new("clock::latch_is_freed", latch_is_freed),
    Definition::new("clock::stamps_of_sent_packets", sent),
];

/// The clock's device, to set it by.
fn device() -> Result<File> {
    let folder = format!("/sys/class/net/{NAME}/device/ptp");
    let mut entries = fs::read_dir(&folder).with_context(|| format!("read {folder}"))?;
    let entry = entries.next().context("the NIC has no clock")??;
    let path = Path::new("/dev").join(entry.file_name());
    let file = File::options().read(true).write(true).open(&path);
    file.with_context(|| format!("open {}", path.display()))
}

const SECOND: u64 = 1_000_000_000;
const MILLISECOND: u64 = 1_000_000;

/// How far the clock gets while this machine's own one gets by about `wait`, for each of its seconds in millionths.
fn rate(nic: &NicClock, wait: Duration) -> Result<u64> {
    let (from, start) = (nic.now()?, Instant::now());
    std::thread::sleep(wait);
    let (to, elapsed) = (nic.now()?, start.elapsed());
    let elapsed = u64::try_from(elapsed.as_micros())?;
    Ok((to - from) * 1000 / elapsed)
}

fn is_near(value: u64, wanted: u64, off: u64) -> bool {
    value.abs_diff(wanted) <= off
}

fn runs(case: &mut Case<'_>) -> Result<()> {
    let nic = NicClock::open()?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    let off = nic.now()?.abs_diff(u64::try_from(now.as_nanos())?);
    case.ktap.check(
        "at start it shows the system's time",
        off < 20 * SECOND,
        format_args!("{off} ns off"),
    );
    let rate = rate(&nic, Duration::from_secs(2))?;
    case.ktap.check(
        "it runs as fast as the system's",
        is_near(rate, 1_000_000, 5_000),
        format_args!("{rate} us for each second"),
    );
    let mut before = nic.now()?;
    let mut back = 0;
    for _ in 0..5000 {
        let now = nic.now()?;
        back += u32::from(now < before);
        before = now;
    }
    case.ktap.equal("it never goes back", back, 0);
    Ok(())
}

fn set_and_shift(case: &mut Case<'_>) -> Result<()> {
    let (nic, device) = (NicClock::open()?, device()?);
    for seconds in [1_u64, 1_000_000, 4_000_000_000, 0] {
        clock::set(device.as_fd(), i64::try_from(seconds * SECOND)?)?;
        let now = nic.now()?;
        case.ktap.check(
            &format!("set to {seconds} s"),
            now >= seconds * SECOND && now < (seconds + 1) * SECOND,
            now,
        );
    }
    clock::set(device.as_fd(), 1000 * SECOND as i64)?;
    for (ns, from, to) in [(5 * SECOND as i64, 1005, 1006), (-7_000_000_001, 997, 999)] {
        clock::shift(device.as_fd(), ns)?;
        let now = nic.now()?;
        case.ktap.check(
            &format!("moved by {ns} ns"),
            now >= from * SECOND && now < to * SECOND,
            now,
        );
    }
    Ok(())
}

fn frequency(case: &mut Case<'_>) -> Result<()> {
    let (nic, device) = (NicClock::open()?, device()?);
    for (ppm, wanted) in [(100_000, 1_100_000), (-100_000, 900_000), (0, 1_000_000)] {
        let before = nic.now()?;
        clock::speed_up(device.as_fd(), ppm)?;
        let jump = nic.now()? - before;
        case.ktap.check(
            &format!("{ppm} ppm: no jump"),
            jump < 500 * MILLISECOND,
            format_args!("{jump} ns"),
        );
        let rate = rate(&nic, Duration::from_secs(1))?;
        case.ktap.check(
            &format!("{ppm} ppm faster"),
            is_near(rate, wanted, 10_000),
            format_args!("{rate} us for each second"),
        );
    }
    let too_fast = clock::speed_up(device.as_fd(), 600_000);
    case.ktap.check(
        "more than it says it can is refused",
        too_fast.is_err(),
        "it was taken",
    );
    Ok(())
}

fn goes_on(case: &mut Case<'_>) -> Result<()> {
    let (nic, device) = (NicClock::open()?, device()?);
    clock::set(device.as_fd(), 5_000_000 * SECOND as i64)?;
    for command in [
        format!("ethtool -G {NAME} rx 512"),
        format!("ethtool -L {NAME} combined 2"),
        format!("ethtool -K {NAME} rxhash off"),
        format!("ip link set dev {NAME} mtu 9000"),
        format!("ip link set dev {NAME} down"),
        format!("ip link set dev {NAME} up"),
        format!("ethtool -t {NAME} offline"),
    ] {
        let (before, start) = (nic.now()?, Instant::now());
        tools::line(&command)?;
        let (after, elapsed) = (nic.now()?, start.elapsed());
        let passed = after.wrapping_sub(before);
        let elapsed = u64::try_from(elapsed.as_nanos())?;
        case.ktap.check(
            &format!("{command}: the clock goes on"),
            after > before && passed.abs_diff(elapsed) < 50 * MILLISECOND + elapsed / 50,
            format_args!("{passed} ns in {elapsed}"),
        );
    }
    Ok(())
}

/// Stamps of everything that is received, and, where the NIC can, of what is sent.
fn stamp_all() -> Result<()> {
    hwtstamp::set_both(NAME, true, filter::ALL)?;
    Ok(())
}

fn latches() -> Result<bool> {
    Ok(boot::Options::read()?.nic == "igb")
}

/// The stamps of as many packets as come.
fn take(socket: &Packet, count: usize) -> Result<Vec<Option<u64>>> {
    let mut all = Vec::new();
    while all.len() < count {
        match stamps::receive(socket)? {
            Some(packet) => all.push(packet.time),
            None => break,
        }
    }
    Ok(all)
}

fn received(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    let (nic, device) = (NicClock::open()?, device()?);
    let socket = case.eth.packets(EXPERIMENT)?;
    stamps::ask(&socket)?;
    let frames = (0..200_u32)
        .map(|n| incoming(case.eth, n, 100))
        .collect::<Result<Vec<_>>>()?;
    case.raw(&frames)?;
    let none = take(&socket, frames.len())?;
    case.ktap.check(
        "no stamp before they are asked for",
        none.len() == frames.len() && none.iter().all(Option::is_none),
        format_args!("{} packets", none.len()),
    );
    stamp_all()?;
    clock::set(device.as_fd(), 7_000_000 * SECOND as i64)?;
    for round in 0..3 {
        let before = nic.now()?;
        case.raw(&frames)?;
        let all = take(&socket, frames.len())?;
        let after = nic.now()?;
        case.ktap
            .equal(&format!("round {round}: packets"), all.len(), frames.len());
        let all: Vec<u64> = all.into_iter().flatten().collect();
        case.ktap.equal(
            &format!("round {round}: each has a stamp"),
            all.len(),
            frames.len(),
        );
        case.ktap.check(
            &format!("round {round}: between two readings of the clock"),
            all.iter().all(|time| (before..=after).contains(time)),
            format_args!("{before} {all:?} {after}"),
        );
        case.ktap.check(
            &format!("round {round}: in the order of arrival"),
            all.is_sorted(),
            format_args!("{all:?}"),
        );
    }
    hwtstamp::set(NAME, filter::NONE)?;
    case.raw(&frames)?;
    let none = take(&socket, frames.len())?;
    case.ktap.check(
        "none any more when they are turned off",
        none.len() == frames.len() && none.iter().all(Option::is_none),
        format_args!("{} packets", none.len()),
    );
    Ok(())
}

/// EtherType of PTP, and its multicast address.
const PTP: u16 = 0x88f7;
const PTP_MAC: [u8; 6] = [0x01, 0x1b, 0x19, 0, 0, 0];

/// A Sync of PTP version 2.
fn sync(to: [u8; 6], from: [u8; 6], number: u16) -> Vec<u8> {
    let mut frame = [&to[..], &from, &PTP.to_be_bytes(), &[0, 2, 0, 44]].concat();
    frame.resize(60, 0);
    frame[14 + 30..14 + 32].copy_from_slice(&number.to_be_bytes());
    frame
}

fn latched(case: &mut Case<'_>) -> Result<()> {
    set_channels(1)?;
    tools::line(&format!("ip maddress add 01:1b:19:00:00:00 dev {NAME}"))?;
    let nic = NicClock::open()?;
    stamp_all()?;
    let socket = case.eth.packets(PTP)?;
    stamps::ask(&socket)?;
    let before = statistic("rx_stamps_latched")?;
    for number in 0..20 {
        let from = nic.now()?;
        case.raw(&[sync(PTP_MAC, HOST_MAC, number)])?;
        let packet = stamps::receive(&socket)?.context("no Sync arrives")?;
        let to = nic.now()?;
        if !packet.time.is_some_and(|time| (from..=to).contains(&time)) {
            case.ktap.check(
                &format!("Sync {number} is stamped"),
                false,
                format_args!("{from} {:?} {to}", packet.time),
            );
        }
    }
    let wanted = if latches()? { 20 } else { 0 };
    let counted = statistic("rx_stamps_latched")? - before;
    case.ktap
        .equal("the NIC keeps the time of each Sync", counted, wanted);
    // Other messages, in a tag, and in IP: not kept by the NIC, stamped all the same.
    let mut other = sync(PTP_MAC, HOST_MAC, 1);
    other[14] = 8;
    case.raw(&[other])?;
    let packet = stamps::receive(&socket)?.context("no Follow_Up arrives")?;
    case.ktap
        .check("a Follow_Up is stamped", packet.time.is_some(), "it is not");
    case.ktap.equal(
        "but not kept",
        statistic("rx_stamps_latched")? - before,
        wanted,
    );
    case.ktap
        .equal("no stamp is lost", statistic("rx_stamps_lost")?, 0);
    Ok(())
}

fn latch_is_freed(case: &mut Case<'_>) -> Result<()> {
    if !latches()? {
        case.ktap.skip("a held latch is freed", "the NIC has none");
        return Ok(());
    }
    set_channels(1)?;
    tools::line(&format!("ip maddress add 01:1b:19:00:00:00 dev {NAME}"))?;
    stamp_all()?;
    let socket = case.eth.packets(PTP)?;
    // The NIC keeps its time, and then drops it: nobody asked for this address.
    case.raw(&[sync([0x01, 0x1b, 0x19, 0, 0x12, 0x34], HOST_MAC, 1)])?;
    let before = statistic("rx_stamps_latched")?;
    case.raw(&[sync(PTP_MAC, HOST_MAC, 2)])?;
    case.ktap
        .check("a Sync arrives", socket.receive()?.is_some(), "it does not");
    case.ktap.equal(
        "its time is not kept: the latch is held",
        statistic("rx_stamps_latched")?,
        before,
    );
    let start = Instant::now();
    while statistic("rx_stamps_lost")? == 0 && start.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(50));
    }
    ctl::log(&format!("freed after {:?}", start.elapsed()));
    case.ktap.check(
        "the latch is freed within two seconds",
        start.elapsed() < Duration::from_millis(2500),
        format_args!("{:?}", start.elapsed()),
    );
    case.ktap
        .equal("which is counted", statistic("rx_stamps_lost")?, 1);
    for number in 3..8 {
        case.raw(&[sync(PTP_MAC, HOST_MAC, number)])?;
        socket.receive()?;
    }
    case.ktap.equal(
        "from then on times are kept again",
        statistic("rx_stamps_latched")? - before,
        5,
    );
    Ok(())
}

fn sent(case: &mut Case<'_>) -> Result<()> {
    let nic = NicClock::open()?;
    let socket = case.eth.packets(ALL)?;
    stamps::ask(&socket)?;
    let one = |number: u16| -> Result<_> {
        let from = nic.now()?;
        socket.send(&sync(PTP_MAC, case.eth.mac()?, number))?;
        let start = Instant::now();
        let mut stamped = None;
        while stamped.is_none() && start.elapsed() < Duration::from_secs(1) {
            stamped = stamps::sent(&socket)?;
        }
        Ok((from, stamped.and_then(|packet| packet.time), nic.now()?))
    };
    let (_, none, _) = one(0)?;
    case.ktap
        .equal("no stamp before they are asked for", none, None);
    stamp_all()?;
    for number in 1..20 {
        let (from, time, to) = one(number)?;
        case.ktap.check(
            &format!("packet {number} is stamped when it is sent"),
            time.is_some_and(|time| (from..=to).contains(&time)),
            format_args!("{from} {time:?} {to}"),
        );
    }
    let said = tools::line(&format!("ethtool -I -T {NAME}"))?;
    case.ktap
        .check("ethtool counts them", said.contains("tx_pkts: 19"), &said);
    tools::line(&format!("ethtool -G {NAME} tx 512"))?;
    let (from, time, to) = one(30)?;
    case.ktap.check(
        "with other rings too",
        time.is_some_and(|time| (from..=to).contains(&time)),
        format_args!("{from} {time:?} {to}"),
    );
    Ok(())
}
