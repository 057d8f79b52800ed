// SPDX-License-Identifier: GPL-2.0

//! A machine with two NICs on one wire: the one under test here, the other in a network namespace of its own.
//!
//! The names and addresses are those that the kernel tree's own tests are told. The other NIC's driver is loaded first: it
//! takes no NIC but its own, while the driver under test might take both.

use std::path::Path;

use anyhow::Result;

use crate::boot::insmod;
use crate::eth::NAME;
use crate::tools;

/// The other end's network namespace.
pub(crate) const REMOTE: &str = "remote";
/// Its interface.
pub(crate) const REMOTE_NAME: &str = "eth1";
/// Our addresses.
pub(crate) const LOCAL_V4: &str = "192.0.2.1";
/// The same for IPv6.
pub(crate) const LOCAL_V6: &str = "2001:db8::1";
/// The other end's addresses.
pub(crate) const REMOTE_V4: &str = "192.0.2.2";
/// The same for IPv6.
pub(crate) const REMOTE_V6: &str = "2001:db8::2";

/// Frames that a ring has room for: the kernel tree's tests send a thousand as fast as they can, once to a neighbour whose
/// address is unknown, as a change of the MTU has reset the other NIC.
const BURST: usize = 2048;

/// Modules that the kernel tree's tests want and that nothing here loads on demand.
const MODULES: &[&str] = &["act_skbedit", "cls_matchall"];

/// Makes the other end.
///
/// # Errors
///
/// Says which step failed.
pub(crate) fn remote(driver: &str) -> Result<()> {
    for module in MODULES {
        insmod(module)?;
    }
    insmod(driver)?;
    // It is the first one, and takes the name that the NIC under test will have.
    let path = Path::new("/sys/class/net").join(NAME);
    tools::wait_for("the other NIC's interface", || path.exists())?;
    tools::line(&format!("ip netns add {REMOTE}"))?;
    tools::line(&format!(
        "ip link set dev {NAME} name {REMOTE_NAME} netns {REMOTE}"
    ))?;
    keep_bursts(&format!("ip netns exec {REMOTE} "), REMOTE_NAME)?;
    let ip = format!("ip -netns {REMOTE}");
    tools::line(&format!("{ip} link set dev lo up"))?;
    tools::line(&format!(
        "{ip} address add {REMOTE_V4}/24 dev {REMOTE_NAME}"
    ))?;
    tools::line(&format!(
        "{ip} address add {REMOTE_V6}/64 dev {REMOTE_NAME} nodad"
    ))?;
    tools::line(&format!("{ip} link set dev {REMOTE_NAME} up")).map(|_| ())
}

/// Has a burst that meets a neighbour of unknown address kept, not cut: the clock counts instructions, so the answer takes as
/// long as thousands of frames.
fn keep_bursts(inside: &str, name: &str) -> Result<()> {
    for family in ["ipv4", "ipv6"] {
        let setting = format!("net.{family}.neigh.{name}.unres_qlen_bytes=8388608");
        tools::line(&format!("{inside}sysctl -w {setting}"))?;
    }
    Ok(())
}

/// Makes our end, and waits until both answer.
///
/// # Errors
///
/// Says which step failed.
pub(crate) fn local() -> Result<()> {
    keep_bursts("", NAME)?;
    // A burst that was kept is longer than the ring is at first, and QEMU's igb drops what comes for a full ring while another
    // one has room.
    tools::line(&format!("ethtool -G {NAME} rx {BURST}"))?;
    tools::line(&format!("ip address flush dev {NAME}"))?;
    tools::line(&format!("ip address add {LOCAL_V4}/24 dev {NAME}"))?;
    tools::line(&format!("ip address add {LOCAL_V6}/64 dev {NAME} nodad"))?;
    let answers = |address: &str| {
        let said = tools::try_line(&format!("ping -c 1 -W 1 {address}"));
        said.is_ok_and(|said| said.ok)
    };
    tools::wait_for("an answer from the other end", || answers(REMOTE_V4))?;
    tools::wait_for("an answer by IPv6", || answers(REMOTE_V6))
}
