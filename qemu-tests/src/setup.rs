// SPDX-License-Identifier: GPL-2.0

//! From nothing to a kernel that boots: toolchain root, kernel source, kernel build; each done once and kept.
//!
//! What is there and whole is used without a question asked, so that a second run starts at once. Only one process
//! at a time makes anything.

pub mod apt;
pub mod archive;
pub mod config;
pub mod diagnosis;
pub mod kernel;
pub mod own_kernel;
pub mod packages;
pub mod root;
pub mod series;
pub mod site;
pub mod source;

use std::path::Path;

use anyhow::Result;

use crate::inside::Root;
use crate::lock::Lock;
use crate::paths::Paths;
use crate::ui;
use kernel::Kernel;

/// What everything else is built with and run on.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The tools.
    pub root: Root,
    /// The kernel.
    pub kernel: Kernel,
}

/// Finds or makes the toolchain root and the kernel; `own` is the user's kernel build, if any, of any version with `force`.
///
/// # Errors
///
/// One line that says what is missing and what to do about it.
pub fn ground(paths: &Paths, own: Option<&Path>, force: bool) -> Result<Ground> {
    if let Some(dir) = own {
        // Before anything is fetched for a kernel that cannot be used.
        own_kernel::check(dir)?;
        if !force {
            series::check(&own_kernel::release(dir))?;
        }
    }
    match ready(paths, own)? {
        Some(ground) => Ok(ground),
        None => make(paths, own),
    }
}

/// What is there and whole.
fn ready(paths: &Paths, own: Option<&Path>) -> Result<Option<Ground>> {
    let Some(mut root) = root::existing(paths) else {
        return Ok(None);
    };
    let kernel = match own {
        Some(dir) => Some(own_kernel::open(dir, &mut root)?),
        None => kernel::existing(paths),
    };
    Ok(kernel.map(|kernel| Ground { root, kernel }))
}

fn make(paths: &Paths, own: Option<&Path>) -> Result<Ground> {
    let _lock = Lock::take(&paths.cache.join("setup.lock"), "the set-up")?;
    // Another run may have done it while this one waited.
    if let Some(ground) = ready(paths, own)? {
        return Ok(ground);
    }
    ui::note(
        "set-up",
        "what is missing is made once and kept in the cache",
    );
    ui::note(
        "",
        &format!(
            "{} (logs in {})",
            paths.cache.display(),
            paths.log("*").display()
        ),
    );
    let mut root = match root::existing(paths) {
        Some(root) => root,
        None => root::create(paths)?,
    };
    let kernel = match own {
        Some(dir) => own_kernel::open(dir, &mut root)?,
        None => kernel::create(paths, &root)?,
    };
    Ok(Ground { root, kernel })
}
