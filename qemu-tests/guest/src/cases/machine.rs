// SPDX-License-Identifier: GPL-2.0

//! What happens to the machine: the cable is pulled, the card is pulled, everything is put to sleep.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::traffic::{numbers, sequence_numbers};
use crate::boot;
use crate::case::{Case, Definition};
use crate::sys::packet::ALL;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("machine::cable", cable),
    Definition::new("machine::hotplug", hotplug),
    Definition::new("machine::suspend", suspend),
];

/// As the host's command line has it.
const MAC: &str = "52:54:00:12:34:56";

fn receives(case: &mut Case<'_>, what: &str) -> Result<()> {
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 300, "l4": "mix"}))?;
    let seen = sequence_numbers(&socket, sent)?;
    case.ktap.equal(what, seen, numbers(sent));
    Ok(())
}

fn cable(case: &mut Case<'_>) -> Result<()> {
    let eth = case.eth;
    for round in 0..3 {
        case.qmp("set_link", json!({"name": "nic", "up": false}))?;
        let gone = tools::wait_for("the end of the carrier", || {
            eth.file("carrier").is_ok_and(|carrier| carrier == "0")
        });
        case.ktap.check(
            &format!("round {round}: no carrier without a cable"),
            gone.is_ok(),
            "it is still there",
        );
        case.qmp("set_link", json!({"name": "nic", "up": true}))?;
        let back = eth.wait_for_link();
        case.ktap.check(
            &format!("round {round}: carrier with it"),
            back.is_ok(),
            "there is none",
        );
    }
    receives(case, "it receives afterwards")
}

fn hotplug(case: &mut Case<'_>) -> Result<()> {
    let nic = boot::Options::read()?.nic;
    for round in 0..2 {
        case.qmp("device_del", json!({"id": "nic"}))?;
        let eth = case.eth;
        let gone = tools::wait_for("the interface's end", || !eth.exists());
        case.ktap.check(
            &format!("round {round}: the interface goes with the card"),
            gone.is_ok(),
            "it is still there",
        );
        add_card(case, &nic)?;
        receives(case, &format!("round {round}: a new card receives"))?;
    }
    Ok(())
}

/// Puts a card into the slot that was left, and waits for its interface.
pub(super) fn add_card(case: &mut Case<'_>, nic: &str) -> Result<()> {
    // QEMU takes the old one away once the kernel has powered the slot off.
    let card = json!({"driver": nic, "id": "nic", "bus": "nic_port", "netdev": "wire", "mac": MAC, "romfile": ""});
    let mut added = case.qmp("device_add", card.clone());
    for _ in 0..50 {
        if added.is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
        added = case.qmp("device_add", card.clone());
    }
    added?;
    boot::interface()
}

fn suspend(case: &mut Case<'_>) -> Result<()> {
    for round in 0..2 {
        case.qmp_after(Duration::from_secs(2), "system_wakeup", json!({}))?;
        let sleep = || std::fs::write("/sys/power/state", "mem");
        let slept = case.ctl.apart_from_host(sleep)?;
        case.ktap.check(
            &format!("round {round}: the machine sleeps and wakes"),
            slept.is_ok(),
            format_args!("{slept:?}"),
        );
        case.eth.wait_for_link()?;
        receives(case, &format!("round {round}: it receives afterwards"))?;
    }
    Ok(())
}
