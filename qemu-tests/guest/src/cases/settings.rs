// SPDX-License-Identifier: GPL-2.0

//! What a user has set stays set, whatever else is changed, and the link stays up.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::queues::{
    all_channels, channels, intervals, numbers as interrupt_numbers, other_key, set_channels,
};
use super::traffic::{numbers, sequence_numbers};
use crate::case::{Case, Definition};
use crate::eth::NAME;
use crate::programs::Programs;
use crate::spread::Rss;
use crate::sys::packet::ALL;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("settings::survive_every_change", survive),
    Definition::new("settings::survive_channels", survive_channels),
];

/// What a user can see of the settings.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    rss: Rss,
    intervals: Vec<u32>,
    affinity: Vec<String>,
    vlan_filter: String,
    flags: String,
    hash_fields: String,
}

impl Seen {
    fn read(case: &Case<'_>) -> Result<Self> {
        Ok(Self {
            rss: Rss::read()?,
            intervals: intervals()?.into_iter().take(2).collect(),
            affinity: affinity()?,
            vlan_filter: case.eth.feature("rx-vlan-filter")?,
            flags: tools::line(&format!("ethtool --show-priv-flags {NAME}"))?,
            hash_fields: tools::line(&format!("ethtool -n {NAME} rx-flow-hash tcp4"))?,
        })
    }
}

fn affinity() -> Result<Vec<String>> {
    let numbers = interrupt_numbers()?;
    let of = |number: &String| tools::read(&format!("/proc/irq/{number}/smp_affinity"));
    numbers.iter().map(of).collect()
}

/// A user's settings, none of them what is in force at start.
fn set(table: &str) -> Result<()> {
    for words in [
        format!("-X {NAME} {table} hkey {}", other_key()),
        format!("-N {NAME} rx-flow-hash tcp4 sd"),
        format!("-C {NAME} rx-usecs 77"),
        format!("--per-queue {NAME} queue_mask 0x2 --coalesce rx-usecs 33"),
        format!("-K {NAME} rx-vlan-filter on"),
        format!("--set-priv-flags {NAME} xdp-packet-type on"),
    ] {
        tools::line(&format!("ethtool {words}"))?;
    }
    for (index, number) in interrupt_numbers()?.iter().enumerate() {
        // Not where they are spread to at first: all on the second processor but one.
        let mask = if index == 1 { "1" } else { "2" };
        tools::write(&format!("/proc/irq/{number}/smp_affinity"), mask)?;
    }
    tools::line(&format!(
        "ip link add link {NAME} name {NAME}.5 type vlan id 5"
    ))?;
    tools::line(&format!("ip link set dev {NAME}.5 up")).map(|_| ())
}

/// Frames of the VLAN that was added arrive, those of another do not.
fn vlans(case: &mut Case<'_>, what: &str) -> Result<()> {
    let socket = case.eth.packets(ALL)?;
    let sent = case.burst(json!({"count": 50, "vlan": 5}))?;
    case.ktap.equal(
        &format!("{what}: the user's VLAN is received"),
        sequence_numbers(&socket, sent)?,
        numbers(sent),
    );
    socket.set_timeout(Duration::from_millis(100))?;
    let sent = case.burst(json!({"count": 50, "vlan": 6}))?;
    let strays = sequence_numbers(&socket, sent)?.len();
    case.ktap
        .equal(&format!("{what}: another is filtered out"), strays, 0);
    Ok(())
}

fn survive(case: &mut Case<'_>) -> Result<()> {
    all_channels()?;
    set("weight 1 3")?;
    let before = Seen::read(case)?;
    vlans(case, "at first")?;
    let mut plain = Programs::load("verdict", false)?;
    type Change = Box<dyn Fn(&mut Programs) -> Result<()>>;
    let tool = |command: String| -> Change { Box::new(move |_| tools::line(&command).map(|_| ())) };
    let changes: Vec<(&str, bool, Change)> = vec![
        (
            "larger rings",
            true,
            tool(format!("ethtool -G {NAME} rx 1024 tx 512")),
        ),
        (
            "smaller rings",
            true,
            tool(format!("ethtool -G {NAME} rx 64 tx 64")),
        ),
        ("attach", true, Box::new(|plain| plain.attach("pass"))),
        (
            "other rings",
            true,
            tool(format!("ethtool -G {NAME} rx 256 tx 256")),
        ),
        ("detach", true, Box::new(Programs::detach)),
        (
            "no hash",
            true,
            tool(format!("ethtool -K {NAME} rxhash off")),
        ),
        ("hash", true, tool(format!("ethtool -K {NAME} rxhash on"))),
        (
            "no checksum",
            true,
            tool(format!("ethtool -K {NAME} rx off")),
        ),
        (
            "jumbo",
            true,
            tool(format!("ip link set dev {NAME} mtu 9000")),
        ),
        (
            "no jumbo",
            true,
            tool(format!("ip link set dev {NAME} mtu 1500")),
        ),
        (
            "promiscuous",
            true,
            tool(format!("ip link set dev {NAME} promisc on")),
        ),
        (
            "not promiscuous",
            true,
            tool(format!("ip link set dev {NAME} promisc off")),
        ),
        ("down", false, tool(format!("ip link set dev {NAME} down"))),
        ("up", false, tool(format!("ip link set dev {NAME} up"))),
        (
            "online test",
            true,
            tool(format!("ethtool -t {NAME} online")),
        ),
        (
            "offline test",
            false,
            tool(format!("ethtool -t {NAME} offline")),
        ),
    ];
    for (name, keeps_link, change) in changes {
        let down = case.eth.file("carrier_down_count")?;
        change(&mut plain)?;
        case.ktap.equal(
            &format!("{name}: everything is as the user set it"),
            &Seen::read(case)?,
            &before,
        );
        if keeps_link {
            case.ktap.equal(
                &format!("{name}: the link stays up"),
                case.eth.file("carrier_down_count")?,
                down,
            );
        }
        if !matches!(name, "down" | "promiscuous") {
            case.eth.wait_for_link()?;
            vlans(case, name)?;
        }
    }
    Ok(())
}

fn survive_channels(case: &mut Case<'_>) -> Result<()> {
    let max = all_channels()?;
    // No queue but the first is in the table, so all others can go.
    set("equal 1")?;
    let down = case.eth.file("carrier_down_count")?;
    let before = Seen::read(case)?;
    for count in [1, max, max.div_ceil(2), 1, max] {
        set_channels(count)?;
        let now = Seen::read(case)?;
        case.ktap.equal(
            &format!("{count} queues: ethtool says so"),
            channels()?.0,
            count,
        );
        let shown = before.intervals.len().min(count as usize);
        case.ktap.equal(
            &format!("{count} queues: the times between interrupts stay"),
            now.intervals.as_slice(),
            &before.intervals[..shown],
        );
        case.ktap.equal(
            &format!("{count} queues: everything else is as the user set it"),
            &Seen {
                intervals: before.intervals.clone(),
                ..now
            },
            &before,
        );
        vlans(case, &format!("{count} queues"))?;
    }
    case.ktap.equal(
        "the link never went down",
        case.eth.file("carrier_down_count")?,
        down,
    );
    Ok(())
}
