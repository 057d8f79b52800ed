// SPDX-License-Identifier: GPL-2.0

//! The kinds of interrupts: one for each queue, one message for all, the line that PCI began with.

use anyhow::Result;
use serde_json::json;

use super::queues::{channels, interrupts, numbers as interrupt_numbers, refused};
use super::traffic::{numbers, sequence_numbers};
use crate::boot;
use crate::case::{Case, Definition};
use crate::eth::{EXPERIMENT, NAME};
use crate::experiment::captured;
use crate::programs::Programs;
use crate::sys::packet::ALL;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("interrupts::for_each_queue", for_each_queue),
    Definition::new("interrupts::one_message", one_message),
    Definition::new("interrupts::line", line),
    Definition::new("interrupts::nonsense", nonsense),
];

/// Loads the driver anew with a parameter.
fn reload(parameters: &str) -> Result<()> {
    boot::rmmod("rnic")?;
    boot::insmod_with("rnic", parameters)?;
    boot::interface()
}

/// Everything works, and by interrupts.
fn works(case: &mut Case<'_>) -> Result<()> {
    let before = interrupts()?;
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 2000, "l4": "mix", "flows": 64}))?;
    case.ktap.equal(
        "packets arrive",
        sequence_numbers(&socket, sent)?,
        numbers(sent),
    );
    case.captured(EXPERIMENT)?;
    let out = case.eth.packets(EXPERIMENT)?;
    for number in 0..1500 {
        out.send(&case.eth.numbered(number, 100)?)?;
    }
    let left = captured(case, 1500)?.len();
    case.ktap.equal("packets leave", left, 1500);
    let raised = interrupts()? - before;
    case.ktap.check("by interrupts", raised > 0, raised);
    case.qmp("set_link", json!({"name": "nic", "up": false}))?;
    let eth = case.eth;
    let gone = tools::wait_for("the end of the carrier", || {
        eth.file("carrier").is_ok_and(|carrier| carrier == "0")
    });
    case.ktap
        .check("the end of the link is noticed", gone.is_ok(), "it is not");
    case.qmp("set_link", json!({"name": "nic", "up": true}))?;
    case.eth.wait_for_link()?;
    let mut programs = Programs::load("verdict", false)?;
    programs.attach("pass")?;
    tools::line(&format!("ethtool -G {NAME} rx 512 tx 128"))?;
    tools::line(&format!("ethtool -C {NAME} rx-usecs 100"))?;
    case.eth.down()?;
    case.eth.up()?;
    let sent = case.burst(json!({"count": 500, "l4": "mix"}))?;
    drop(socket);
    let socket = case.eth.packets(ALL)?;
    let again = case.burst(json!({"count": 500, "l4": "mix"}))?;
    case.ktap.equal(
        "after changes too",
        sequence_numbers(&socket, again)?.len(),
        sent.count as usize,
    );
    Ok(())
}

fn for_each_queue(case: &mut Case<'_>) -> Result<()> {
    let (_, max) = channels()?;
    // And one for everything else.
    case.ktap
        .equal("interrupts", interrupt_numbers()?.len(), max as usize + 1);
    works(case)
}

fn one_queue(case: &mut Case<'_>, kind: &str) -> Result<()> {
    case.ktap.equal("one pair of queues", channels()?, (1, 1));
    case.ktap
        .equal("one interrupt", interrupt_numbers()?.len(), 1);
    let number = interrupt_numbers()?.remove(0);
    let all = tools::read("/proc/interrupts")?;
    let mine = all
        .lines()
        .find(|line| line.trim().starts_with(&format!("{number}:")))
        .unwrap_or("none");
    case.ktap
        .check(&format!("of the kind {kind}"), mine.contains(kind), mine);
    refused(case, &format!("ethtool -L {NAME} combined 2"))?;
    works(case)
}

fn one_message(case: &mut Case<'_>) -> Result<()> {
    reload("interrupts=1")?;
    one_queue(case, "PCI-MSI")
}

fn line(case: &mut Case<'_>) -> Result<()> {
    reload("interrupts=2")?;
    one_queue(case, "IO-APIC")
}

fn nonsense(case: &mut Case<'_>) -> Result<()> {
    boot::rmmod("rnic")?;
    let loaded = boot::insmod_with("rnic", "interrupts=7");
    std::thread::sleep(std::time::Duration::from_millis(200));
    case.ktap
        .check("no interface", !case.eth.exists(), "there is one");
    if loaded.is_ok() {
        boot::rmmod("rnic")?;
    }
    boot::insmod_with("rnic", "")?;
    boot::interface()?;
    works(case)
}
