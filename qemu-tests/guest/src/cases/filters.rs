// SPDX-License-Identifier: GPL-2.0

//! What the NIC receives and what it does not: VLANs, multicasts, everything.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::traffic::{numbers, sequence_numbers};
use crate::case::{Case, Definition};
use crate::eth::{EXPERIMENT, NAME};
use crate::experiment::{incoming, HOST_MAC};
use crate::sys::packet::ALL;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("filters::vlans", vlans),
    Definition::new("filters::many_vlans", many_vlans),
    Definition::new("filters::multicast", multicast),
    Definition::new("filters::all_multicast", all_multicast),
    Definition::new("filters::promiscuous", promiscuous),
    Definition::new("filters::unicast_addresses", unicast_addresses),
    Definition::new("filters::own_address", own_address),
];

/// How many of 30 tagged frames arrive.
fn of_vlan(case: &mut Case<'_>, vid: u16) -> Result<usize> {
    let socket = case.eth.packets(ALL)?;
    socket.set_timeout(Duration::from_millis(150))?;
    let sent = case.burst(json!({"count": 30, "vlan": vid}))?;
    Ok(sequence_numbers(&socket, sent)?.len())
}

fn add(vid: u16) -> Result<()> {
    tools::line(&format!(
        "ip link add link {NAME} name {NAME}.{vid} type vlan id {vid}"
    ))
    .map(|_| ())
}

fn vlans(case: &mut Case<'_>) -> Result<()> {
    let of = |case: &mut Case<'_>, what: &str, vid: u16, wanted: usize| -> Result<()> {
        let got = of_vlan(case, vid)?;
        case.ktap
            .equal(&format!("{what}: of VLAN {vid}"), got, wanted);
        Ok(())
    };
    of(case, "unfiltered", 10, 30)?;
    case.eth.set("rx-vlan-filter", true)?;
    of(case, "filtered", 10, 0)?;
    add(10)?;
    of(case, "filtered, 10 added", 10, 30)?;
    of(case, "filtered, 10 added", 11, 0)?;
    // The same bit of another word, and another of the same.
    of(case, "filtered, 10 added", 42, 0)?;
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 30}))?;
    case.ktap.equal(
        "filtered: frames without a tag",
        sequence_numbers(&socket, sent)?,
        numbers(sent),
    );
    tools::line(&format!("ip link del {NAME}.10"))?;
    of(case, "filtered, 10 gone", 10, 0)?;
    case.eth.set("rx-vlan-filter", false)?;
    of(case, "unfiltered again", 11, 30)
}

fn many_vlans(case: &mut Case<'_>) -> Result<()> {
    case.eth.set("rx-vlan-filter", true)?;
    let some = [1, 31, 32, 100, 1023, 2047, 2048, 4094];
    for vid in some {
        add(vid)?;
    }
    case.eth.down()?;
    case.eth.up()?;
    let socket = case.eth.packets(ALL)?;
    for vid in some {
        let sent = case.burst(json!({"count": 20, "vlan": vid}))?;
        case.ktap.equal(
            &format!("VLAN {vid} after down and up"),
            sequence_numbers(&socket, sent)?,
            numbers(sent),
        );
    }
    for vid in [2, 33, 1024, 4093] {
        let got = of_vlan(case, vid)?;
        case.ktap.equal(&format!("not VLAN {vid}"), got, 0);
    }
    Ok(())
}

/// Whether a frame to this address arrives. A good one behind it says that it would have been here.
fn reaches(case: &mut Case<'_>, address: [u8; 6]) -> Result<bool> {
    let socket = case.eth.packets(EXPERIMENT)?;
    let mut frame = incoming(case.eth, 1, 100)?;
    frame[..6].copy_from_slice(&address);
    let last = incoming(case.eth, 2, 100)?;
    case.raw(&[frame.clone(), last.clone()])?;
    let mut seen = false;
    while let Some(got) = socket.receive()? {
        seen |= got.bytes == frame;
        if got.bytes == last {
            break;
        }
    }
    Ok(seen)
}

/// Two multicast addresses, and one that has the hash of the first.
const GROUP: [u8; 6] = [0x01, 0x00, 0x5e, 0x01, 0x02, 0x03];
const OTHER: [u8; 6] = [0x01, 0x00, 0x5e, 0x01, 0x02, 0x44];

fn multicast(case: &mut Case<'_>) -> Result<()> {
    let check = |case: &mut Case<'_>, what: &str, address, wanted| -> Result<()> {
        let got = reaches(case, address)?;
        case.ktap.equal(what, got, wanted);
        Ok(())
    };
    check(case, "broadcasts arrive", [0xff; 6], true)?;
    check(case, "a group that nobody joined does not", GROUP, false)?;
    tools::line(&format!("ip maddress add 01:00:5e:01:02:03 dev {NAME}"))?;
    check(case, "one that somebody joined does", GROUP, true)?;
    check(case, "another one does not", OTHER, false)?;
    case.eth.down()?;
    case.eth.up()?;
    check(case, "after down and up it does", GROUP, true)?;
    tools::line(&format!("ethtool -t {NAME} offline"))?;
    case.eth.wait_for_link()?;
    check(case, "after a test too", GROUP, true)?;
    check(case, "and the other one still does not", OTHER, false)?;
    tools::line(&format!("ip maddress del 01:00:5e:01:02:03 dev {NAME}"))?;
    check(case, "when it was left it does not", GROUP, false)
}

fn all_multicast(case: &mut Case<'_>) -> Result<()> {
    let stranger = [0x02, 0, 0, 0, 0, 0x77];
    tools::line(&format!("ip link set dev {NAME} allmulticast on"))?;
    let got = (
        reaches(case, GROUP)?,
        reaches(case, OTHER)?,
        reaches(case, stranger)?,
    );
    case.ktap
        .equal("all groups, not all addresses", got, (true, true, false));
    tools::line(&format!("ip link set dev {NAME} allmulticast off"))?;
    let got = reaches(case, GROUP)?;
    case.ktap.equal("none afterwards", got, false);
    Ok(())
}

fn promiscuous(case: &mut Case<'_>) -> Result<()> {
    let stranger = [0x02, 0, 0, 0, 0, 0x77];
    let got = reaches(case, stranger)?;
    case.ktap
        .equal("frames to others do not arrive", got, false);
    tools::line(&format!("ip link set dev {NAME} promisc on"))?;
    let got = (reaches(case, stranger)?, reaches(case, GROUP)?);
    case.ktap
        .equal("promiscuous: everything arrives", got, (true, true));
    tools::line(&format!("ethtool -G {NAME} rx 512"))?;
    let got = reaches(case, stranger)?;
    case.ktap.equal("with other rings too", got, true);
    tools::line(&format!("ip link set dev {NAME} promisc off"))?;
    let got = reaches(case, stranger)?;
    case.ktap.equal("and not any more", got, false);
    Ok(())
}

/// A macvlan has an address of its own, on the same NIC.
fn unicast_addresses(case: &mut Case<'_>) -> Result<()> {
    let second = [0x02, 0, 0, 0, 0, 0x88];
    tools::line(&format!(
        "ip link add link {NAME} name second address 02:00:00:00:00:88 type macvlan mode bridge"
    ))?;
    tools::line("ip link set dev second up")?;
    let got = reaches(case, second)?;
    case.ktap.equal("a second address is received", got, true);
    tools::line("ip link del second")?;
    let got = reaches(case, second)?;
    case.ktap.equal("until nobody has it", got, false);
    Ok(())
}

fn own_address(case: &mut Case<'_>) -> Result<()> {
    let old = case.eth.mac()?;
    let new = [0x02, 0, 0, 0, 0, 0x99];
    tools::line(&format!("ip link set dev {NAME} address 02:00:00:00:00:99"))?;
    let got = (reaches(case, new)?, reaches(case, old)?);
    case.ktap.equal(
        "another address is received, the old one is not",
        got,
        (true, false),
    );
    case.eth.down()?;
    case.eth.up()?;
    let got = (reaches(case, new)?, reaches(case, old)?);
    case.ktap.equal("after down and up too", got, (true, false));
    case.captured(EXPERIMENT)?;
    let socket = case.eth.packets(EXPERIMENT)?;
    let mut frame = incoming(case.eth, 1, 100)?;
    frame[..6].copy_from_slice(&HOST_MAC);
    frame[6..12].copy_from_slice(&new);
    socket.send(&frame)?;
    let left = crate::experiment::captured(case, 1)?;
    case.ktap.equal("frames leave", left.len(), 1);
    Ok(())
}
