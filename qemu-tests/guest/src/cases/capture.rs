// SPDX-License-Identifier: GPL-2.0

//! `tcpdump -j adapter_unsynced`: the tool turns the NIC's time stamps on by itself, and its file has them.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{bail, Context, Result};
use serde_json::json;

use super::metadata::announced;
use crate::case::{Case, Definition};
use crate::eth::NAME;
use crate::knobs::Knobs;
use crate::monitor::Monitor;
use crate::nic_clock::NicClock;
use crate::readers::{Readers, XDP_PASS};
use crate::score::{KFUNC, LATE_BOUND};
use crate::tools;

/// The library asks for transmit stamps as well, which the 82574 has not.
pub(super) const CASES: &[Definition] = &[Definition::on("igb", "capture::stamps", stamps)];

const FILE: &str = "/tmp/stamps.pcap";
const FRAMES: usize = 200;

fn stamps(case: &mut Case<'_>) -> Result<()> {
    let types = tools::try_line(&format!("tcpdump -i {NAME} -J"))?;
    case.ktap.check(
        "it offers the NIC's clock",
        types.out.contains("adapter_unsynced") || types.err.contains("adapter_unsynced"),
        format_args!("{types:?}"),
    );
    let mut readers = Readers::load(XDP_PASS)?;
    readers.attach()?;
    let monitor = Monitor::start()?;
    let stamped = Knobs {
        stamp: true,
        ..Knobs::START
    };
    let mut tool = None;
    announced(case, &monitor, ("tcpdump", "hwtstamp"), stamped, || {
        let count = FRAMES.to_string();
        let mut command = Command::new("tcpdump");
        command
            .args(["-i", NAME, "-j", "adapter_unsynced"])
            .args([
                "--time-stamp-precision=nano",
                "-U",
                "-w",
                FILE,
                "-c",
                &count,
            ])
            .arg("ether src 02:00:00:00:00:01")
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        tool = Some(command.spawn().context("run tcpdump")?);
        // The file comes when it listens.
        tools::wait_for("tcpdump", || {
            fs::exists(FILE).is_ok_and(|is_there| is_there)
        })
    })?;
    let clock = NicClock::open()?;
    let before = clock.now()?;
    readers.expect_from(before)?;
    let sent = case.burst(json!({"count": FRAMES, "l4": "all", "vlan": "mix"}))?;
    readers.drain(sent)?;
    tool.context("no tcpdump")?.wait()?;
    let after = clock.now()?;
    let times = times(&fs::read(FILE)?)?;
    case.ktap.equal("frames in the file", times.len(), FRAMES);
    let wrong: Vec<u64> = times
        .into_iter()
        .filter(|time| !(before..=after).contains(time))
        .collect();
    case.ktap.check(
        "their times are the NIC's",
        wrong.is_empty(),
        format_args!("not from {before} to {after}: {wrong:?}"),
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

/// The times of a capture file's frames, in nanoseconds.
fn times(file: &[u8]) -> Result<Vec<u64>> {
    const NANOSECONDS: u32 = 0xa1b2_3c4d;
    let word = |at: usize| {
        let bytes = file.get(at..at + 4)?;
        Some(u32::from_ne_bytes(bytes.try_into().ok()?))
    };
    if word(0) != Some(NANOSECONDS) {
        bail!("not a capture with nanoseconds: {:x?}", word(0));
    }
    let (mut times, mut at) = (Vec::new(), 24);
    while let (Some(seconds), Some(ns), Some(len)) = (word(at), word(at + 4), word(at + 8)) {
        times.push(u64::from(seconds) * 1_000_000_000 + u64::from(ns));
        at += 16 + len as usize;
    }
    Ok(times)
}
