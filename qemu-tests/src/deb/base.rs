// SPDX-License-Identifier: GPL-2.0

//! The Debian system that packages are installed on: configured, with the stock kernel, as a disk image in the cache.
//!
//! It has what our packages depend on, so that installing them needs no network. Maintainer scripts run while it is made, and
//! they change owners and make devices, so it takes real root.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{ensure, Context, Result};

use super::{lists, tree};
use crate::hash::Key;
use crate::inside::Root;
use crate::job;
use crate::lock::{stamp, Lock};
use crate::paths::Paths;
use crate::setup::archive::{Archive, Wanted};
use crate::setup::packages::RELEASE;
use crate::setup::series::Series;
use crate::ui::Step;

/// Written last; its content is the kernel's release.
const STAMP: &str = "complete";

/// Room in the image: the system, the Rust metadata while it is made, and some more.
const SIZE: &str = "6G";

/// Files that are there before the first package is configured.
const FILES: &[(&str, &str)] = &[
    // Policy: nothing is started in a folder.
    ("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n"),
    ("etc/fstab", "/dev/vda / ext4 defaults 0 1\n"),
    ("etc/hostname", "rnic\n"),
    ("etc/machine-id", "726e69630000000000000000726e6963\n"),
    // What an emulated machine needs to find its disk; all modules of a kernel take long to unpack there.
    ("etc/initramfs-tools/conf.d/modules", "MODULES=list\n"),
    ("etc/initramfs-tools/modules", "virtio_blk\next4\n"),
];

/// A system to copy.
#[derive(Debug)]
pub struct Base {
    /// The disk.
    pub image: PathBuf,
    /// Its kernel.
    pub kernel: PathBuf,
    /// Its initramfs.
    pub initrd: PathBuf,
    /// The kernel's release.
    pub release: String,
}

/// Finds the system, or makes it; `tools` is a root that has mke2fs.
///
/// # Errors
///
/// When packages cannot be had, one of them cannot be configured, or the disk is full.
pub fn find_or_make(paths: &Paths, tools: &Root) -> Result<Base> {
    let mut key = Key::default().with(RELEASE).with(SIZE);
    key = key.with(Series::newest().name);
    for package in lists::MACHINE {
        key = key.with(package);
    }
    for (name, content) in FILES {
        key = key.with(name).with(content);
    }
    let dir = paths.deb().join(format!("machine-{}", key.short()));
    if let Some(base) = open(&dir) {
        return Ok(base);
    }
    let _lock = Lock::take(&paths.deb().join("lock"), "a Debian system")?;
    match open(&dir) {
        Some(base) => Ok(base),
        None => make(paths, tools, &dir),
    }
}

fn open(dir: &Path) -> Option<Base> {
    let release = std::fs::read_to_string(dir.join(STAMP)).ok()?;
    Some(Base {
        image: dir.join("disk.img"),
        kernel: dir.join("vmlinuz"),
        initrd: dir.join("initrd.img"),
        release,
    })
}

fn make(paths: &Paths, tools: &Root, dir: &Path) -> Result<Base> {
    if dir.exists() {
        std::fs::remove_dir_all(dir)?;
    }
    let series = Series::newest();
    let step = Step::new("machine", "preparing a Debian system");
    let archive = Archive::open(
        paths.apt().join("machine"),
        &[RELEASE, series.suite],
        paths.log("machine"),
        &step,
    )?;
    let name = format!("linux {}", series.name);
    let source = series.source();
    let kernel = Wanted {
        name: &name,
        packages: &[&source],
        snapshot: Some(series.snapshot),
    };
    let version = archive
        .find(
            &kernel,
            |apt, version| series.has_kernel(apt, version),
            &step,
        )?
        .version;
    let release = series.release(&version);
    // With what they depend on from there.
    let of_kernel = [
        source.clone(),
        format!("linux-image-{release}"),
        format!("linux-headers-{release}"),
    ]
    .map(|name| format!("{name}/{}", series.suite));
    let mut packages = lists::MACHINE.to_vec();
    packages.extend(of_kernel.iter().map(String::as_str));
    let wanted = Wanted {
        name: "a Debian system",
        packages: &packages,
        snapshot: Some(series.snapshot),
    };
    let debs = archive.download(&wanted, &step)?;
    let system = dir.join("system");
    std::fs::create_dir_all(&system)?;
    // Enough to run dpkg in it, which then installs everything: compilers and kernels are not.
    let is_small = |deb: &&PathBuf| deb.metadata().is_ok_and(|file| file.len() < 4_000_000);
    let first: Vec<PathBuf> = debs.iter().filter(is_small).cloned().collect();
    tree::unpack(&first, &system, false, &step)?;
    for (name, content) in FILES {
        let file = system.join(name);
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&file, content)?;
    }
    executable(&system.join("usr/sbin/policy-rc.d"))?;
    configure(paths, &system, &debs, &step)?;
    step.message("making a disk image");
    std::fs::remove_file(system.join("usr/sbin/policy-rc.d"))?;
    let boot = system.join("boot");
    for (from, to) in [("vmlinuz", "vmlinuz"), ("initrd.img", "initrd.img")] {
        let from = boot.join(format!("{from}-{}", release));
        std::fs::copy(&from, dir.join(to))
            .with_context(|| format!("there is no {}", from.display()))?;
    }
    let image = dir.join("disk.img");
    let mut mke2fs = tools.command(dir, "mke2fs");
    mke2fs.args(["-q", "-t", "ext4", "-O", "^has_journal", "-m", "0", "-d"]);
    mke2fs.arg(&system).arg(&image).arg(SIZE);
    job::run(mke2fs, &paths.log("machine"), &step, |_| {})?
        .map_err(|failure| failure.into_error("making a disk image"))?;
    std::fs::remove_dir_all(&system)?;
    stamp(&dir.join(STAMP), &release)?;
    archive.clean();
    step.done(&format!(
        "Debian {RELEASE} with linux {version}, {} packages",
        debs.len()
    ));
    open(dir).context("the image was not made")
}

/// Has dpkg install everything, in the folder.
fn configure(paths: &Paths, system: &Path, debs: &[PathBuf], step: &Step) -> Result<()> {
    const SCRIPT: &str = r#"set -e
system=$1; debs=$2; shift 2
mount -t tmpfs tmpfs "$system/tmp"
mkdir "$system/tmp/debs"; mount --bind "$debs" "$system/tmp/debs"
mount --rbind /dev "$system/dev"
mount -t proc proc "$system/proc"
exec chroot "$system" /usr/bin/env -i -C /tmp/debs PATH=/usr/sbin:/usr/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive sh -ec '
dpkg="dpkg --force-depends --force-unsafe-io --force-confold --install"
$dpkg base-passwd_*.deb base-files_*.deb
$dpkg "$@"' sh "$@""#;
    step.message("configuring packages");
    step.total(debs.len() as u64);
    step.at(0);
    let folder = debs
        .first()
        .and_then(|deb| deb.parent())
        .context("there are no packages")?;
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--", "unshare", "--mount", "--pid"]);
    command.args(["--fork", "--kill-child", "sh", "-c", SCRIPT, "sh"]);
    command.arg(system).arg(folder);
    command.args(debs.iter().filter_map(|deb| deb.file_name()));
    job::run(command, &paths.log("machine"), step, |line| {
        if line.starts_with("Setting up ") {
            step.message(line);
            step.advance();
        }
    })?
    .map_err(|failure| failure.into_error("configuring a Debian system"))
}

fn executable(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// Whether this process may make and mount such a system.
///
/// # Errors
///
/// Says what it takes.
pub fn check_privilege() -> Result<()> {
    ensure!(
        rustix::process::geteuid().is_root(),
        "needs real root: packages are configured in a Debian system, whose maintainer scripts change owners, and it is mounted"
    );
    Ok(())
}
