// SPDX-License-Identifier: GPL-2.0

//! `ethtool -K`: what can be changed is, what cannot be is refused with a reason.

use anyhow::Result;

use crate::case::{Case, Definition};
use crate::ctl;
use crate::eth::NAME;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("features::knobs", knobs),
    Definition::new("features::refused", refused),
];

fn knobs(case: &mut Case<'_>) -> Result<()> {
    for (short, long) in [
        ("rxhash", "receive-hashing"),
        ("rxvlan", "rx-vlan-offload"),
        ("rx", "rx-checksumming"),
    ] {
        case.ktap.equal(
            &format!("{short} is on at the start"),
            case.eth.feature(long)?,
            "on",
        );
        for on in [false, true] {
            case.eth.set(short, on)?;
            let want = if on { "on" } else { "off" };
            case.ktap
                .equal(&format!("{short} {want}"), case.eth.feature(long)?, want);
        }
    }
    // What is set while the interface is down is in force when it comes up.
    case.eth.down()?;
    case.eth.set("rxhash", false)?;
    case.eth.up()?;
    case.ktap.equal(
        "set while down",
        case.eth.feature("receive-hashing")?,
        "off",
    );
    case.eth.set("rxhash", true)?;
    Ok(())
}

/// All that the requests here are about.
fn settings() -> Result<Vec<String>> {
    let shown = ["-k", "-g", "-l", "-c", "-x"];
    let mut all = shown
        .iter()
        .map(|option| tools::run(&["ethtool", option, NAME]))
        .collect::<Result<Vec<_>>>()?;
    all.push(tools::read(&format!("/sys/class/net/{NAME}/mtu"))?);
    Ok(all)
}

fn refused(case: &mut Case<'_>) -> Result<()> {
    let before = tools::run(&["ethtool", "-k", NAME])?;
    let settings_before = settings()?;
    // The device can do neither; the core refuses what is not in hw_features.
    for (short, long) in [
        ("ntuple", "ntuple-filters"),
        ("rx-fcs", "rx-fcs"),
        ("lro", "large-receive-offload"),
    ] {
        let said = tools::try_run(&["ethtool", "-K", NAME, short, "on"])?;
        ctl::log(&format!(
            "{short}: exit {}: {}",
            said.code,
            said.err.trim().replace('\n', " / ")
        ));
        case.ktap
            .check(&format!("{short} on is refused"), !said.ok, &said.out);
        case.ktap.check(
            &format!("{long} stays fixed"),
            case.eth.feature(long)?.starts_with("off [fixed]"),
            &before,
        );
    }
    // Requests to the driver itself: an error number that says why, and a sentence, the driver's or the core's.
    let requests = [
        (
            "a short ring",
            "ethtool -G eth0 rx 16",
            "at least 32 descriptors",
        ),
        ("a long ring", "ethtool -G eth0 rx 8192", "exceeds maximum"),
        (
            "no channel",
            "ethtool -L eth0 combined 0",
            "no RX or TX channel",
        ),
        ("channels", "ethtool -L eth0 combined 99", "exceeds maximum"),
        (
            "channels for one direction",
            "ethtool -L eth0 rx 1",
            "exceeds maximum",
        ),
        ("queues that are not there", "ethtool -X eth0 equal 4", ""),
        (
            "a long interval",
            "ethtool -C eth0 rx-usecs 100000",
            "longer than the NIC can have it",
        ),
        (
            "adaptive intervals",
            "ethtool -C eth0 adaptive-rx on",
            "unsupported",
        ),
        (
            "flow rules",
            "ethtool -N eth0 flow-type udp4 dst-port 1 action 0",
            "",
        ),
        (
            "a large MTU",
            "ip link set dev eth0 mtu 9001",
            "mtu greater than device maximum",
        ),
        (
            "a small MTU",
            "ip link set dev eth0 mtu 60",
            "mtu less than device minimum",
        ),
    ];
    for (what, command, why) in requests {
        let said = tools::try_line(command)?;
        ctl::log(&format!(
            "{command}: exit {}: {}",
            said.code,
            said.err.trim().replace('\n', " / ")
        ));
        case.ktap
            .check(&format!("{what}: refused"), !said.ok, &said.out);
        case.ktap.check(
            &format!("{what}: with a reason"),
            !said.err.trim().is_empty() && said.err.contains(why),
            &said.err,
        );
    }
    case.ktap
        .equal("nothing has changed", settings()?, settings_before);
    Ok(())
}
