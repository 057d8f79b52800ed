// SPDX-License-Identifier: GPL-2.0

//! How soon there is a record of the new layout: packets come all the time, a program keeps when each came and what it had.
//!
//! What must never happen: a packet that comes after the call has returned and is of another generation than the one in force.

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure, Result};
use meta_reader::{Announcement, Client};
use rustix::time::{clock_gettime, ClockId};
use serde_json::json;

use super::change::{Change, Maker, PAIRS};
use crate::cases::bench::generator::GAP_NS;
use crate::cases::bench::histogram;
use crate::cases::bench::nic::Subject;
use crate::ctl;
use crate::eth::Eth;
use crate::programs::Programs;
use crate::sys::bpf::Map;

/// How often each change is made.
const TIMES: usize = 20;
/// Packets to wait for.
const ENOUGH: u64 = 3;
/// After so long none will come; a link takes seconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// What the program's array has room for.
const ROOM: u64 = 4096;

/// Makes every change many times; packets must be coming.
pub(super) fn measure(subject: &Subject, maker: &Maker, programs: &Programs) -> Result<()> {
    let seen = Arrivals {
        count: programs.map("count", 8)?,
        arrivals: programs.map("arrivals", 16)?,
    };
    // The sender is a thread that takes its time to begin.
    one(maker, &seen, Change::Nothing)?;
    for [there, back] in PAIRS {
        let mut firsts = [Vec::new(), Vec::new()];
        let mut already = [0, 0];
        maker.with_queues(there.queues())?;
        for _ in 0..TIMES {
            for (way, change) in [*there, *back].into_iter().enumerate() {
                if let Some(first) = one(maker, &seen, change)? {
                    firsts[way].push(first.after_ns);
                    already[way] += usize::from(first.already);
                }
            }
        }
        maker.with_queues(1)?;
        for (way, change) in [*there, *back].into_iter().enumerate() {
            if change.is_end() || (change == Change::Nothing && way == 1) {
                continue;
            }
            ctl::event(&json!({ "measured": {
                "what": "first",
                "nic": subject.model.name(),
                "name": change.name(),
                "gap_ns": GAP_NS,
                "already": already[way],
                "histogram": histogram(&firsts[way]),
            } }));
        }
    }
    Ok(())
}

/// The first packet after a change.
struct First {
    /// Since the call returned.
    after_ns: u64,
    /// Whether one of the new generation had come before that.
    already: bool,
}

/// `None` after a change that ends what a program sees.
fn one(maker: &Maker, seen: &Arrivals, change: Change) -> Result<Option<First>> {
    let before = seen.count()?;
    maker.make(change)?;
    let returned = now();
    if change.is_end() {
        return Ok(None);
    }
    let in_force = in_force()?;
    let is_new = |arrival: &Arrival| {
        let now = in_force.get(usize::from(arrival.queue));
        now == Some(&(arrival.layout, arrival.generation))
    };
    let start = Instant::now();
    let later = loop {
        let all = seen.since(before)?;
        let is_later = |arrival: &&Arrival| arrival.time > returned;
        let later: Vec<Arrival> = all.iter().filter(is_later).copied().collect();
        if later.len() as u64 >= ENOUGH {
            let already = all.iter().any(|a| a.time <= returned && is_new(a));
            break (later, already);
        }
        ensure!(
            start.elapsed() < PATIENCE,
            "{}: no packet comes any more",
            change.name()
        );
        sleep(Duration::from_millis(1));
    };
    let (later, already) = later;
    if let Some(stale) = later.iter().find(|arrival| !is_new(arrival)) {
        bail!(
            "{}: after it returned came {stale:?}, and in force are {in_force:?}",
            change.name()
        );
    }
    Ok(Some(First {
        after_ns: later[0].time - returned,
        already,
    }))
}

/// Layout and generation in force on each queue, as records say them; without records both are 0 in a packet.
fn in_force() -> Result<Vec<(u32, u16)>> {
    let ifindex = Eth::new().ifindex()?;
    let mut all = Client::open()?.dump()?;
    all.retain(|one| one.ifindex == ifindex);
    all.sort_by_key(|one| one.queue);
    let of = |one: &Announcement| match one.layout.size() {
        0 => (0, 0),
        _ => (one.layout.id(), one.generation as u16),
    };
    Ok(all.iter().map(of).collect())
}

fn now() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec.unsigned_abs() * 1_000_000_000 + now.tv_nsec.unsigned_abs()
}

/// A packet, as `bpf/bench_arrivals.bpf.c` keeps it.
#[derive(Debug, Clone, Copy)]
struct Arrival {
    time: u64,
    layout: u32,
    generation: u16,
    queue: u16,
}

struct Arrivals {
    count: Map,
    arrivals: Map,
}

impl Arrivals {
    fn count(&self) -> Result<u64> {
        Ok(u64::from_ne_bytes(
            self.count.get(0)?.as_slice().try_into()?,
        ))
    }

    /// Those from this one on.
    fn since(&self, from: u64) -> Result<Vec<Arrival>> {
        let count = self.count()?;
        ensure!(count - from < ROOM, "{} packets at once", count - from);
        let one = |at: u64| -> Result<Arrival> {
            let bytes = self.arrivals.get(u32::try_from(at % ROOM)?)?;
            Ok(Arrival {
                time: u64::from_ne_bytes(bytes[..8].try_into()?),
                layout: u32::from_ne_bytes(bytes[8..12].try_into()?),
                generation: u16::from_ne_bytes(bytes[12..14].try_into()?),
                queue: u16::from_ne_bytes(bytes[14..16].try_into()?),
            })
        };
        (from..count).map(one).collect()
    }
}
