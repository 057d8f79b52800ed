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
    for (short, long) in [("rxhash", "receive-hashing"), ("rxvlan", "rx-vlan-offload")] {
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

fn refused(case: &mut Case<'_>) -> Result<()> {
    let before = tools::run(&["ethtool", "-k", NAME])?;
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
    // Requests to the driver itself: an error number that says why, and a sentence.
    let requests: [(&str, &str); 6] = [
        ("another ring size", "ethtool -G eth0 rx 64"),
        ("ring sizes", "ethtool -G eth0 rx 4096"),
        ("channels", "ethtool -L eth0 combined 4"),
        ("indirection", "ethtool -X eth0 equal 4"),
        ("coalescing", "ethtool -C eth0 rx-usecs 10"),
        (
            "flow rules",
            "ethtool -N eth0 flow-type udp4 dst-port 1 action 0",
        ),
    ];
    for (what, command) in requests {
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
            !said.err.trim().is_empty(),
            "nothing on standard error",
        );
    }
    let mtu = tools::try_line(&format!("ip link set dev {NAME} mtu 9000"))?;
    case.ktap
        .check("an MTU above the buffers is refused", !mtu.ok, &mtu.out);
    case.ktap
        .check("and said why", mtu.err.contains("mtu"), &mtu.err);
    case.ktap.equal(
        "nothing has changed",
        tools::run(&["ethtool", "-k", NAME])?,
        before,
    );
    Ok(())
}
