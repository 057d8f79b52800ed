// SPDX-License-Identifier: GPL-2.0

//! Where the time of a run goes that no case is named for: builds, boots, checkpoints, packing; and what each job took of the
//! processors.

use std::cell::Cell;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{json, Value};

use crate::schedule::load::Load;

/// Something that took time.
#[derive(Clone, Debug)]
pub struct Part {
    /// `build`, `boot`, …
    pub kind: &'static str,
    /// What.
    pub name: String,
    /// From its begin to its end.
    pub time: Duration,
}

/// A job of the schedule that has ended.
#[derive(Clone, Debug)]
pub struct Done {
    /// Its name.
    pub name: String,
    /// What it was taken to need.
    pub load: Load,
    /// From its begin to its end.
    pub time: Duration,
    /// The processors' time that its machines took.
    pub machines: Duration,
}

#[derive(Debug, Default)]
struct Ledger {
    parts: Vec<Part>,
    jobs: Vec<Done>,
}

static LEDGER: Mutex<Ledger> = Mutex::new(Ledger {
    parts: Vec::new(),
    jobs: Vec::new(),
});

static FETCHED: AtomicU64 = AtomicU64::new(0);

/// When the process began, or nearly: [`begin`] is called first.
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Starts the clock that [`account`] reads.
pub fn begin() {
    LazyLock::force(&STARTED);
}

thread_local! {
    static MACHINES: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

fn ledger() -> MutexGuard<'static, Ledger> {
    // Lines are there or not, whoever panicked.
    LEDGER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does something and keeps how long it took.
pub fn part<T>(kind: &'static str, name: &str, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    add(kind, name, started.elapsed());
    result
}

/// Keeps how long something took.
pub fn add(kind: &'static str, name: &str, time: Duration) {
    ledger().parts.push(Part {
        kind,
        name: name.to_owned(),
        time,
    });
}

/// So many bytes came over the network.
pub fn fetched(bytes: u64) {
    FETCHED.fetch_add(bytes, Ordering::Relaxed);
}

/// What this process has taken until now, for machines; forgets the parts.
pub fn account(cache: &Path) -> Value {
    let (parts, _) = take();
    let parts: Vec<Value> = parts
        .iter()
        .map(|part| json!({ "kind": part.kind, "name": part.name, "seconds": part.time.as_secs_f64() }))
        .collect();
    json!({
        "processors": std::thread::available_parallelism().map_or(1, usize::from),
        "seconds": STARTED.elapsed().as_secs_f64(),
        "fetched_megabytes": FETCHED.load(Ordering::Relaxed) / 1_000_000,
        "cache_megabytes": kept(cache) / 1_000_000,
        "parts": parts,
    })
}

/// What a folder takes of the disk, in bytes. What cannot be read takes none.
fn kept(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(of) if of.is_dir() => kept(&entry.path()),
            Ok(of) => of.blocks() * 512,
            Err(_) => 0,
        })
        .sum()
}

/// A machine of this thread has taken so much of the processors' time.
pub fn machine(time: Duration) {
    MACHINES.set(MACHINES.get() + time);
}

/// The job of this thread has ended.
pub fn job(name: &str, load: Load, time: Duration) {
    ledger().jobs.push(Done {
        name: name.to_owned(),
        load,
        time,
        machines: MACHINES.take(),
    });
}

/// All that was kept, and forgets it.
pub fn take() -> (Vec<Part>, Vec<Done>) {
    let ledger = std::mem::take(&mut *ledger());
    (ledger.parts, ledger.jobs)
}

/// The processors' time that a process has taken, if it still has an entry.
pub fn of_process(pid: u32) -> Option<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    parse(&text, rustix::param::clock_ticks_per_second())
}

/// The 14th and 15th field; the second may have spaces and brackets of its own.
fn parse(stat: &str, ticks: u64) -> Option<Duration> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    let used = next()? + next()?;
    Some(Duration::from_millis(used * 1000 / ticks.max(1)))
}

#[cfg(test)]
mod tests {
    use super::{of_process, parse};
    use std::time::Duration;

    #[test]
    fn processor_time_is_user_and_system() {
        let stat = "12 (a ) b) S 1 12 12 0 -1 4194304 1 2 3 4 150 50 7 8 20 0 1 0 9 10";
        assert_eq!(parse(stat, 100), Some(Duration::from_secs(2)));
        assert_eq!(parse("12 (a) S 1", 100), None);
        assert!(of_process(std::process::id()).is_some());
    }
}
