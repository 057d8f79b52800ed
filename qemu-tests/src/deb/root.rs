// SPDX-License-Identifier: GPL-2.0

//! The Debian root in which packages are built and judged: debhelper, dh-dkms, lintian, cargo and what they need.

use std::path::Path;

use anyhow::{bail, Context, Result};

use super::{lists, tree};
use crate::hash::Key;
use crate::inside::Root;
use crate::lock::{stamp, Lock};
use crate::paths::Paths;
use crate::setup::archive::{Archive, Wanted};
use crate::setup::packages::{RELEASE, SNAPSHOT};
use crate::ui::Step;

const STAMP: &str = ".rnic-complete";

/// Programs whose presence shows that the root is usable.
const PROGRAMS: &[&str] = &["dpkg-buildpackage", "dh_dkms", "lintian", "cargo", "rsync"];

/// Finds the root, or makes it.
///
/// # Errors
///
/// When packages cannot be had, the disk is full, or the system refuses namespaces.
pub fn find_or_make(paths: &Paths) -> Result<Root> {
    let mut key = Key::default().with(RELEASE);
    for package in lists::PACKAGING {
        key = key.with(package);
    }
    for (link, target) in lists::LINKS {
        key = key.with(link).with(target);
    }
    let dir = paths.deb().join(format!("packaging-{}", key.short()));
    let root = Root::new(dir.clone(), paths);
    if dir.join(STAMP).exists() {
        return Ok(root);
    }
    let _lock = Lock::take(&paths.deb().join("lock"), "the packaging root")?;
    if !dir.join(STAMP).exists() {
        make(paths, &root, &dir)?;
    }
    Ok(root)
}

fn make(paths: &Paths, root: &Root, dir: &Path) -> Result<()> {
    if dir.exists() {
        std::fs::remove_dir_all(dir)
            .with_context(|| format!("cannot remove the unfinished {}", dir.display()))?;
    }
    let step = Step::new("root", "preparing Debian's packaging tools");
    let archive = Archive::open(
        paths.apt().join("packaging"),
        &[RELEASE],
        paths.log("packaging"),
        &step,
    )?;
    let wanted = Wanted {
        name: "Debian's packaging tools",
        packages: lists::PACKAGING,
        snapshot: Some(SNAPSHOT),
    };
    let debs = archive.download(&wanted, &step)?;
    tree::unpack(&debs, dir, true, &step)?;
    for (link, target) in lists::LINKS {
        let _ = std::fs::remove_file(dir.join(link));
        std::os::unix::fs::symlink(target, dir.join(link))?;
    }
    for mount in ["proc", "dev", "sys", "tmp", "root"] {
        std::fs::create_dir_all(dir.join(mount))?;
    }
    // As base-passwd's script makes them.
    for file in ["passwd", "group"] {
        let master = dir.join(format!("usr/share/base-passwd/{file}.master"));
        std::fs::copy(master, dir.join("etc").join(file))?;
    }
    root.check()?;
    for program in PROGRAMS {
        if !dir.join("usr/bin").join(program).exists() {
            bail!(
                "the packaging root lacks `{program}`: see {}",
                paths.log("packaging").display()
            );
        }
    }
    stamp(&dir.join(STAMP), "")?;
    archive.clean();
    step.done(&format!("{} packages of Debian {RELEASE}", debs.len()));
    Ok(())
}
