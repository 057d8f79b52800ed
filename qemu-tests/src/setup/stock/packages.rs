// SPDX-License-Identifier: GPL-2.0

//! The packages of Debian's kernel of a series: found in the cache, or fetched and unpacked.
//!
//! It needs no toolchain, so it runs while one is made. What must never happen: packages of two versions together.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::job;
use crate::lock::stamp;
use crate::paths::Paths;
use crate::setup::archive::{Archive, Found, Wanted};
use crate::setup::series::{self, Series};
use crate::ui::Step;

const STAMP: &str = ".rnic-complete";

/// Packages of one version, unpacked, and the source's as it came.
#[derive(Clone, Debug)]
pub struct Packages {
    /// `7.3.4-1~bpo13+1`.
    pub version: String,
    /// `7.3.4+deb13-amd64`.
    pub release: String,
    /// Where they are unpacked.
    dir: PathBuf,
}

impl Packages {
    /// Those of a version, which may not be there.
    pub(super) fn of(paths: &Paths, series: Series, version: &str) -> Self {
        Self {
            version: version.to_owned(),
            release: series.release(version),
            dir: paths.packages().join(version),
        }
    }

    /// Whether they are there and whole.
    pub(super) fn are_whole(&self) -> bool {
        self.dir.join(STAMP).exists()
    }

    /// Headers of the flavour, with its configuration.
    pub(super) fn headers(&self) -> PathBuf {
        self.dir
            .join("usr/src")
            .join(format!("linux-headers-{}", self.release))
    }

    /// The kernel and its modules.
    pub(super) fn modules(&self) -> PathBuf {
        self.dir.join("usr/lib/modules").join(&self.release)
    }

    /// The package with the source, until that is unpacked.
    pub(super) fn source(&self) -> PathBuf {
        self.dir.join("source.deb")
    }
}

/// Finds or fetches the packages of a series: needs no toolchain. The caller holds the set-up lock.
///
/// # Errors
///
/// When the suite does not serve the series, or a download fails.
pub fn fetch(paths: &Paths, series: Series) -> Result<Packages> {
    if let Some(found) = fetched(paths, series) {
        return Ok(found);
    }
    let step = Step::new(
        "kernel",
        &format!("looking for Debian's {}", series.title()),
    );
    let archive = Archive::open(
        paths.apt().join(series.name),
        &[series.suite],
        paths.log("kernel-packages"),
        &step,
    )?;
    let newer = archive.newer_series(series::known())?;
    // `--series` looks for an unknown one in suites whose compilers stay, which this one's do not.
    if !newer.is_empty() && series.version.is_none() {
        step.note(&format!(
            "Debian also serves linux {}, which this version of rnic has not been tried on: `--series {} --force` does",
            newer.join(", "),
            newer.last().map_or("", String::as_str),
        ));
    }
    let wanted = Wanted {
        name: &series.title(),
        packages: &[&series.source()],
        snapshot: Some(series.snapshot),
    };
    let Found { version, apt } = archive.find(
        &wanted,
        |apt, version| series.has_kernel(apt, version),
        &step,
    )?;
    let packages = Packages::of(paths, series, &version);
    let release = &packages.release;
    let names: Vec<String> = [
        series.source(),
        format!("linux-binary-{release}"),
        format!("linux-modules-{release}"),
        format!("linux-headers-{release}"),
    ]
    .iter()
    .map(|name| format!("{name}={version}"))
    .collect();
    let files = apt.download_many(&names, &step)?;
    if packages.dir.exists() {
        std::fs::remove_dir_all(&packages.dir)?;
    }
    std::fs::create_dir_all(&packages.dir)?;
    for file in &files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("linux-source-") {
            std::fs::rename(file, packages.source())?;
            continue;
        }
        step.message(&format!("unpacking {name}"));
        let mut extract = Command::new("dpkg-deb");
        extract.arg("--extract").arg(file).arg(&packages.dir);
        job::output(extract)
            .with_context(|| format!("cannot unpack {name} (is the disk full?)"))?;
    }
    stamp(&packages.dir.join(STAMP), "")?;
    archive.clean();
    step.done(&format!(
        "Debian's linux {version}, {} MB downloaded",
        archive.received() / 1_000_000
    ));
    Ok(packages)
}

/// Whether the packages of a series are there.
pub fn is_fetched(paths: &Paths, series: Series) -> bool {
    fetched(paths, series).is_some()
}

/// The newest complete packages of a series.
fn fetched(paths: &Paths, series: Series) -> Option<Packages> {
    let entries = std::fs::read_dir(paths.packages()).ok()?;
    let mut found: Vec<Packages> = entries
        .filter_map(|entry| {
            let version = entry.ok()?.file_name().to_string_lossy().into_owned();
            let packages = Packages::of(paths, series, &version);
            // Another suite may have the same series of Linux: the kernel's release is another one then.
            let are_of_series = series.has(&version) && packages.modules().exists();
            (are_of_series && packages.are_whole()).then_some(packages)
        })
        .collect();
    found.sort_by_key(|packages| numbers(&packages.version));
    found.pop()
}

/// The numbers in a version, by which it is sorted: 7.3.10 comes after 7.3.9.
fn numbers(version: &str) -> Vec<u64> {
    let parts = version.split(|c: char| !c.is_ascii_digit());
    parts.filter_map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::{fetched, numbers, Packages, STAMP};
    use crate::paths::Paths;
    use crate::setup::series::Series;

    #[test]
    fn versions_are_sorted_by_their_numbers() {
        let of = numbers;
        assert!(of("7.3.10-1~bpo13+1") > of("7.3.9-2~bpo13+1"));
        assert!(of("7.3.9-2~bpo13+1") > of("7.3.9-1~bpo13+2"));
    }

    #[test]
    fn each_series_finds_packages_of_its_own_suite() {
        let dir = std::env::temp_dir().join(format!("rnic-packages-{}", std::process::id()));
        let paths = Paths {
            cache: dir.clone(),
            project: dir.clone(),
        };
        let series = ["7.2", "sid"].map(Series::of);
        let versions = ["7.2.12-1~bpo13+1", "7.2.13-1"];
        for (series, version) in series.into_iter().zip(versions) {
            let packages = Packages::of(&paths, series, version);
            std::fs::create_dir_all(packages.modules()).unwrap();
            assert!(fetched(&paths, series).is_none());
            std::fs::write(packages.dir.join(STAMP), "").unwrap();
        }
        let found = series.map(|series| fetched(&paths, series).unwrap().version);
        assert_eq!(found, versions);
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
