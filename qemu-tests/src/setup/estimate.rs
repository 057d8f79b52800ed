// SPDX-License-Identifier: GPL-2.0

//! How long the set-up will take and what it will fetch, said before it begins.
//!
//! Measured on two processors with nothing else to do, from an empty cache; most of it is computing, which more processors share.

use std::fmt;

use super::{debug_kernel, root, stock, Which};
use crate::paths::Paths;
use crate::setup::series::Series;

/// What a part takes: seconds on two processors, and millions of bytes to fetch.
#[derive(Clone, Copy)]
struct Part {
    seconds: u64,
    megabytes: u64,
}

const ROOT: Part = Part {
    seconds: 55,
    megabytes: 425,
};
/// Fetched while the toolchain is; unpacking the source is in it.
const PACKAGES: Part = Part {
    seconds: 10,
    megabytes: 290,
};
const RUST: Part = Part {
    seconds: 105,
    megabytes: 0,
};
/// The module and the BPF programs, for a kernel that has just come.
const BUILDS: Part = Part {
    seconds: 60,
    megabytes: 0,
};
const DEBUG: Part = Part {
    seconds: 18 * 60,
    megabytes: 0,
};

/// What is still to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    seconds: u64,
    megabytes: u64,
}

impl Estimate {
    /// For a kernel, or for the toolchain alone.
    pub fn new(paths: &Paths, which: Option<Which>) -> Self {
        let mut parts = Vec::new();
        if root::existing(paths).is_none() {
            parts.push(ROOT);
        }
        if let Some(which) = which {
            let series = match which {
                Which::Stock | Which::Debug => Series::newest(),
                Which::Series(name) => Series::of(name),
            };
            if !stock::is_fetched(paths, series) {
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

    fn of(parts: &[Part], processors: u64) -> Self {
        let seconds: u64 = parts.iter().map(|part| part.seconds).sum();
        Self {
            seconds: seconds * 2 / processors.max(1),
            megabytes: parts.iter().map(|part| part.megabytes).sum(),
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
    use super::{Estimate, BUILDS, DEBUG, PACKAGES, ROOT, RUST};

    #[test]
    fn what_is_missing_is_added_up_and_processors_share_it() {
        let text = |parts: &[_], processors| Estimate::of(parts, processors).to_string();
        let first = [ROOT, PACKAGES, RUST, BUILDS];
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
}
