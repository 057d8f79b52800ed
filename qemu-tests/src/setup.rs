// SPDX-License-Identifier: GPL-2.0

//! From nothing to a kernel that boots: toolchain roots, Debian's kernel, what its modules need; each done once and kept.
//!
//! What is there and whole is used without a question asked, so that a second run starts at once. Only one process
//! at a time makes anything.

pub mod apt;
pub mod archive;
pub mod config;
pub mod debug_kernel;
pub mod diagnosis;
pub mod estimate;
pub mod kernel;
pub mod own_kernel;
pub mod packages;
pub mod root;
pub mod series;
pub mod site;
pub mod source;
pub mod stock;
pub mod toolchain;

use std::path::Path;

use anyhow::{anyhow, Result};

use crate::inside::{self, Root};
use crate::lock::Lock;
use crate::paths::Paths;
use crate::timing;
use crate::ui;
use estimate::Estimate;
use kernel::Kernel;
use series::Series;
use toolchain::MAIN;

/// What everything else is built with and run on.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The tools, all but the compilers of the kernel.
    pub root: Root,
    /// The kernel, which has those.
    pub kernel: Kernel,
}

/// A kernel that the set-up knows how to come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Which {
    /// Debian's, of the newest series.
    Stock,
    /// Debian's, of another series.
    Series(&'static str),
    /// Ours, which watches.
    Debug,
}

impl Which {
    /// The series that it is of.
    fn series(self) -> Series {
        match self {
            Self::Stock | Self::Debug => Series::newest(),
            Self::Series(name) => Series::of(name),
        }
    }
}

/// Finds or makes the toolchain root and the user's kernel, of any version with `force`.
///
/// # Errors
///
/// One line that says what is missing and what to do about it.
pub fn own_ground(paths: &Paths, dir: &Path, force: bool) -> Result<Ground> {
    // Before anything is fetched for a kernel that cannot be used.
    crate::paths::check(dir)?;
    own_kernel::check(dir)?;
    if !force {
        series::check(&kernel::release(dir))?;
    }
    let mut root = match root::existing(paths, &MAIN) {
        Some(root) => root,
        None => {
            let _lock = begin(paths, None)?;
            root::find_or_make(paths, &MAIN)?
        }
    };
    let kernel = own_kernel::open(dir, &mut root)?;
    Ok(Ground { root, kernel })
}

/// What is there and whole.
pub fn ready(paths: &Paths, which: Which) -> Option<Ground> {
    let root = root::existing(paths, &MAIN)?;
    let kernel = match which {
        Which::Stock | Which::Series(_) => stock::existing(paths, which.series()),
        Which::Debug => debug_kernel::existing(paths),
    };
    kernel.map(|kernel| Ground { root, kernel })
}

/// Finds or makes the toolchain root and a kernel.
///
/// # Errors
///
/// One line that says what is missing and what to do about it.
pub fn ground(paths: &Paths, which: Which) -> Result<Ground> {
    if let Some(ground) = ready(paths, which) {
        return Ok(ground);
    }
    let _lock = begin(paths, Some(which))?;
    // Another run may have done it while this one waited.
    match ready(paths, which) {
        Some(ground) => Ok(ground),
        None => make(paths, which),
    }
}

fn begin(paths: &Paths, which: Option<Which>) -> Result<Lock> {
    let lock = Lock::take(&paths.cache.join("setup.lock"), "the set-up")?;
    let estimate = Estimate::new(paths, which);
    estimate.check_room(&paths.cache)?;
    inside::check_allowed()?;
    ui::note(
        "set-up",
        &format!("what is missing is made once and kept in the cache: {estimate}"),
    );
    ui::note(
        "",
        &format!(
            "{} (logs in {})",
            paths.cache.display(),
            paths.log("*").display()
        ),
    );
    Ok(lock)
}

/// The kernel's packages are fetched while the toolchains are.
fn make(paths: &Paths, which: Which) -> Result<Ground> {
    let series = which.series();
    let (roots, packages) = std::thread::scope(|scope| {
        let packages = scope.spawn(|| {
            timing::part("set-up", "the kernel's packages", || {
                stock::packages::fetch(paths, series)
            })
        });
        let roots = root::find_or_make(paths, &MAIN)
            .and_then(|root| Ok((root, root::find_or_make(paths, series.toolchain)?)));
        let packages = packages.join();
        (
            roots,
            packages.unwrap_or_else(|_| Err(anyhow!("the thread that fetches has died"))),
        )
    });
    let ((root, toolchain), packages) = (roots?, packages?);
    let source = timing::part("set-up", "the kernel's source", || {
        stock::source(paths, &root, series, &packages)
    })?;
    let kernel = match which {
        Which::Debug => timing::part("set-up", "the debugging kernel", || {
            debug_kernel::create(paths, &root, &source)
        })?,
        Which::Stock | Which::Series(_) => timing::part("set-up", "the kernel's rust/", || {
            stock::prepare(paths, &toolchain, series, &packages, &source)
        })?,
    };
    Ok(Ground { root, kernel })
}
