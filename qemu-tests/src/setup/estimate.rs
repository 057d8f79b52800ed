// SPDX-License-Identifier: GPL-2.0

//! How long the set-up will take and what it will fetch, said before it begins.
//!
//! Measured on two processors with nothing else to do, from an empty cache; most of it is computing, which more processors share.

use std::fmt;
use std::path::Path;

use anyhow::{bail, Result};

use super::toolchain::MAIN;
use super::{debug_kernel, root, stock, Which};
use crate::paths::Paths;

/// What a part takes: seconds on two processors, millions of bytes to fetch, and to have room for while it is made.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub(super) seconds: u64,
    pub(super) megabytes: u64,
    pub(super) room: u64,
}

/// Fetched while the toolchain is; unpacking the source is in it.
const PACKAGES: Part = Part {
    seconds: 10,
    megabytes: 290,
    room: 1700,
};
const RUST: Part = Part {
    seconds: 105,
    megabytes: 0,
    room: 300,
};
/// The module and the BPF programs, for a kernel that has just come.
const BUILDS: Part = Part {
    seconds: 60,
    megabytes: 0,
    room: 300,
};
const DEBUG: Part = Part {
    seconds: 18 * 60,
    megabytes: 0,
    room: 2500,
};

/// What is still to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    seconds: u64,
    megabytes: u64,
    room: u64,
}

impl Estimate {
    /// For a kernel, or for the toolchain alone.
    pub fn new(paths: &Paths, which: Option<Which>) -> Self {
        let other = which.map(|which| which.series().toolchain);
        let mut toolchains = vec![&MAIN];
        toolchains.extend(other.filter(|other| other.name != MAIN.name));
        toolchains.retain(|toolchain| root::existing(paths, toolchain).is_none());
        let mut parts: Vec<Part> = toolchains.iter().map(|one| one.cost).collect();
        if let Some(which) = which {
            let series = which.series();
            if !stock::packages::is_fetched(paths, series) {
                parts.push(PACKAGES);
            }
            match which {
                Which::Debug if debug_kernel::existing(paths).is_none() => parts.push(DEBUG),
                Which::Stock | Which::Series(_) if stock::existing(paths, series).is_none() => {
                    parts.push(RUST);
                }
                _ => {}
            }
            parts.push(BUILDS);
        }
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        Self::of(&parts, processors as u64)
    }

    /// Refuses a disk that is too small, before anything is fetched.
    ///
    /// # Errors
    ///
    /// Says how much is missing, and what to do.
    pub fn check_room(&self, cache: &Path) -> Result<()> {
        let disk = rustix::fs::statvfs(cache)?;
        self.fits(cache, disk.f_bavail * disk.f_frsize / 1_000_000)
    }

    fn fits(&self, cache: &Path, free: u64) -> Result<()> {
        if self.room > free {
            bail!(
                "the disk is too full: {} MB are needed under {} and {free} MB are free; make room, or set XDG_CACHE_HOME to a \
                 folder on another disk",
                self.room,
                cache.display()
            );
        }
        Ok(())
    }

    fn of(parts: &[Part], processors: u64) -> Self {
        let seconds: u64 = parts.iter().map(|part| part.seconds).sum();
        Self {
            seconds: seconds * 2 / processors.max(1),
            megabytes: parts.iter().map(|part| part.megabytes).sum(),
            room: parts.iter().map(|part| part.room).sum(),
        }
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seconds.div_ceil(60) {
            0 | 1 => write!(f, "about a minute")?,
            minutes => write!(f, "about {minutes} minutes")?,
        }
        write!(f, " until a machine boots")?;
        match self.megabytes {
            0 => Ok(()),
            megabytes => write!(f, ", {megabytes} MB to fetch"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Estimate, Which, BUILDS, DEBUG, MAIN, PACKAGES, RUST};
    use crate::paths::Paths;
    use crate::setup::toolchain::SID;

    #[test]
    fn what_is_missing_is_added_up_and_processors_share_it() {
        let text = |parts: &[_], processors| Estimate::of(parts, processors).to_string();
        let first = [MAIN.cost, PACKAGES, RUST, BUILDS];
        assert_eq!(
            text(&first, 2),
            "about 4 minutes until a machine boots, 715 MB to fetch"
        );
        assert_eq!(
            text(&first, 8),
            "about a minute until a machine boots, 715 MB to fetch"
        );
        assert_eq!(text(&[DEBUG], 1), "about 36 minutes until a machine boots");
        assert_eq!(text(&[], 0), "about a minute until a machine boots");
    }

    #[test]
    fn a_series_with_compilers_of_its_own_takes_both_roots() {
        let dir = std::env::temp_dir().join(format!("rnic-estimate-{}", std::process::id()));
        let paths = Paths {
            cache: dir.clone(),
            project: dir,
        };
        let of = |which| Estimate::new(&paths, Some(which)).megabytes;
        assert_eq!(of(Which::Series("7.2")), of(Which::Stock));
        assert_eq!(
            of(Which::Series("sid")),
            of(Which::Stock) + SID.cost.megabytes
        );
    }

    #[test]
    fn a_disk_that_is_too_small_is_refused_at_once() {
        let first = Estimate::of(&[MAIN.cost, PACKAGES, RUST, BUILDS], 2);
        first.fits(Path::new("/cache"), 10_000).unwrap();
        let line = first
            .fits(Path::new("/cache"), 2000)
            .unwrap_err()
            .to_string();
        assert!(line.contains("2000 MB are free") && line.contains("XDG_CACHE_HOME"));
        Estimate::of(&[], 2).fits(Path::new("/cache"), 0).unwrap();
    }
}
