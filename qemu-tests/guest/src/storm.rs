// SPDX-License-Identifier: GPL-2.0

//! A storm: everything is changed at random while traffic comes in, and every reader looks at every packet.
//!
//! It goes in rounds: traffic and changes, then quiet, in which what was counted is added up. Which changes are made, and in
//! which order each worker makes them, follows from the seed; how the workers meet does not.

pub(crate) mod change;
mod later;
mod listener;
mod report;
mod stage;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use meta_reader::{Announcement, Client};
use serde_json::json;

use crate::case::Case;
use crate::ctl;
use crate::monitor::Monitor;
use crate::nic_clock::NicClock;
use change::{Change, Made, Worker};
pub(crate) use report::Report;
use stage::Stage;

/// What a storm is to be.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Changes, at least.
    pub(crate) changes: u32,
    /// Packets, at least.
    pub(crate) packets: u64,
    /// The longest that it may take.
    pub(crate) longest: Duration,
    /// Where the pseudo-random choices start.
    pub(crate) seed: u64,
    /// Microseconds between frames.
    pub(crate) gap_us: u32,
    /// Only changes whose kind has this in its name.
    pub(crate) only: String,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            changes: 2000,
            packets: 200_000,
            longest: Duration::from_secs(3600),
            seed: 1,
            gap_us: 60,
            only: String::new(),
        }
    }
}

/// Changes of one round.
const ROUND: u32 = 400;
/// Frames that may be ahead of the last one that came back.
const WINDOW: u32 = 64;
/// A change that takes longer than that never ends.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a storm; `watch` is called now and then with what has been done so far.
///
/// # Errors
///
/// When something cannot be set up, or a change fails that must not.
pub(crate) fn run(
    case: &mut Case<'_>,
    plan: &Plan,
    mut watch: impl FnMut(&Report) -> Result<()>,
) -> Result<Report> {
    let started = Instant::now();
    let mut report = Report::default();
    let mut stage = Stage::set(case)?;
    let monitor = Monitor::start()?;
    ctl::log("everything is set up");
    let mut workers = [
        Worker::new(Change::SETTINGS, &plan.only, plan.seed)?,
        Worker::new(Change::RINGS, &plan.only, plan.seed ^ u64::MAX)?,
    ];
    let mut first_seq = 0;
    while report.changes() < plan.changes || report.packets() < plan.packets {
        if started.elapsed() > plan.longest {
            break;
        }
        let wanted = ROUND.min(plan.changes.saturating_sub(report.changes()).max(50));
        round(
            case,
            plan,
            &mut stage,
            &monitor,
            &mut workers,
            wanted,
            &mut first_seq,
            &mut report,
        )?;
        watch(&report)?;
    }
    report.seconds = started.elapsed().as_secs_f64();
    stage.end()?;
    Ok(report)
}

/// One round, whose first frame has this number; gives the next round's.
#[allow(clippy::too_many_arguments, reason = "a loop's body with a name")]
fn round(
    case: &mut Case<'_>,
    plan: &Plan,
    stage: &mut Stage,
    monitor: &Monitor,
    workers: &mut [Worker; 2],
    wanted: u32,
    first_seq: &mut u32,
    report: &mut Report,
) -> Result<()> {
    stage.begin(*first_seq, NicClock::open()?.now()?)?;
    // What is in force now belongs to the round: its records may be the first seen.
    let read = monitor.settle()?.len();
    let mut announced = Client::open()?.dump()?;
    case.burst(json!({
        "background": true, "count": 0, "l4": "all", "vlan": "mix", "flows": 64, "gap_us": plan.gap_us,
        "window": WINDOW, "payload": 28, "longest": 1200, "seed": plan.seed,
    }))?;
    let (stop, count) = (AtomicBool::new(false), AtomicU32::new(0));
    let counters = stage.counters()?;
    let idle = workers.iter().all(Worker::is_idle);
    let made = thread::scope(|scope| -> Result<Vec<Made>> {
        let running: Vec<_> = workers
            .iter_mut()
            .map(|worker| {
                let (stop, count, counters) = (&stop, &count, &counters);
                scope.spawn(move || worker.run(stop, count, counters))
            })
            .collect();
        let mut made = Vec::new();
        let ended = || running.iter().any(|worker| worker.is_finished());
        let target = (wanted, plan.only.as_str(), idle);
        let result = own_changes(case, stage, &count, target, &ended, &mut made);
        stop.store(true, Ordering::Relaxed);
        if let Err(error) = &result {
            ctl::log(&format!("{error:#}"));
        }
        for worker in running {
            let by_it = worker.join().ok().context("a worker panicked")?;
            made.extend(by_it?);
        }
        result.map(|()| made)
    })?;
    let sent = case.stop()?;
    *first_seq = sent.first + sent.count;
    stage.drain(sent)?;
    let all = monitor.settle()?;
    announced.extend_from_slice(&all[read..]);
    report.add(stage, &announced, &made, sent)?;
    let newest = announced.iter().map(|a| a.generation).max();
    stage.has_counted(newest.unwrap_or(0), sent.count);
    check_announcements(&announced, report);
    Ok(())
}

/// The changes for which the host must be asked, or that change what is attached.
fn own_changes(
    case: &mut Case<'_>,
    stage: &mut Stage,
    count: &AtomicU32,
    (wanted, only, idle): (u32, &str, bool),
    ended: &dyn Fn() -> bool,
    made: &mut Vec<Made>,
) -> Result<()> {
    // What the other workers have done when the next own change is due, and when they did something last.
    let (mut due, mut progress) = (20, (0, Instant::now()));
    let turns = ["detach", "replace", "attach", "down_up"];
    let mut turns = turns.into_iter().cycle();
    let done = || count.load(Ordering::Relaxed);
    // A worker that has ended says why.
    while done() + (made.len() as u32) < wanted && !ended() {
        thread::sleep(Duration::from_millis(20));
        if done() != progress.0 || idle {
            progress = (done(), Instant::now());
        }
        if progress.1.elapsed() > PATIENCE {
            bail!("no change comes to its end\n{}", stacks());
        }
        if done() < due && !idle {
            continue;
        }
        due = done() + 25;
        let all = done() + made.len() as u32;
        ctl::log(&format!("{all} of {wanted} changes in this round"));
        match turns.next().filter(|kind| kind.contains(only)) {
            Some("replace") => made.push(stage.replace()?),
            Some("down_up") => made.push(down_and_up(case, stage)?),
            Some(_) => made.extend(stage.detach_and_attach()?),
            None => {}
        }
    }
    Ok(())
}

/// Where in the kernel each thread is, for whoever has to find out why it stays there.
fn stacks() -> String {
    let tasks = std::fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten();
    let stack = |task: std::fs::DirEntry| {
        let path = task.path();
        let read = |file: &str| std::fs::read_to_string(path.join(file)).unwrap_or_default();
        format!("{} {}", read("comm").trim(), read("stack"))
    };
    tasks.map(stack).collect::<Vec<_>>().join("\n")
}

/// An interface that is down receives nothing, so the wire is held meanwhile.
fn down_and_up(case: &mut Case<'_>, stage: &Stage) -> Result<Made> {
    case.ctl.wire(&json!({ "pause": true }))?;
    stage.quiet()?;
    let start = Instant::now();
    case.eth.down()?;
    case.eth.up()?;
    let time = start.elapsed();
    case.ctl.wire(&json!({ "pause": false }))?;
    Ok(Made {
        kind: "down_up",
        time,
        in_flight: 0,
    })
}

/// Of each queue, every generation is announced once, and in order.
fn check_announcements(announced: &[Announcement], report: &mut Report) {
    for queue in 0..8 {
        let generations: Vec<u32> = announced
            .iter()
            .filter(|a| a.queue == queue)
            .map(|a| a.generation)
            .collect();
        let broken = generations.windows(2).filter(|w| w[1] != w[0] + 1);
        report.out_of_order += broken.count() as u64;
    }
}
