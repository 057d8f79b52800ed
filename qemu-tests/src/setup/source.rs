// SPDX-License-Identifier: GPL-2.0

//! The kernel's source: the newest supported series that a Debian suite serves, at an exact version.
//!
//! Patch levels move and old ones vanish from the mirrors, so the version is looked up when the source is fetched,
//! and recorded; from then on that one is used.

use std::path::{Path, PathBuf};

use anyhow::{bail, Context, Result};

use super::archive::{Archive, Found, Wanted};
use super::diagnosis::Gone;
use super::{packages, series};
use crate::inside::Root;
use crate::job;
use crate::lock::write_whole;
use crate::paths::Paths;
use crate::ui::Step;

const STAMP: &str = ".rnic-complete";
/// How many thousands of tar records a kernel source has, for the bar.
const CHECKPOINTS: u64 = 160;

/// An unpacked kernel source.
#[derive(Clone, Debug)]
pub struct Source {
    /// The tree.
    pub dir: PathBuf,
    /// The exact package version.
    pub version: String,
}

/// Finds a source in the cache, or fetches one. The caller holds the set-up lock.
///
/// # Errors
///
/// When no suite serves a supported series, or the download fails.
pub fn find_or_fetch(paths: &Paths, root: &Root) -> Result<Source> {
    match existing(paths) {
        Some(source) => Ok(source),
        None => fetch(paths, root),
    }
}

/// The newest supported source that is complete.
fn existing(paths: &Paths) -> Option<Source> {
    for series in series::known() {
        let mut found: Vec<Source> = std::fs::read_dir(paths.sources())
            .ok()?
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let version = entry.file_name().to_string_lossy().into_owned();
                let of_series = version.strip_prefix(series)?.starts_with('.');
                let complete = of_series && entry.path().join(STAMP).exists();
                complete.then(|| Source {
                    dir: entry.path().join(tree(series)),
                    version,
                })
            })
            .collect();
        found.sort_by(|a, b| a.version.cmp(&b.version));
        if let Some(newest) = found.pop() {
            return Some(newest);
        }
    }
    None
}

fn fetch(paths: &Paths, root: &Root) -> Result<Source> {
    let step = Step::new("source", "looking for the newest supported kernel");
    let archive = Archive::open(
        paths.apt().join("source"),
        packages::SOURCE_SUITES,
        paths.log("source"),
        &step,
    )?;
    let newer = archive.newer_series(series::known())?;
    if !newer.is_empty() {
        step.note(&format!(
            "Debian also serves linux {}, which this version of rnic has not been tried on",
            newer.join(", ")
        ));
    }
    for series in series::known() {
        let wanted = Wanted {
            name: &format!("linux {series}"),
            packages: &[&tree(series)],
            snapshot: Some(packages::SNAPSHOT),
        };
        let Found { version, apt } = match archive.find(&wanted, |_| true, &step) {
            Err(error) if error.is::<Gone>() => continue,
            found => found?,
        };
        step.message(&format!("downloading {} {version}", tree(series)));
        let package = format!("{}={version}", tree(series));
        let files = apt.download_many(&[package], &step)?;
        let wanted = format!("{}_", tree(series));
        let file = files
            .iter()
            .find(|file| {
                file.file_name()
                    .is_some_and(|name| name.to_string_lossy().starts_with(&wanted))
            })
            .context("the source's package was not downloaded")?;
        let dir = paths.sources().join(&version);
        unpack(file, &dir, &tree(series), root, paths, &step)?;
        archive.clean();
        step.done(&format!(
            "{} {version}, {} MB downloaded",
            tree(series),
            archive.received() / 1_000_000
        ));
        return Ok(Source {
            dir: dir.join(tree(series)),
            version,
        });
    }
    bail!(
        "no suite of {} serves a supported kernel source ({}): set RNIC_MIRROR to a full Debian mirror, \
         or use your own kernel with --kernel PATH",
        packages::SOURCE_SUITES.join(", "),
        series::known().map(tree).collect::<Vec<_>>().join(", "),
    )
}

fn unpack(
    package: &Path,
    dir: &Path,
    tree: &str,
    root: &Root,
    paths: &Paths,
    step: &Step,
) -> Result<()> {
    if dir.exists() {
        std::fs::remove_dir_all(dir)?;
    }
    std::fs::create_dir_all(dir)?;
    step.message("unpacking the kernel source");
    step.total(CHECKPOINTS);
    step.at(0);
    let mut extract = root.command(dir, "dpkg-deb");
    extract.arg("--extract").arg(package).arg("package");
    job::run(extract, &paths.log("source"), step, |_| {})?
        .map_err(|failure| failure.into_error("unpacking"))?;
    let mut untar = root.command(dir, "tar");
    untar.args([
        "--extract",
        "--xz",
        "--no-same-owner",
        "--checkpoint=1000",
        "--file",
    ]);
    untar.arg(format!("package/usr/src/{tree}.tar.xz"));
    job::run(untar, &paths.log("source"), step, |line| {
        if line.contains("checkpoint") {
            step.advance();
        }
    })?
    .map_err(|failure| failure.into_error("unpacking the kernel source"))?;
    std::fs::remove_dir_all(dir.join("package"))?;
    write_whole(&dir.join(STAMP), "")
}

/// Name of the package and of the folder in it.
fn tree(series: &str) -> String {
    format!("linux-source-{series}")
}
