// SPDX-License-Identifier: GPL-2.0

//! A storm: everything is changed at random while traffic comes in, and every reader looks at every packet.
//!
//! It goes in rounds: traffic and changes, then quiet, in which what was counted is added up. Which changes are made, and in
//! which order each worker makes them, follows from the seed; how the workers meet does not.

mod change;
mod counters;
pub(crate) mod later;
mod listener;
pub(crate) mod process;
mod report;
mod stage;
mod worker;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use meta_reader::Client;
use serde_json::json;

use crate::case::Case;
use crate::ctl;
use crate::monitor::Monitor;
use crate::nic_clock::NicClock;
use change::{Change, Made};
use process::Process;
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
    /// Frames of up to several buffers. There is no socket without copies then: it takes packets in one buffer.
    pub(crate) jumbo: bool,
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
            jumbo: false,
        }
    }
}

/// Kinds of changes that are neither worker's: the host must be asked, or the program is another one.
const OWN: &[&str] = &["detach", "replace", "attach", "down_up"];
/// Changes of one round.
const ROUND: u32 = 400;
/// Frames that may be ahead of the first one that has not come back, and the longest payload: so many that the shortest ring has room
/// for two windows.
const FRAMES: (u32, u32) = (64, 1200);
const JUMBO_FRAMES: (u32, u32) = (24, 8300);
/// Of so many, one comes back (`bpf/storm.bpf.c`).
const BACK: u32 = 16;
/// A malformed frame comes after so many others.
const NOISE: u32 = 50;
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
    let mut storm = Storm {
        workers: Vec::new(),
        plan,
        stage: Stage::set(case, plan.jumbo)?,
        monitor: Monitor::start()?,
        first_seq: 0,
        report: Report::default(),
    };
    let kinds = [(Change::SETTINGS, plan.seed), (Change::RINGS, !plan.seed)];
    for (kinds, seed) in kinds {
        storm.workers.extend(Process::start(kinds, plan, seed)?);
    }
    ctl::log("everything is set up");
    if storm.workers.is_empty() && !OWN.iter().any(|kind| kind.contains(&plan.only)) {
        bail!("no kind of change has {:?} in its name", plan.only);
    }
    while storm.report.changes() < plan.changes || storm.report.packets() < plan.packets {
        if started.elapsed() > plan.longest {
            break;
        }
        storm.round(case)?;
        watch(&storm.report)?;
    }
    let mut report = storm.report;
    report.seconds = started.elapsed().as_secs_f64();
    storm.stage.end()?;
    Ok(report)
}

struct Storm<'p> {
    plan: &'p Plan,
    stage: Stage,
    monitor: Monitor,
    workers: Vec<Process>,
    /// Number of the next round's first frame.
    first_seq: u32,
    report: Report,
}

impl Storm<'_> {
    fn round(&mut self, case: &mut Case<'_>) -> Result<()> {
        let plan = self.plan;
        let wanted = self.wanted();
        self.stage.begin(self.first_seq, NicClock::open()?.now()?)?;
        // What is in force now belongs to the round: its records may be the first seen.
        let read = self.monitor.settle()?.len();
        let mut announced = Client::open()?.dump()?;
        let (window, longest) = if plan.jumbo { JUMBO_FRAMES } else { FRAMES };
        case.burst(json!({
            "background": true, "count": 0, "l4": "all", "vlan": "mix", "flows": 64, "gap_us": plan.gap_us,
            "window": window, "every": BACK, "noise": NOISE, "payload": 28, "longest": longest, "seed": plan.seed,
        }))?;
        let made = self.changes(case, wanted)?;
        let sent = case.stop()?;
        self.first_seq = sent.first + sent.count;
        self.stage.drain(sent)?;
        let all = self.monitor.settle()?;
        announced.extend_from_slice(&all[read..]);
        self.report.add(&self.stage, &announced, &made, sent)?;
        let newest = announced.iter().map(|a| a.generation).max();
        self.stage.has_counted(newest.unwrap_or(0), sent.count);
        Ok(())
    }

    /// How many changes the next round is to have: as many as are left, or as bring the packets that are left.
    fn wanted(&self) -> u32 {
        let (changes, packets) = (self.report.changes(), self.report.packets());
        let left = self.plan.changes.saturating_sub(changes);
        let packets_left = self.plan.packets.saturating_sub(packets);
        let for_packets = packets_left * u64::from(changes) / packets.max(1);
        left.max(for_packets.min(ROUND.into()) as u32)
            .clamp(50, ROUND)
    }

    /// All workers' changes, until there are as many as wanted.
    fn changes(&mut self, case: &mut Case<'_>, wanted: u32) -> Result<Vec<Made>> {
        let count = AtomicU32::new(0);
        let idle = self.workers.is_empty();
        thread::scope(|scope| {
            let (mut stops, mut running) = (Vec::new(), Vec::new());
            for worker in &mut self.workers {
                let (stop, news) = worker.go()?;
                stops.push(stop);
                running.push(scope.spawn(|| news.follow(&count)));
            }
            let mut made = Vec::new();
            let ended = || running.iter().any(|worker| worker.is_finished());
            let target = (wanted, self.plan.only.as_str(), idle);
            let result = own_changes(case, &mut self.stage, &count, target, &ended, &mut made);
            drop(stops);
            if let Err(error) = &result {
                // Before a thread is waited for that may never come.
                ctl::log(&format!("{error:#}"));
            }
            for worker in running {
                let by_it = worker.join().ok().context("a worker panicked")?;
                made.extend(by_it?);
            }
            result.map(|()| made)
        })
    }
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
    let mut turns = OWN.iter().cycle();
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
        match turns.next().copied().filter(|kind| kind.contains(only)) {
            Some("replace") => made.push(stage.replace()?),
            Some("down_up") => made.push(down_and_up(case, stage)?),
            Some(_) => made.extend(stage.detach_and_attach()?),
            None => {}
        }
    }
    Ok(())
}

/// Where in the kernel each thread of each process is, for whoever has to find out why it stays there.
fn stacks() -> String {
    let entries = |path: PathBuf| std::fs::read_dir(path).into_iter().flatten().flatten();
    let processes = entries("/proc".into()).map(|entry| entry.path());
    // The kernel's own have no program.
    let processes = processes.filter(|path| path.join("exe").read_link().is_ok());
    let tasks = processes.flat_map(|path| entries(path.join("task")));
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
