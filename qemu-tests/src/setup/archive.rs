// SPDX-License-Identifier: GPL-2.0

//! Debian's archive, live and as it was: what has left the one is fetched from the other.
//!
//! A kernel series stays in the live archive for some months; the snapshot service keeps every day of it. What is
//! fetched together comes from one of the two, so that its parts fit. What must never happen: the past is asked because
//! the present could not be reached or believed.

use std::fmt;
use std::path::PathBuf;

use anyhow::Result;

use super::apt::Apt;
use super::diagnosis::{Gone, Unreachable};
use super::site::Site;
use crate::ui::Step;

/// A day of the archive, when it had everything that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Snapshot {
    /// As the snapshot service writes it: `20261129T000000Z`.
    pub date: &'static str,
}

/// What is wanted, as one: all of it at one version and from one place.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// What to call it: `linux 7.3`.
    pub name: &'a str,
    /// Packages that must all be there.
    pub packages: &'a [&'a str],
    /// When the archive had it, if that is known.
    pub snapshot: Option<Snapshot>,
}

/// What has left the live archive, where the snapshot service does not answer.
#[derive(Debug)]
pub struct OutOfReach(pub String);

impl fmt::Display for OutOfReach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where something is.
#[derive(Debug)]
pub struct Found {
    /// The version.
    pub version: String,
    /// What to download it with.
    pub apt: Apt,
}

/// Some suites of the archive.
#[derive(Debug)]
pub struct Archive {
    site: Site,
    dir: PathBuf,
    suites: Vec<String>,
    log: PathBuf,
    live: Apt,
}

impl Archive {
    /// Reads the lists of the live archive. A suite that is not there any more is left out.
    ///
    /// # Errors
    ///
    /// When the archive cannot be reached or believed.
    pub fn open(dir: PathBuf, suites: &[&str], log: PathBuf, step: &Step) -> Result<Self> {
        Self::open_at(Site::find()?, dir, suites, log, step)
    }

    fn open_at(
        site: Site,
        dir: PathBuf,
        suites: &[&str],
        log: PathBuf,
        step: &Step,
    ) -> Result<Self> {
        let mut live = Apt::live(&site, dir.clone(), suites, log.clone())?;
        live.update(step)?;
        Ok(Self {
            site,
            dir,
            suites: suites.iter().map(|&suite| suite.to_owned()).collect(),
            log,
            live,
        })
    }

    /// Series that the live archive has a source of: `7.3`, oldest first.
    ///
    /// # Errors
    ///
    /// When the lists cannot be read.
    pub fn series(&self) -> Result<Vec<String>> {
        let start = "linux-source-";
        let mut series: Vec<(u32, u32)> = self
            .live
            .names(start)?
            .iter()
            .filter_map(|name| numbers(name.strip_prefix(start)?))
            .collect();
        series.sort_unstable();
        Ok(series
            .iter()
            .map(|(major, minor)| format!("{major}.{minor}"))
            .collect())
    }

    /// Those of them that are newer than all that are known.
    ///
    /// # Errors
    ///
    /// As [`Archive::series`].
    pub fn newer_series<'a>(&self, known: impl Iterator<Item = &'a str>) -> Result<Vec<String>> {
        let newest = known.filter_map(numbers).max();
        let mut series = self.series()?;
        series.retain(|series| numbers(series) > newest);
        Ok(series)
    }

    /// Bytes that came over the network so far, from both places.
    pub fn received(&self) -> u64 {
        self.live.received()
    }

    /// Finds the newest version that `suits` and that all packages have: in the live archive, else in the snapshot,
    /// and then says so.
    ///
    /// # Errors
    ///
    /// [`Gone`] when neither has it, [`OutOfReach`] when nobody answers where the snapshots are; else when a place cannot be reached or
    /// believed.
    pub fn find(
        &self,
        wanted: &Wanted<'_>,
        suits: impl Fn(&Apt, &str) -> Result<bool>,
        step: &Step,
    ) -> Result<Found> {
        if let Some(version) = newest(&self.live, wanted.packages, &suits)? {
            return Ok(Found {
                version,
                apt: self.live.clone(),
            });
        }
        let past = self.past(wanted, step)?;
        let Some(version) = newest(&past, wanted.packages, &suits)? else {
            return Err(self.nowhere(wanted).into());
        };
        step.note(&self.notice(wanted, &version));
        Ok(Found { version, apt: past })
    }

    /// Downloads the packages with all they depend on, at whatever versions fit: from the live archive, else as of the
    /// snapshot.
    ///
    /// # Errors
    ///
    /// As [`Archive::find`].
    pub fn download(&self, wanted: &Wanted<'_>, step: &Step) -> Result<Vec<PathBuf>> {
        // Without one of its suites the rest may resolve as well, to something that nobody has tried.
        if self.live.suites().len() == self.suites.len() {
            match self.live.download(wanted.packages, step) {
                Err(error) if error.is::<Gone>() => {}
                other => return other,
            }
        }
        let past = self.past(wanted, step)?;
        if past.suites().len() < self.suites.len() {
            return Err(self.nowhere(wanted).into());
        }
        step.note(&self.notice(wanted, "all of it"));
        past.download(wanted.packages, step)
    }

    /// Forgets what was downloaded.
    pub fn clean(&self) {
        self.live.clean();
        let _ = std::fs::remove_dir_all(self.dir.join("snapshot"));
    }

    /// The suites as of the snapshot.
    fn past(&self, wanted: &Wanted<'_>, step: &Step) -> Result<Apt> {
        let Some(Snapshot { date }) = wanted.snapshot else {
            return Err(self.nowhere(wanted).into());
        };
        let suites: Vec<&str> = self.suites.iter().map(String::as_str).collect();
        let dir = self.dir.join("snapshot").join(date);
        let mut past = Apt::snapshot(&self.site, date, dir, &suites, self.log.clone())?
            .counted_with(&self.live);
        past.update(step).map_err(|error| {
            let left = self.left(wanted);
            match error.is::<Unreachable>() {
                true => error.context(OutOfReach(left)),
                false => error.context(left),
            }
        })?;
        Ok(past)
    }

    fn left(&self, wanted: &Wanted<'_>) -> String {
        format!("{} has left {}", wanted.name, self.site.mirror_name())
    }

    fn notice(&self, wanted: &Wanted<'_>, version: &str) -> String {
        format!(
            "{}; {version} is fetched from {}",
            self.left(wanted),
            self.as_of(wanted)
        )
    }

    fn as_of(&self, wanted: &Wanted<'_>) -> String {
        let name = self.site.snapshot_name();
        match wanted.snapshot {
            Some(Snapshot { date }) => format!("{name} as of {}", day(date)),
            None => name.to_owned(),
        }
    }

    fn nowhere(&self, wanted: &Wanted<'_>) -> Gone {
        let (name, live) = (wanted.name, self.site.mirror_name());
        let suites = self.suites.join(", ");
        if wanted.snapshot.is_none() {
            return Gone(format!(
                "{name} is not in {live} ({suites}), and no snapshot that has it is known: set RNIC_MIRROR to a full mirror"
            ));
        }
        Gone(format!(
            "{name} is neither in {live} ({suites}) nor in {}: set RNIC_MIRROR or RNIC_SNAPSHOT to a full mirror",
            self.as_of(wanted)
        ))
    }
}

/// The newest version that suits and that all packages have.
fn newest(
    apt: &Apt,
    packages: &[&str],
    suits: &impl Fn(&Apt, &str) -> Result<bool>,
) -> Result<Option<String>> {
    if apt.suites().is_empty() {
        return Ok(None);
    }
    let mut common: Option<Vec<String>> = None;
    for package in packages {
        let versions = apt.versions(package)?;
        common = Some(match common {
            None => versions,
            Some(mut common) => {
                common.retain(|version| versions.contains(version));
                common
            }
        });
    }
    for version in common.into_iter().flatten() {
        if suits(apt, &version)? {
            return Ok(Some(version));
        }
    }
    Ok(None)
}

/// A series as numbers, which have an order.
fn numbers(series: &str) -> Option<(u32, u32)> {
    let (major, minor) = series.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// `20261129T000000Z` for people.
fn day(date: &str) -> String {
    match (date.get(..4), date.get(4..6), date.get(6..8)) {
        (Some(year), Some(month), Some(day)) => format!("{year}-{month}-{day}"),
        _ => date.to_owned(),
    }
}

#[cfg(test)]
mod tests;
