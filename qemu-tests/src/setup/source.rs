// SPDX-License-Identifier: GPL-2.0

//! The kernel's source, unpacked once from Debian's package, without what nothing here looks at.

use std::path::{Path, PathBuf};

use anyhow::{bail, Result};

use super::series::Series;
use crate::inside::Root;
use crate::job;
use crate::lock::stamp;
use crate::paths::Paths;
use crate::ui::Step;

const STAMP: &str = ".rnic-complete";
/// How many thousands of tar records a kernel source has, for the bar.
const CHECKPOINTS: u64 = 160;
/// A third of all bytes: register tables of one GPU driver; and the code of other architectures, whose names all come before
/// x86. The `Kconfig` of some of them is read for all.
const LEFT_OUT: [&str; 3] = [
    "drivers/gpu/drm/amd/include/*",
    "arch/[a-w]*.[chS]",
    "arch/[a-w]*.dts*",
];

/// An unpacked kernel source.
#[derive(Clone, Debug)]
pub struct Source {
    /// The tree.
    pub dir: PathBuf,
    /// The exact package version.
    pub version: String,
}

/// The source of an exact version: found in the cache, or unpacked from `package`, which is removed then.
///
/// # Errors
///
/// When there is neither, or the disk is full.
pub fn unpacked(
    paths: &Paths,
    root: &Root,
    series: Series,
    version: &str,
    package: &Path,
) -> Result<Source> {
    let tree = series.source();
    let dir = paths.sources().join(version);
    let source = Source {
        dir: dir.join(&tree),
        version: version.to_owned(),
    };
    if !dir.join(STAMP).exists() {
        if !package.exists() {
            bail!(
                "the source of linux {version} is not whole and its package is gone: remove {} and run the command again",
                paths.packages().join(version).display()
            );
        }
        unpack(package, &dir, &tree, root, paths)?;
    }
    let _ = std::fs::remove_file(package);
    Ok(source)
}

fn unpack(package: &Path, dir: &Path, tree: &str, root: &Root, paths: &Paths) -> Result<()> {
    let step = Step::new("source", "unpacking the kernel's source");
    if dir.exists() {
        std::fs::remove_dir_all(dir)?;
    }
    std::fs::create_dir_all(dir)?;
    step.total(CHECKPOINTS);
    step.at(0);
    let log = paths.log("source");
    let mut extract = root.command(dir, "dpkg-deb");
    extract.arg("--extract").arg(package).arg("package");
    job::run(extract, &log, &step, |_| {})?.map_err(|failure| failure.into_error("unpacking"))?;
    let mut untar = root.command(dir, "tar");
    untar.args(["--extract", "--xz", "--no-same-owner", "--checkpoint=1000"]);
    untar.args(["--anchored", "--wildcards"]);
    untar.args(LEFT_OUT.map(|path| format!("--exclude={tree}/{path}")));
    untar.arg("--file");
    untar.arg(format!("package/usr/src/{tree}.tar.xz"));
    job::run(untar, &log, &step, |line| {
        if line.contains("checkpoint") {
            step.advance();
        }
    })?
    .map_err(|failure| failure.into_error("unpacking the kernel's source"))?;
    std::fs::remove_dir_all(dir.join("package"))?;
    stamp(&dir.join(STAMP), "")?;
    step.done("the kernel's source");
    Ok(())
}
