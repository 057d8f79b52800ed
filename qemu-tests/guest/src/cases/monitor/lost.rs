// SPDX-License-Identifier: GPL-2.0

//! Ten thousand changes in one go, and two that listen: one that reads all the time hears of each of them once and in order; one
//! that was stopped meanwhile hears what found room, that the rest was lost, and what is in force.

use std::io::{BufRead, Read as _};

use anyhow::{bail, Context, Result};
use meta_reader::Announcement;
use rustix::process::Signal;
use serde_json::Value;

use super::{object, Running};
use crate::case::Case;
use crate::ctl;
use crate::eth::NAME;
use crate::knobs::{stamps, Knobs};
use crate::monitor::Monitor;
use crate::tools;

/// More than the stopped one has room for.
const CHANGES: u32 = 10_000;

/// Messages that netlink sockets which have joined a group of generic netlink could not take.
fn drops() -> Result<u64> {
    const GENERIC: &str = "16";
    let table = tools::read("/proc/net/netlink")?;
    // sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode
    let of = |line: &str| -> Option<u64> {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let is_one = columns.get(1) == Some(&GENERIC) && *columns.get(3)? != "00000000";
        is_one.then(|| columns.get(8)?.parse().ok())?
    };
    Ok(table.lines().filter_map(of).sum())
}

/// The first announcement that is not the one of its place: generations one by one from `before` on, stamps on and off in turn.
fn first_wrong(announced: &[Announcement], before: u32) -> Option<String> {
    let knobs = |stamp| Knobs {
        stamp,
        ..Knobs::START
    };
    let wrong = |(generation, got): (u32, &Announcement)| {
        // The first change switches them on.
        let want = knobs((generation - before) % 2 == 1).layout();
        let is_it = got.generation == generation
            && got.queue == 0
            && got.layout.id() == want.id
            && got.reason_name() == "hwtstamp";
        (!is_it).then(|| format!("{got:?} in the place of generation {generation}"))
    };
    (before + 1..).zip(announced).find_map(wrong)
}

pub(super) fn lost(case: &mut Case<'_>) -> Result<()> {
    let running = Running::start("--json")?;
    let before = case.in_force()?.generation;
    running.signal(Signal::STOP)?;
    let monitor = Monitor::start()?;
    for change in 0..CHANGES {
        stamps(change % 2 == 0)?;
    }
    let in_force = case.in_force()?;
    case.ktap
        .equal("changes", in_force.generation, before + CHANGES);
    reads_all(case, monitor, before)?;
    let dropped = drops()?;
    case.ktap.check(
        "the stopped one had no room for all of them",
        dropped > 0,
        dropped,
    );
    running.signal(Signal::CONT)?;
    was_stopped(case, running, &in_force, dropped)
}

fn reads_all(case: &mut Case<'_>, monitor: Monitor, before: u32) -> Result<()> {
    let announced = monitor.settle()?;
    case.ktap.equal(
        "who reads all the time hears of as many",
        announced.len(),
        usize::try_from(CHANGES)?,
    );
    case.ktap.equal(
        "of each once, in order",
        first_wrong(&announced, before),
        None,
    );
    Ok(())
}

fn was_stopped(
    case: &mut Case<'_>,
    running: Running,
    in_force: &Announcement,
    dropped: u64,
) -> Result<()> {
    let before = in_force.generation - CHANGES;
    let Running {
        mut child,
        mut lines,
        ..
    } = running;
    let mut next = || -> Result<Value> {
        let mut line = String::new();
        lines.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    };
    let mut told = 0_u32;
    let state = loop {
        let object = next()?;
        if object["event"] != "change" {
            break object;
        }
        told += 1;
        if object["generation"] != before + told {
            bail!("{object} is not of generation {}", before + told);
        }
    };
    ctl::log(&format!(
        "stopped meanwhile: {told} of {CHANGES} changes told"
    ));
    case.ktap.equal(
        "what found room is told, one after the other, and no more was lost than did not",
        u64::from(told) + dropped,
        u64::from(CHANGES),
    );
    case.ktap
        .equal("then the state", state, object("state", in_force)?);
    tools::line(&format!("ethtool -K {NAME} rxvlan off"))?;
    case.ktap.equal(
        "then the next change",
        next()?,
        object("change", &case.in_force()?)?,
    );
    drop(lines);
    let mut complaints = String::new();
    let mut stderr = child.stderr.take().context("no pipe")?;
    stderr.read_to_string(&mut complaints)?;
    child.wait()?;
    case.ktap.check(
        "that some were lost is said, once",
        complaints.matches("were lost").count() == 1,
        &complaints,
    );
    Ok(())
}
