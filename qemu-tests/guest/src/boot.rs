// SPDX-License-Identifier: GPL-2.0

//! From an empty machine to one that can run a case: file systems, the driver, the interface.

use std::fs::{self, File};
use std::path::Path;

use anyhow::{bail, Context, Result};
use rustix::mount::{mount, MountFlags};
use rustix::system::{delete_module, finit_module, reboot, RebootCommand};

use crate::eth::{Eth, ADDRESS, NAME};
use crate::{ctl, pair, tools};

/// What the kernel command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    /// Module to load; `none` for none at all.
    pub(crate) driver: String,
    /// QEMU's name of the NIC under test.
    pub(crate) nic: String,
    /// Module of a second NIC on the same wire, if there is one.
    pub(crate) peer: Option<String>,
    /// Whether to run a shell instead of cases.
    pub(crate) shell: bool,
}

impl Options {
    /// Reads a kernel command line.
    pub(crate) fn parse(cmdline: &str) -> Self {
        let value = |name: &str| {
            cmdline
                .split_whitespace()
                .find_map(|word| word.strip_prefix(name))
        };
        Self {
            driver: value("rnic.driver=").unwrap_or("rnic").to_owned(),
            nic: value("rnic.nic=").unwrap_or("e1000e").to_owned(),
            peer: value("rnic.peer=").map(str::to_owned),
            shell: value("rnic.mode=") == Some("shell"),
        }
    }

    /// Reads this kernel's command line.
    ///
    /// # Errors
    ///
    /// When procfs is not there.
    pub(crate) fn read() -> Result<Self> {
        Ok(Self::parse(&tools::read("/proc/cmdline")?))
    }
}

/// Mounts the file systems of the kernel.
///
/// # Errors
///
/// Names the one that cannot be mounted.
pub(crate) fn mounts() -> Result<()> {
    let all = [
        ("proc", "/proc"),
        ("sysfs", "/sys"),
        ("devtmpfs", "/dev"),
        ("tmpfs", "/tmp"),
        ("tmpfs", "/run"),
        ("debugfs", "/sys/kernel/debug"),
        ("tracefs", "/sys/kernel/tracing"),
        ("bpf", "/sys/fs/bpf"),
    ];
    for (kind, at) in all {
        // A directory of sysfs is there or its file system is not configured; others can be made.
        if !at.starts_with("/sys/") {
            fs::create_dir_all(at).with_context(|| format!("make {at}"))?;
        }
        let busy = |e: &rustix::io::Errno| *e == rustix::io::Errno::BUSY;
        match mount(kind, at, kind, MountFlags::empty(), None) {
            Err(e) if !busy(&e) => bail!("mount {kind} on {at}: {e}"),
            _ => {}
        }
    }
    Ok(())
}

/// Modules that everything here counts on, where the kernel does not have them built in.
const COMMON: &[&str] = &["virtio_rng", "8021q"];

/// Loads `/lib/modules/<name>.ko`, or the kernel's own module of that name unless it is there already.
///
/// # Errors
///
/// What the kernel says.
pub(crate) fn insmod(name: &str) -> Result<()> {
    insmod_with(name, "")
}

/// Loads it with parameters.
///
/// # Errors
///
/// What the kernel says.
pub(crate) fn insmod_with(name: &str, parameters: &str) -> Result<()> {
    let path = Path::new("/lib/modules").join(format!("{name}.ko"));
    if !path.exists() {
        if is_loaded(name) {
            return Ok(());
        }
        return tools::line(&format!("modprobe {name} {parameters}")).map(drop);
    }
    let file = File::open(&path).with_context(|| format!("open {}", path.display()))?;
    let parameters = std::ffi::CString::new(parameters)?;
    finit_module(file, &parameters, 0).with_context(|| format!("insmod {name}.ko"))
}

/// Unloads a module.
///
/// # Errors
///
/// What the kernel says.
pub(crate) fn rmmod(name: &str) -> Result<()> {
    let name_c = std::ffi::CString::new(name)?;
    delete_module(&name_c, libc::O_NONBLOCK).with_context(|| format!("rmmod {name}"))
}

/// Whether a module is loaded.
pub(crate) fn is_loaded(name: &str) -> bool {
    Path::new("/sys/module").join(name).exists()
}

/// Brings up the loopback, the driver and the interface.
///
/// # Errors
///
/// Says which step failed.
pub(crate) fn network(options: &Options) -> Result<()> {
    tools::line("ip link set dev lo up")?;
    for module in COMMON {
        // A kernel without it has it built in, or a machine that needs none.
        if let Err(error) = insmod(module) {
            ctl::log(&format!("{error:#}"));
        }
    }
    match &options.peer {
        Some(peer) => pair::remote(peer)?,
        None => without_ipv6()?,
    }
    if options.driver == "none" {
        return Ok(());
    }
    insmod(&options.driver)?;
    // In a pair the kernel tree's own tests choose; a person in a shell sees what the driver starts with.
    if options.peer.is_none() && !options.shell && options.driver == "rnic" {
        return interface();
    }
    appears()?;
    up()?;
    if options.peer.is_some() {
        pair::local()?;
    }
    Ok(())
}

/// Its neighbour discovery would be noise among counted frames.
fn without_ipv6() -> Result<()> {
    for which in ["all", "default"] {
        let path = format!("/proc/sys/net/ipv6/conf/{which}/disable_ipv6");
        if Path::new(&path).exists() {
            tools::write(&path, "1")?;
        }
    }
    Ok(())
}

/// Sets the address and brings the interface up, with one pair of queues.
///
/// One, because the 82576 drops what comes for a full ring while another one has room: with several, a burst that is faster
/// than the driver loses frames, which no driver can help, and the cases count every one. With one it holds them, as the
/// 82574 does. What several queues do is for cases of their own, which set their number.
///
/// # Errors
///
/// When there is no interface or it does not come up.
pub(crate) fn interface() -> Result<()> {
    appears()?;
    tools::line(&format!("ethtool -L {NAME} combined 1"))?;
    up()
}

/// Waits for the interface: the in-tree drivers probe on their own time.
///
/// # Errors
///
/// When there is none.
pub(crate) fn appears() -> Result<()> {
    tools::wait_for(&format!("an interface {NAME}"), || Eth::new().exists())
}

/// Sets the address and brings the interface up.
fn up() -> Result<()> {
    tools::line(&format!("ip address replace {ADDRESS} dev {NAME}"))?;
    Eth::new().up()
}

/// Ends the machine.
pub(crate) fn power_off() -> ! {
    rustix::fs::sync();
    let error = reboot(RebootCommand::PowerOff);
    panic!("the machine does not switch off: {error:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_chooses_driver_and_mode() {
        let options = Options::parse("console=ttyS0 rnic.driver=e1000e rnic.mode=shell quiet");
        assert_eq!(
            options,
            Options {
                driver: "e1000e".into(),
                nic: "e1000e".into(),
                peer: None,
                shell: true
            }
        );
        assert_eq!(
            Options::parse(""),
            Options {
                driver: "rnic".into(),
                nic: "e1000e".into(),
                peer: None,
                shell: false
            }
        );
        let pair = Options::parse("rnic.nic=igb rnic.peer=e1000e rnic.driver=rnic");
        assert_eq!(
            (pair.nic.as_str(), pair.peer.as_deref()),
            ("igb", Some("e1000e"))
        );
    }
}
