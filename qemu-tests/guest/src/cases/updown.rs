// SPDX-License-Identifier: GPL-2.0

//! The interface goes up and down any number of times, and keeps nothing.

use anyhow::Result;
use serde_json::json;

use super::traffic::{numbers, sequence_numbers};
use crate::case::{Case, Definition};
use crate::ctl;
use crate::sys::netdev::Netdev;
use crate::sys::packet::ALL;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("updown::many_times", many_times),
    Definition::new("updown::with_traffic", with_traffic),
];

const TIMES: u32 = 100;

/// Free memory in KiB, with what can be freed counted as free.
pub(super) fn available() -> Result<i64> {
    // Caches of this test's own making would look like a leak.
    tools::write("/proc/sys/vm/drop_caches", "3")?;
    tools::shrink_slabs()?;
    let info = tools::read("/proc/meminfo")?;
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"));
    Ok(line.unwrap_or("0").trim().trim_end_matches(" kB").parse()?)
}

fn many_times(case: &mut Case<'_>) -> Result<()> {
    let netdev = Netdev::new(crate::eth::NAME)?;
    let flip = || -> Result<()> {
        netdev.set_up(false)?;
        Ok(netdev.set_up(true)?)
    };
    for _ in 0..10 {
        flip()?;
    }
    let before = available()?;
    for _ in 0..TIMES {
        flip()?;
    }
    let lost = before - available()?;
    // A ring of 256 pages that is not given back would take 100 MiB.
    case.ktap.check(
        &format!("no leak over {TIMES} times"),
        lost < 3072,
        format_args!("{lost} KiB less"),
    );
    case.eth.wait_for_link()?;
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 300, "l4": "mix"}))?;
    case.ktap.equal(
        "it receives afterwards",
        sequence_numbers(&socket, sent)?,
        numbers(sent),
    );
    Ok(())
}

fn with_traffic(case: &mut Case<'_>) -> Result<()> {
    case.burst(json!({"background": true, "count": 0, "l4": "mix", "vlan": "mix", "gap_us": 300}))?;
    let netdev = Netdev::new(crate::eth::NAME)?;
    let flip = || -> Result<()> {
        netdev.set_up(false)?;
        Ok(netdev.set_up(true)?)
    };
    for _ in 0..10 {
        flip()?;
    }
    let before = available()?;
    for n in 0..TIMES {
        flip()?;
        if n % 20 == 0 {
            std::thread::sleep(std::time::Duration::from_millis(100));
            ctl::log(&format!(
                "{n} times down and up, {} KiB less",
                before - available()?
            ));
        }
    }
    let sent = case.stop()?;
    // A pool whose pages are still in the stack is looked at again each second.
    let mut lost = before - available()?;
    for _ in 0..50 {
        if lost < 3072 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
        lost = before - available()?;
    }
    case.ktap
        .check("frames were sent meanwhile", sent.count > 100, sent.count);
    case.ktap
        .check("no leak", lost < 3072, format_args!("{lost} KiB less"));
    case.eth.wait_for_link()?;
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 300, "l4": "mix"}))?;
    let seen = sequence_numbers(&socket, sent)?;
    let wanted = numbers(sent);
    case.ktap.check(
        "it receives afterwards",
        seen.is_superset(&wanted),
        seen.len(),
    );
    Ok(())
}
