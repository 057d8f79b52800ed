// SPDX-License-Identifier: GPL-2.0

//! The claim of the project: reconfiguration under load, and no packet is misread.

use std::time::Duration;

use anyhow::Result;
use meta_reader::Announcement;
use serde_json::{json, Value};

use crate::case::{Case, Definition, Sent};
use crate::ctl;
use crate::knobs::stamps;
use crate::monitor::Monitor;
use crate::nic_clock::NicClock;
use crate::readers::{Readers, XDP_DROP, XDP_PASS};
use crate::score::{Score, FROZEN, KFUNC, LATE_BOUND, NAMES};
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("reconfig::each_change", each_change),
    Definition::new("reconfig::under_load", under_load),
    Definition::new("reconfig::under_full_load", under_full_load),
    Definition::new("reconfig::with_pass", with_pass),
    Definition::new("reconfig::open_and_stop", open_and_stop),
];

/// A sign of life now and then, for storms that nobody watches.
pub(super) fn say(_: &Readers, changes: u32) -> Result<()> {
    if changes % 25 == 0 {
        ctl::log(&format!("{changes} changes"));
    }
    Ok(())
}

/// What a storm of changes came to.
pub(super) struct Storm {
    /// Every announcement while it lasted, from the attached program's own on.
    pub(super) announced: Vec<Announcement>,
    /// What the host sent meanwhile.
    pub(super) sent: Sent,
    /// The readers' scores.
    pub(super) scores: [Score; 3],
}

/// A storm's changes, each of which changes something if they are made in turn: all knobs off and on, and what else the fence
/// is crossed for. Time stamps have no command here.
const CHANGES: [&str; 16] = [
    "ethtool -K eth0 rxhash off",
    "ethtool -K eth0 rxvlan off",
    STAMPS_ON,
    "ethtool -K eth0 rxhash on",
    "ethtool -K eth0 rxvlan on",
    "ethtool --set-priv-flags eth0 xdp-packet-type on",
    "ethtool -K eth0 rx off",
    "ethtool -G eth0 rx 128",
    "ethtool -K eth0 rxhash off",
    STAMPS_OFF,
    "ethtool -K eth0 rx on",
    "ip link set dev eth0 mtu 1400",
    "ethtool -K eth0 rxhash on",
    "ethtool --set-priv-flags eth0 xdp-packet-type off",
    "ethtool -G eth0 rx 256",
    "ip link set dev eth0 mtu 1500",
];
const STAMPS_ON: &str = "stamps on";
const STAMPS_OFF: &str = "stamps off";

/// The `n`-th change of a storm.
pub(crate) fn nth(n: u32) -> &'static str {
    CHANGES[n as usize % CHANGES.len()]
}

/// Makes it.
pub(super) fn change(n: u32) -> Result<()> {
    make(nth(n))
}

fn make(change: &str) -> Result<()> {
    match change {
        STAMPS_ON => stamps(true),
        STAMPS_OFF => stamps(false),
        command => tools::line(command).map(|_| ()),
    }
}

/// Changes the configuration `changes` times while frames come in every `gap_us` microseconds.
///
/// The readers must be attached and the monitor started before; `watch` is called after every change.
pub(super) fn storm(
    case: &mut Case<'_>,
    readers: &mut Readers,
    monitor: &Monitor,
    changes: u32,
    gap_us: u32,
    mut watch: impl FnMut(&Readers, u32) -> Result<()>,
) -> Result<Storm> {
    let seed = case.args["seed"].as_u64().unwrap_or(1);
    let request = json!({
        "background": true, "count": 0, "l4": "all", "vlan": "mix", "flows": 32, "gap_us": gap_us, "seed": seed,
    });
    readers.expect_from(NicClock::open()?.now()?)?;
    // What was announced before the program was attached belongs to the story: its records may be the first seen.
    let first = case.in_force()?;
    case.burst(request)?;
    for n in 0..changes {
        change(n)?;
        watch(readers, n + 1)?;
    }
    let sent = case.stop()?;
    readers.drain(sent)?;
    let mut announced = monitor.settle()?;
    if !announced.iter().any(|a| a.generation == first.generation) {
        announced.insert(0, first);
    }
    let scores = readers.scores(&announced, sent)?;
    Ok(Storm {
        announced,
        sent,
        scores,
    })
}

/// The scores of a storm as checks: late-bound and kfunc right, and enough frames to mean something.
pub(super) fn judge(case: &mut Case<'_>, readers: &Readers, storm: &Storm) -> Result<()> {
    readers.log_misparses()?;
    let totals = readers.totals()?;
    ctl::log(&format!("{totals:?}"));
    let lost = readers.lost(storm.sent)?;
    ctl::log(&format!(
        "lost: {:?}{}",
        &lost[..lost.len().min(50)],
        if lost.len() > 50 { " …" } else { "" }
    ));
    for name in [
        "rx_packets",
        "rx_dropped",
        "rx_errors",
        "rx_missed_errors",
        "rx_fifo_errors",
        "rx_length_errors",
    ] {
        ctl::log(&format!("{name} {}", case.eth.counter(name)?));
    }
    ctl::log(&format!(
        "{} sent, {}",
        storm.sent.count,
        scores_json(&storm.scores)
    ));
    for reader in [LATE_BOUND, KFUNC] {
        let score = storm.scores[reader];
        let name = NAMES[reader];
        case.ktap
            .equal(&format!("{name}: misparsed"), score.misparsed, 0);
        case.ktap.equal(&format!("{name}: stale"), score.stale, 0);
        case.ktap
            .equal(&format!("{name}: missing"), score.missing, 0);
        case.ktap.equal(&format!("{name}: lost"), score.lost, 0);
    }
    let now = NicClock::open()?.now()?;
    case.ktap.check(
        "no packet arrived after now, by the NIC's clock",
        0 < totals.latest && totals.latest <= now,
        format_args!("{}, now {now}", totals.latest),
    );
    case.ktap.equal("no packet twice", totals.duplicates, 0);
    case.ktap.equal("no tag damaged", totals.wrong_tag, 0);
    case.ktap.equal("no record missing", totals.no_record, 0);
    case.ktap.equal(
        "the log had room for every generation",
        totals.epochs_lost,
        0,
    );
    case.ktap
        .equal("data_meta is data at the start", totals.meta_at_start, 0);
    Ok(())
}

/// The scores by reader.
pub(super) fn scores_json(scores: &[Score; 3]) -> Value {
    NAMES
        .iter()
        .zip(scores)
        .map(|(name, score)| ((*name).to_owned(), score.to_json()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn run(case: &mut Case<'_>, verdict: u32, changes: u32, gap_us: u32) -> Result<Storm> {
    let mut readers = Readers::load(verdict)?;
    let monitor = Monitor::start()?;
    readers.attach()?;
    let storm = storm(case, &mut readers, &monitor, changes, gap_us, say)?;
    judge(case, &readers, &storm)?;
    case.ktap.check(
        "frames were sent",
        storm.sent.count > 1000,
        storm.sent.count,
    );
    Ok(storm)
}

/// What loses a packet, if the storms do.
fn each_change(case: &mut Case<'_>) -> Result<()> {
    const TIMES: u32 = 8;
    let pairs = [
        ["ethtool -K eth0 rxhash off", "ethtool -K eth0 rxhash on"],
        ["ethtool -K eth0 rxvlan off", "ethtool -K eth0 rxvlan on"],
        ["ethtool -K eth0 rx off", "ethtool -K eth0 rx on"],
        [STAMPS_ON, STAMPS_OFF],
        [
            "ethtool --set-priv-flags eth0 xdp-packet-type on",
            "ethtool --set-priv-flags eth0 xdp-packet-type off",
        ],
        ["ethtool -G eth0 rx 128", "ethtool -G eth0 rx 256"],
        ["ethtool -G eth0 tx 128", "ethtool -G eth0 tx 256"],
        [
            "ip link set dev eth0 mtu 1400",
            "ip link set dev eth0 mtu 1500",
        ],
        ["ethtool -C eth0 rx-usecs 20", "ethtool -C eth0 rx-usecs 50"],
    ];
    let mut readers = Readers::load(XDP_DROP)?;
    readers.attach()?;
    for pair in pairs {
        case.burst(json!({
            "background": true, "count": 0, "l4": "all", "vlan": "mix", "flows": 32, "gap_us": 100,
        }))?;
        for _ in 0..TIMES {
            for command in pair {
                make(command)?;
                // A system call is faster than a tool: frames must come in between.
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        let sent = case.stop()?;
        readers.drain(sent)?;
        let lost = readers.lost(sent)?;
        case.ktap.check(
            &format!("{}, {}: none is lost", pair[0], pair[1]),
            lost.is_empty(),
            format_args!("{} of {}: {lost:?}", lost.len(), sent.count),
        );
        case.ktap.check(
            &format!("{}, {}: frames were sent", pair[0], pair[1]),
            sent.count > 500,
            sent.count,
        );
    }
    readers.log_misparses()?;
    let totals = readers.totals()?;
    case.ktap.equal(
        "wrong in the record, from the kfuncs",
        (totals.misparsed[LATE_BOUND], totals.misparsed[KFUNC]),
        (0, 0),
    );
    Ok(())
}

fn under_load(case: &mut Case<'_>) -> Result<()> {
    let storm = run(case, XDP_DROP, 200, 100)?;
    let frozen = storm.scores[FROZEN];
    case.ktap.check(
        "the oracle has teeth: frozen misparses",
        frozen.misparsed > 0,
        format_args!("{frozen:?}"),
    );
    case.ktap.check(
        "one announcement for each change",
        storm.announced.len() >= 200,
        storm.announced.len(),
    );
    Ok(())
}

fn under_full_load(case: &mut Case<'_>) -> Result<()> {
    run(case, XDP_DROP, 60, 0).map(|_| ())
}

fn with_pass(case: &mut Case<'_>) -> Result<()> {
    run(case, XDP_PASS, 40, 200).map(|_| ())
}

fn open_and_stop(case: &mut Case<'_>) -> Result<()> {
    let mut readers = Readers::load(XDP_DROP)?;
    let monitor = Monitor::start()?;
    readers.attach()?;
    let first = case.in_force()?;
    case.burst(json!({"background": true, "count": 0, "l4": "all", "vlan": "mix", "gap_us": 200}))?;
    for n in 0..20 {
        case.eth.down()?;
        change(n)?;
        case.eth.up()?;
        std::thread::sleep(Duration::from_millis(30));
    }
    let sent = case.stop()?;
    readers.drain(sent)?;
    let mut announced = monitor.settle()?;
    announced.insert(0, first);
    let mut scores = readers.scores(&announced, sent)?;
    // While the interface is down frames may be lost; what is seen must be right.
    let lost = scores[LATE_BOUND].lost;
    ctl::log(&format!("{lost} of {} frames lost while down", sent.count));
    for score in &mut scores {
        score.lost = 0;
    }
    judge(
        case,
        &readers,
        &Storm {
            announced,
            sent,
            scores,
        },
    )?;
    case.ktap.check(
        "frames were seen",
        scores[LATE_BOUND].packets > 100,
        scores[LATE_BOUND].packets,
    );
    Ok(())
}
