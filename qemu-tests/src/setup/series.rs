// SPDX-License-Identifier: GPL-2.0

//! Kernel series that the driver is known to build and run on, and where Debian has each of them.
//!
//! One file names the series, to this program and to Kbuild. What else depends on a series is in the table here.

use super::apt::Apt;
use super::archive::Snapshot;
use super::packages;
use super::toolchain::{self, Toolchain};
use anyhow::{bail, Result};

const FILE: &str = include_str!("../../../rnic-driver/kernel-series");

/// A series as Debian serves it.
#[derive(Clone, Copy, Debug)]
pub struct Series {
    /// What to ask for it by: `7.3`; for one that Debian has twice, another name.
    pub name: &'static str,
    /// The series of Linux: `7.3`.
    pub linux: &'static str,
    /// The only version that the toolchain built; in a suite whose compilers stay, any.
    pub version: Option<&'static str>,
    /// The suite that serves it.
    pub suite: &'static str,
    /// What stands between the version and the flavour in `uname -r`.
    pub abi: &'static str,
    /// When it was in that suite: where to find it once it has left.
    pub snapshot: Snapshot,
    /// The compilers that built it.
    pub toolchain: &'static Toolchain,
}

/// The series, newest first, and behind them those that other compilers built; the first is what everything runs on.
pub const STOCK: &[Series] = &[
    Series {
        name: "7.3",
        linux: "7.3",
        version: None,
        suite: packages::BACKPORTS,
        abi: "+deb13",
        snapshot: packages::SNAPSHOT,
        toolchain: &toolchain::MAIN,
    },
    Series {
        name: "7.2",
        linux: "7.2",
        version: None,
        suite: packages::BACKPORTS,
        abi: "+deb13",
        snapshot: packages::SNAPSHOT,
        toolchain: &toolchain::MAIN,
    },
    Series {
        name: "sid",
        linux: "7.2",
        version: Some("7.2.13-1"),
        suite: packages::UNSTABLE,
        abi: "+deb14",
        snapshot: packages::UNSTABLE_SNAPSHOT,
        toolchain: &toolchain::SID,
    },
];

impl Series {
    /// The series that everything runs on.
    pub fn newest() -> Self {
        STOCK[0]
    }

    /// The series of a name; one that is not in the table is looked for where the newest is.
    pub fn of(name: &'static str) -> Self {
        let found = STOCK.iter().find(|series| series.name == name);
        found.copied().unwrap_or(Self {
            name,
            linux: name,
            ..Self::newest()
        })
    }

    /// What to call it: `linux 7.3`.
    pub fn title(&self) -> String {
        if self.name == self.linux {
            format!("linux {}", self.linux)
        } else {
            format!("linux {} of {}", self.linux, self.name)
        }
    }

    /// The package of its source.
    pub fn source(&self) -> String {
        format!("linux-source-{}", self.linux)
    }

    /// Whether a version of the source is of this series and can be used.
    pub fn has(&self, version: &str) -> bool {
        let rest = version.strip_prefix(self.linux);
        rest.is_some_and(|rest| rest.starts_with('.'))
            && self.version.is_none_or(|only| only == version)
    }

    /// Whether a version of the source can be used and the kernel that belongs to it is served too: it is signed first, and comes
    /// some days later.
    ///
    /// # Errors
    ///
    /// When the lists cannot be read.
    pub fn has_kernel(&self, apt: &Apt, version: &str) -> Result<bool> {
        let package = format!("linux-binary-{}", self.release(version));
        Ok(self.has(version) && apt.versions(&package)?.iter().any(|one| one == version))
    }

    /// `uname -r` of the kernel in a package of this version: `7.3.4-1~bpo13+1` is `7.3.4+deb13-amd64`.
    pub fn release(&self, version: &str) -> String {
        let upstream = version.split('-').next().unwrap_or_default();
        format!("{upstream}{}-amd64", self.abi)
    }
}

/// The series of Linux that are known to work, newest first.
pub fn known() -> impl Iterator<Item = &'static str> {
    FILE.split_whitespace()
}

/// The series that somebody asks for by name.
///
/// # Errors
///
/// When it is no name, or that of an unknown series and this is not forced.
pub fn choose(name: &str, force: bool) -> Result<&'static str> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let is_name = name
        .split_once('.')
        .is_some_and(|(major, minor)| is_number(major) && is_number(minor));
    if let Some(series) = STOCK.iter().find(|series| series.name == name) {
        return Ok(series.name);
    }
    if !is_name {
        let known: Vec<&str> = STOCK.iter().map(|series| series.name).collect();
        bail!(
            "{name} is no series of linux: two numbers, or one of {}",
            known.join(", ")
        );
    }
    if !force {
        check(name)?;
    }
    // One in a run.
    Ok(Box::leak(name.to_owned().into_boxed_str()))
}

/// Refuses a kernel of another series.
///
/// # Errors
///
/// Says which series there are, and how to try it all the same.
pub fn check(release: &str) -> Result<()> {
    let is_of = |series: &str| {
        let rest = release.strip_prefix(series);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    if known().any(is_of) {
        return Ok(());
    }
    bail!(
        "the driver is known to build and run on linux {}, this kernel is {release}: --force tries it",
        known().collect::<Vec<_>>().join(", "),
    )
}

/// What Kbuild is told for a kernel that only comes here because somebody insists.
pub fn insistence(release: &str) -> Option<String> {
    check(release).is_err().then(|| "RNIC_FORCE=y".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{check, choose, known, Series, STOCK};

    #[test]
    fn a_release_is_of_its_series_and_of_no_longer_one() {
        let series = known().next().unwrap();
        for end in ["", ".4", ".4-1~bpo13+1", "-rc1"] {
            check(&format!("{series}{end}")).unwrap();
        }
        for release in [format!("{series}1.2"), "6.12.1".into(), String::new()] {
            let refusal = check(&release).unwrap_err().to_string();
            assert!(refusal.contains(series) && refusal.contains("--force"));
        }
    }

    #[test]
    fn a_series_is_asked_for_by_name_and_an_unknown_one_forced() {
        for series in STOCK {
            assert_eq!(choose(series.name, false).unwrap(), series.name);
        }
        assert!(choose("99.1", false)
            .unwrap_err()
            .to_string()
            .contains("--force"));
        let forced = Series::of(choose("99.1", true).unwrap());
        assert_eq!((forced.name, forced.abi), ("99.1", Series::newest().abi));
        for name in [
            "",
            "7",
            "7.",
            ".3",
            "7.3.4",
            "7.x",
            "7.3/../..",
            "-7.3",
            "trixie",
        ] {
            assert!(choose(name, true).is_err(), "{name}");
        }
    }

    #[test]
    fn table_and_file_name_the_same_series() {
        let mut table: Vec<&str> = STOCK.iter().map(|series| series.linux).collect();
        let mut file: Vec<&str> = known().collect();
        assert_eq!(table[..file.len()], file);
        for names in [&mut table, &mut file] {
            names.sort_unstable();
            names.dedup();
        }
        assert_eq!(table, file);
    }

    #[test]
    fn one_that_debian_has_twice_is_told_apart() {
        let (release, sid) = (Series::of("7.2"), Series::of("sid"));
        assert_eq!(release.source(), sid.source());
        assert_eq!(
            (release.title().as_str(), sid.title().as_str()),
            ("linux 7.2", "linux 7.2 of sid")
        );
        assert_ne!(release.release("7.2.13-1"), sid.release("7.2.13-1"));
        check(&sid.release("7.2.13-1")).unwrap();
        // Its toolchain built one version, and the other's every version.
        assert!(sid.has("7.2.13-1") && !sid.has("7.2.14-1"));
        assert!(release.has("7.2.14-1~bpo13+1") && !release.has("7.20.1-1~bpo13+1"));
    }

    #[test]
    fn a_package_version_says_the_release() {
        let series = Series::newest();
        let release = series.release("7.3.4-1~bpo13+1");
        assert_eq!(release, "7.3.4+deb13-amd64");
        check(&release).unwrap();
    }
}
