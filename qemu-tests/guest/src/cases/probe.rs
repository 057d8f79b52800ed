// SPDX-License-Identifier: GPL-2.0

//! The driver finds its device and says who it is.

use anyhow::Result;

use crate::boot::{self, Options};
use crate::case::{Case, Definition};
use crate::eth::NAME;
use crate::tools;

pub(super) const CASES: &[Definition] = &[
    Definition::new("probe::identity", identity),
    Definition::new("probe::link", link),
    Definition::new("probe::at_start", at_start),
];

fn identity(case: &mut Case<'_>) -> Result<()> {
    let info = tools::run(&["ethtool", "-i", NAME])?;
    let field = |name: &str| {
        info.lines()
            .find_map(|l| l.strip_prefix(name))
            .unwrap_or("")
            .trim()
            .to_owned()
    };
    case.ktap.equal("driver", field("driver:"), "rnic");
    let device = field("bus-info:");
    let id = tools::read(&format!("/sys/bus/pci/devices/{device}/device")).unwrap_or_default();
    let nic = Options::read()?.nic;
    let expected = if nic == "igb" { "0x10c9" } else { "0x10d3" };
    case.ktap
        .equal(&format!("bus-info leads to QEMU's {nic}"), id, expected);
    let owner = std::fs::read_link(format!("/sys/class/net/{NAME}/device/driver"))?;
    case.ktap.equal(
        "bound driver",
        owner.file_name().and_then(|n| n.to_str()),
        Some("rnic"),
    );
    // QEMU gives its first NIC this address unless the command line has another of the same vendor.
    let mac = case.eth.mac()?;
    case.ktap.check(
        "the address is the device's",
        mac[..3] == [0x52, 0x54, 0x00],
        format_args!("{mac:02x?}"),
    );
    case.ktap.equal(
        "the address is permanent",
        case.eth.file("addr_assign_type")?,
        "0",
    );
    case.ktap.equal("mtu", case.eth.file("mtu")?, "1500");
    Ok(())
}

fn link(case: &mut Case<'_>) -> Result<()> {
    case.ktap.equal("carrier", case.eth.file("carrier")?, "1");
    case.ktap.equal("state", case.eth.file("operstate")?, "up");
    let text = tools::run(&["ethtool", NAME])?;
    case.ktap.check(
        "ethtool sees the link",
        text.contains("Link detected: yes"),
        &text,
    );
    case.eth.down()?;
    case.ktap.check(
        "no carrier when down",
        case.eth.file("carrier").is_err(),
        "the file could be read",
    );
    case.eth.up()?;
    case.ktap
        .equal("carrier again", case.eth.file("carrier")?, "1");
    Ok(())
}

/// What a driver that was just loaded has; what the cases start with is another matter.
fn at_start(case: &mut Case<'_>) -> Result<()> {
    boot::rmmod("rnic")?;
    boot::insmod("rnic")?;
    boot::appears()?;
    for kind in ["rx-", "tx-"] {
        let queues = std::fs::read_dir(format!("/sys/class/net/{NAME}/queues"))?;
        let names = queues.filter_map(|queue| queue.ok()?.file_name().into_string().ok());
        let count = names.filter(|name| name.starts_with(kind)).count();
        case.ktap
            .equal(&format!("one {kind} queue for each processor"), count, 2);
    }
    boot::interface()?;
    let in_force = case.in_force()?;
    case.ktap.equal(
        "generation 1 is the closed interface, 2 the open one",
        in_force.generation,
        2,
    );
    Ok(())
}
