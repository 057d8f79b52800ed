// SPDX-License-Identifier: GPL-2.0

//! Allocations that fail: what was in force before goes on.
//!
//! The kernel makes the n-th allocation of the calling thread's next system call fail, for n = 1, 2, … until
//! the call needs fewer than n.

use std::io;

use anyhow::{bail, Result};
use serde_json::json;

use super::traffic::{numbers, sequence_numbers};
use super::updown::available;
use crate::case::{Case, Definition};
use crate::ctl;
use crate::experiment::statistic;
use crate::monitor::Monitor;
use crate::readers::{Readers, XDP_DROP};
use crate::score::LATE_BOUND;
use crate::sys::netdev::{Netdev, RXHASH, RXVLAN, TXVLAN};
use crate::sys::packet::ALL;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::on("debug", "failures::open", open),
    Definition::on("debug", "failures::features", features),
    Definition::on("debug", "failures::page_pool", page_pool),
];

const FAIL_NTH: &str = "/proc/thread-self/fail-nth";

/// Makes allocations that may sleep fail too, and quietly.
pub(super) fn prepare() -> Result<()> {
    for (file, value) in [
        ("failslab/ignore-gfp-wait", "N"),
        ("failslab/verbose", "0"),
        ("fail_page_alloc/ignore-gfp-wait", "N"),
        ("fail_page_alloc/ignore-gfp-highmem", "N"),
        ("fail_page_alloc/min-order", "0"),
        ("fail_page_alloc/verbose", "0"),
    ] {
        tools::write(&format!("/sys/kernel/debug/{file}"), value)?;
    }
    Ok(())
}

/// Runs `call` with its `n`-th allocation failing; whether it had so many.
pub(super) fn with_failure<T>(
    n: u32,
    call: impl FnOnce() -> io::Result<T>,
) -> Result<(io::Result<T>, bool)> {
    tools::write(FAIL_NTH, &n.to_string())?;
    let result = call();
    // Reading and writing this file allocate nothing that is counted.
    let rest = tools::read(FAIL_NTH);
    let hit = matches!(&rest, Ok(text) if text == "0");
    std::fs::write(FAIL_NTH, "0").or_else(|_| std::fs::write(FAIL_NTH, "0"))?;
    Ok((result, hit))
}

fn open(case: &mut Case<'_>) -> Result<()> {
    prepare()?;
    let netdev = Netdev::new(crate::eth::NAME)?;
    let (mut refused, mut tried, mut before) = (0, 0, 0);
    loop {
        netdev.set_up(false)?;
        let generation = case.in_force()?.generation;
        let (result, hit) = with_failure(tried + 1, || netdev.set_up(true))?;
        if !hit {
            result?;
            break;
        }
        tried += 1;
        if let Err(error) = result {
            refused += 1;
            let state = case.eth.file("operstate")?;
            let now = case.in_force()?.generation;
            if error.raw_os_error() != Some(libc::ENOMEM) || state != "down" || now != generation {
                case.ktap.check(
                    &format!("failure {tried} leaves it down, with ENOMEM"),
                    false,
                    format_args!("{error}, {state}, generation {generation} then {now}"),
                );
            }
            netdev.set_up(true)?;
        }
        if tried == 10 {
            before = available()?;
        }
        if tried % 50 == 0 {
            ctl::log(&format!(
                "{tried} allocations failed one by one, {refused} refusals"
            ));
        }
        if tried > 3000 {
            bail!("no end after {tried} allocations");
        }
    }
    ctl::log(&format!(
        "open makes {tried} allocations; {refused} of their failures refuse it"
    ));
    case.ktap.check("opening allocates", tried > 3, tried);
    case.ktap
        .check("some failures refuse it", refused > 0, refused);
    let lost = before - available()?;
    case.ktap.check(
        "no leak",
        before == 0 || lost < 3072,
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

fn features(case: &mut Case<'_>) -> Result<()> {
    prepare()?;
    let mut readers = Readers::load(XDP_DROP)?;
    let monitor = Monitor::start()?;
    readers.attach()?;
    let mut announced = vec![case.in_force()?];
    case.burst(json!({"background": true, "count": 0, "l4": "all", "vlan": "mix", "gap_us": 500}))?;
    let netdev = Netdev::new(crate::eth::NAME)?;
    let (mut refused, mut tried) = (0, 0);
    // The 82574 takes tags out and puts them in together, so that the flag for sending comes and goes as well.
    let flags = || netdev.flags().map(|flags| flags & (RXHASH | RXVLAN));
    loop {
        let before = flags()?;
        let in_force = case.in_force()?;
        let wanted = before ^ [RXHASH, RXVLAN][tried as usize % 2];
        let (result, hit) = with_failure(tried + 1, || netdev.set_flags(wanted | TXVLAN))?;
        if !hit {
            result?;
            break;
        }
        tried += 1;
        let now = flags()?;
        if result.is_err() || now != wanted {
            refused += 1;
            let after = case.in_force()?;
            let same = now == before && after == in_force;
            if !same {
                case.ktap.check(
                    &format!("failure {tried} leaves the old state in force"),
                    false,
                    format_args!("flags {before:#x} then {now:#x}; {in_force:?} then {after:?}"),
                );
            }
            netdev.set_flags(wanted | TXVLAN)?;
            case.ktap.equal(
                &format!("after failure {tried} a retry works"),
                flags()?,
                wanted,
            );
        }
        if tried > 500 {
            bail!("no end after {tried} allocations");
        }
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    let sent = case.stop()?;
    readers.drain(sent)?;
    ctl::log(&format!(
        "a change makes {tried} allocations; {refused} of their failures refuse it"
    ));
    case.ktap.check("a change allocates", tried > 0, tried);
    case.ktap
        .check("some failures refuse it", refused > 0, refused);
    announced.extend(monitor.settle()?);
    let late = readers.scores(&announced, sent)?[LATE_BOUND];
    case.ktap
        .check("frames were sent", sent.count > 200, sent.count);
    case.ktap.check(
        "every packet was read right meanwhile",
        late.is_clean(),
        format_args!("{late:?}"),
    );
    Ok(())
}

/// What gives the driver its pages; it fails as `FAIL` says.
const POOL: &str = "page_pool_alloc_netmems";
const FAIL: &str = "/sys/kernel/debug/fail_function";

/// No page for the receive ring, for longer than it has some; it goes on when there are pages again.
fn page_pool(case: &mut Case<'_>) -> Result<()> {
    let set = |file: &str, value: &str| tools::write(&format!("{FAIL}/{file}"), value);
    set("inject", POOL)?;
    // Null, which is what the pool returns when there is no memory.
    set(&format!("{POOL}/retval"), "0")?;
    for (file, value) in [
        ("interval", "1"),
        ("times", "-1"),
        ("verbose", "0"),
        ("task-filter", "N"),
    ] {
        set(file, value)?;
    }
    let starved = || statistic("rx_no_memory");
    for round in 1..=3 {
        let before = starved()?;
        // More than a ring has buffers; QEMU keeps what finds none.
        case.burst(json!({"background": true, "count": 0, "l4": "mix", "gap_us": 50}))?;
        set("probability", "100")?;
        std::thread::sleep(std::time::Duration::from_millis(500));
        set("probability", "0")?;
        std::thread::sleep(std::time::Duration::from_millis(200));
        case.stop()?;
        let more = starved()? - before;
        case.ktap.check(
            &format!("{round}: pages ran out"),
            more > 0,
            format_args!("rx_no_memory rose by {more}"),
        );
        let socket = case.eth.packets(ALL)?;
        let sent = case.burst(json!({"count": 300, "l4": "mix", "gap_us": 100}))?;
        case.ktap.equal(
            &format!("{round}: with pages again, every frame arrives"),
            sequence_numbers(&socket, sent)?,
            numbers(sent),
        );
    }
    set("inject", "")
}
