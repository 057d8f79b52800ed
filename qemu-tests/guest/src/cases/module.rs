// SPDX-License-Identifier: GPL-2.0

//! The module comes and goes without a trace.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use meta_reader::{Client, Error};
use serde_json::json;

use super::traffic::{numbers, sequence_numbers};
use super::updown::available;
use crate::boot;
use crate::case::{Case, Definition};
use crate::ctl;
use crate::programs::Programs;
use crate::readers::{Readers, XDP_PASS};
use crate::sys::packet::ALL;

pub(super) const CASES: &[Definition] = &[
    Definition::new("module::reload", reload),
    Definition::new("module::unload_under_load", unload_under_load),
    Definition::new("module::unload_with_program", unload_with_program),
];

const NAME: &str = "rnic";

fn reload(case: &mut Case<'_>) -> Result<()> {
    let first = case.in_force()?;
    let mut before = 0;
    for n in 0..20 {
        boot::rmmod(NAME)?;
        if n == 0 {
            case.ktap.check(
                "no interface without the driver",
                !case.eth.exists(),
                "it is still there",
            );
            case.ktap.check(
                "no BTF",
                !Path::new("/sys/kernel/btf/rnic").exists(),
                "it is still there",
            );
            let errno = match Client::open() {
                Err(Error::Refused(refusal)) => Some(refusal.errno),
                _ => None,
            };
            case.ktap
                .equal("no netlink family", errno, Some(libc::ENOENT));
        }
        boot::insmod(NAME)?;
        boot::interface()?;
        if n == 4 {
            before = available()?;
        }
        ctl::log(&format!("{} times unloaded and loaded", n + 1));
    }
    let lost = before - available()?;
    case.ktap
        .check("no leak", lost < 3072, format_args!("{lost} KiB less"));
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 300, "l4": "mix"}))?;
    case.ktap.equal(
        "it receives afterwards",
        sequence_numbers(&socket, sent)?,
        numbers(sent),
    );
    let again = case.in_force()?;
    case.ktap.equal(
        "the layout has the same id",
        again.layout.id(),
        first.layout.id(),
    );
    Ok(())
}

fn unload_under_load(case: &mut Case<'_>) -> Result<()> {
    for round in 0..5 {
        case.burst(
            json!({"background": true, "count": 0, "l4": "all", "vlan": "mix", "gap_us": 200}),
        )?;
        std::thread::sleep(Duration::from_millis(150));
        boot::rmmod(NAME)?;
        boot::insmod(NAME)?;
        boot::interface()?;
        std::thread::sleep(Duration::from_millis(50));
        let sent = case.stop()?;
        case.ktap.check(
            &format!("round {round}: frames were sent meanwhile"),
            sent.count > 50,
            sent.count,
        );
    }
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 300, "l4": "mix"}))?;
    let seen = sequence_numbers(&socket, sent)?;
    case.ktap.check(
        "it receives afterwards",
        seen.is_superset(&numbers(sent)),
        seen.len(),
    );
    Ok(())
}

fn unload_with_program(case: &mut Case<'_>) -> Result<()> {
    case.burst(json!({"background": true, "count": 0, "l4": "mix", "gap_us": 300}))?;
    let mut readers = Readers::load(XDP_PASS)?;
    readers.attach()?;
    std::thread::sleep(Duration::from_millis(200));
    let packets = readers.totals()?.packets;
    case.ktap
        .check("the program sees packets", packets > 0, packets);
    // The program calls a function of the module, so the module may be said to be in use.
    let busy = boot::rmmod(NAME);
    if busy.is_err() {
        ctl::log(&format!("with the program loaded: {busy:?}"));
        drop(readers);
        std::thread::sleep(Duration::from_millis(200));
        boot::rmmod(NAME)?;
    }
    case.stop()?;
    case.ktap.check(
        "the driver goes",
        !boot::is_loaded(NAME),
        "it is still loaded",
    );
    boot::insmod(NAME)?;
    boot::interface()?;
    let mut plain = Programs::load("verdict", false)?;
    plain.attach("pass")?;
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 100, "l4": "mix"}))?;
    let seen = sequence_numbers(&socket, sent)?;
    case.ktap.check(
        "it receives afterwards",
        seen.is_superset(&numbers(sent)),
        seen.len(),
    );
    Ok(())
}
