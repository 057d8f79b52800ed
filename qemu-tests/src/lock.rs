// SPDX-License-Identifier: GPL-2.0

//! One process at a time in a folder, and stamps that say "this is whole".
//!
//! A stamp is written after everything else and in one step, so whatever lacks one is unfinished: it is resumed or
//! thrown away, never used.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::fs::{flock, FlockOperation};
use rustix::io::Errno;

use crate::ui::Step;

/// How long a run's files are kept for other runs that use them.
const KEPT: Duration = Duration::from_secs(2 * 3600);

/// Holds a lock file until dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock; says so when another run holds it.
    ///
    /// # Errors
    ///
    /// When the lock file cannot be made or locked.
    pub fn take(path: &Path, what: &str) -> Result<Self> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let file = File::create(path).with_context(|| format!("cannot make {}", path.display()))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                let step = Step::new("waiting", &format!("another run is working on {what}"));
                loop {
                    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                        Ok(()) => break,
                        Err(Errno::WOULDBLOCK | Errno::INTR) => {
                            step.tick();
                            std::thread::sleep(Duration::from_millis(200));
                        }
                        Err(error) => return Err(error).context("cannot lock"),
                    }
                }
                step.clear();
            }
            Err(error) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()))
            }
        }
        Ok(Self { _file: file })
    }
}

/// Removes the files of a folder that nothing has touched for a while; another run may be using the others.
pub fn forget_old(dir: &Path) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let is_old = modified.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > KEPT));
        if is_old {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Writes a file in one step: readers see the old content or the new one.
///
/// # Errors
///
/// When the folder cannot be written.
pub fn write_whole(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    let name = path
        .file_name()
        .context("a stamp needs a name")?
        .to_string_lossy();
    // Two threads may write the same.
    let thread = std::thread::current().id();
    let temporary = path.with_file_name(format!(".{name}.{}.{thread:?}", std::process::id()));
    let write = || -> std::io::Result<()> {
        std::fs::write(&temporary, content.as_ref())?;
        File::open(&temporary)?.sync_all()?;
        std::fs::rename(&temporary, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
