// SPDX-License-Identifier: GPL-2.0

//! Half a minute of iperf3, both ways at once, with everything changed meanwhile: it never stalls, and nothing is kept.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use super::leaks::settled;
use super::queues::set_channels;
use super::updown::available;
use crate::case::{Case, Definition};
use crate::ctl;
use crate::kmemleak;
use crate::pair::{REMOTE, REMOTE_V4, REMOTE_V6};
use crate::programs::Programs;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::on("pair", "streams::tcp_v4", |case| {
        stream(case, &["-c", REMOTE_V4, "-b", RATE])
    }),
    Definition::on("pair", "streams::tcp_v6", |case| {
        stream(case, &["-c", REMOTE_V6, "-b", RATE])
    }),
    Definition::on("pair", "streams::udp", |case| {
        stream(case, &["-c", REMOTE_V4, "-u", "-b", RATE, "-l", "1400"])
    }),
    Definition::on("debug-pair", "streams::leaks", leaks),
];

/// Bits per second, each way: at full rate the machine would not get through half a minute of its own time in five.
const RATE: &str = "20M";
const SLOW_RATE: &str = "2M";
const SECONDS: &str = "30";
/// The longest time between two bytes that is no stall: a lost segment is sent again after 200 ms, and again after 400.
const INTERVAL: &str = "1";

/// What is changed, one after the other, again and again.
const CHANGES: &[&str] = &[
    "ethtool -K eth0 rxhash off",
    "ethtool -G eth0 rx 128 tx 128",
    "ethtool -K eth0 rxvlan off",
    "ethtool -L eth0 combined 1",
    "ethtool -C eth0 rx-usecs 40",
    "ethtool --set-priv-flags eth0 xdp-packet-type on",
    "ethtool -K eth0 rxhash on",
    "ethtool -L eth0 combined 2",
    "ethtool -G eth0 rx 256 tx 256",
    "ethtool -K eth0 rxvlan on",
    "ethtool -X eth0 equal 2",
    "ethtool -C eth0 rx-usecs 20",
    "ethtool -X eth0 default",
    "ethtool --set-priv-flags eth0 xdp-packet-type off",
];

/// A server in the other namespace, for one client.
fn server() -> Result<Child> {
    let mut child = Command::new("ip")
        .args(["netns", "exec", REMOTE])
        .args(["iperf3", "-s", "-1", "--forceflush"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("run iperf3 -s")?;
    let mut said = BufReader::new(child.stdout.take().context("no output")?);
    let mut line = String::new();
    while !line.contains("listening") {
        line.clear();
        let len = said.read_line(&mut line)?;
        anyhow::ensure!(len > 0, "the server ended");
    }
    // Nobody wants the rest, but it must not block.
    thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
    Ok(child)
}

/// Bytes of each interval, out and in, and what went wrong.
fn intervals(report: &Value) -> (Vec<(u64, u64)>, Option<String>) {
    let bytes = |interval: &Value, what: &str| interval[what]["bytes"].as_u64().unwrap_or(0);
    let all = report["intervals"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let all = all
        .iter()
        .map(|i| (bytes(i, "sum"), bytes(i, "sum_bidir_reverse")));
    (all.collect(), report["error"].as_str().map(str::to_owned))
}

/// The same on a kernel that looks for what nothing refers to. It watches so much that it is too slow for its own clock, so nothing
/// is said of its pace.
fn leaks(case: &mut Case<'_>) -> Result<()> {
    kmemleak::start()?;
    run(case, &["-c", REMOTE_V4, "-b", SLOW_RATE], false)?;
    case.ktap.equal(
        "memory that nothing refers to",
        kmemleak::unreferenced()?,
        Vec::<String>::new(),
    );
    Ok(())
}

fn stream(case: &mut Case<'_>, to: &[&str]) -> Result<()> {
    run(case, to, true)
}

fn run(case: &mut Case<'_>, to: &[&str], paced: bool) -> Result<()> {
    let ifindex = case.eth.ifindex()?;
    let mut programs = Programs::load("verdict", false)?;
    set_channels(2)?;
    let before = available()?;
    let mut server = server()?;
    ctl::log("the server listens");
    let mut client = Command::new("iperf3")
        .args(to)
        .args(["-t", SECONDS, "-i", INTERVAL, "--bidir", "-J"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("run iperf3")?;
    let mut out = client.stdout.take().context("no output")?;
    let report = thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).map(|_| text)
    });
    let mut changes = 0_usize;
    let status = loop {
        if let Some(status) = client.try_wait()? {
            break status;
        }
        tools::line(CHANGES[changes % CHANGES.len()])?;
        match changes % 7 {
            2 => programs.attach("pass")?,
            5 => programs.detach()?,
            _ => {}
        }
        changes += 1;
        if changes % 10 == 0 {
            ctl::log(&format!("{changes} changes"));
        }
        thread::sleep(Duration::from_millis(250));
    };
    let mut complaint = String::new();
    if let Some(err) = &mut client.stderr {
        err.read_to_string(&mut complaint)?;
    }
    case.ktap.check(
        "iperf3 comes to its end",
        status.success(),
        format_args!("{status}: {complaint}"),
    );
    server.wait()?;
    programs.detach()?;
    let text = report.join().ok().context("no report")??;
    let report: Value = serde_json::from_str(&text).context("iperf3's report")?;
    let (intervals, error) = intervals(&report);
    case.ktap.equal("iperf3 has no complaint", error, None);
    ctl::log(&format!("{changes} changes, bytes {intervals:?}"));
    if paced {
        case.ktap
            .check("much is changed meanwhile", changes >= 60, changes);
        case.ktap
            .check("half a minute", intervals.len() >= 30, intervals.len());
        // The last one may be a fraction.
        let whole = intervals.iter().take(30);
        let stalled = whole
            .enumerate()
            .filter(|(_, (out, back))| *out == 0 || *back == 0);
        case.ktap.equal(
            "seconds without a byte, out or back",
            stalled.map(|(second, _)| second).collect::<Vec<_>>(),
            Vec::<usize>::new(),
        );
    }
    set_channels(1)?;
    case.ktap.equal(
        "no page pool is left but the one in use",
        settled(ifindex, 1)?.len(),
        1,
    );
    let lost = before - available()?;
    case.ktap
        .check("no leak", lost < 6144, format_args!("{lost} KiB less"));
    Ok(())
}
