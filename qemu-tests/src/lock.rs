// SPDX-License-Identifier: GPL-2.0

//! One process at a time in a folder, and stamps that say "this is whole".
//!
//! The kernel holds the lock for the open file, so one whose holder has died is free, however it died.
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
        let make = || {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            File::create(path)
        };
        let file = make().with_context(|| {
            format!(
                "cannot make {}: make its folder writable for this user, or set XDG_CACHE_HOME to another one",
                path.display()
            )
        })?;
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
                return Err(error).with_context(|| {
                    format!(
                        "cannot lock {}: set XDG_CACHE_HOME to a folder on a disk of this machine",
                        path.display()
                    )
                })
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
    write().with_context(|| {
        let _ = std::fs::remove_file(&temporary);
        format!("cannot write {} (is the disk full?)", path.display())
    })
}

/// Writes the file that says that its folder is whole, after what is in that has reached the disk.
///
/// # Errors
///
/// When the folder cannot be written.
pub fn stamp(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    let dir = path.parent().context("a stamp needs a folder")?;
    let reach = || -> std::io::Result<()> { Ok(rustix::fs::syncfs(File::open(dir)?)?) };
    reach().with_context(|| format!("cannot write {} (is the disk full?)", dir.display()))?;
    write_whole(path, content)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use super::{flock, write_whole, File, FlockOperation, Lock};

    fn folder(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("rnic-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        dir
    }

    #[test]
    fn the_lock_of_a_process_that_was_killed_is_free() {
        let dir = folder("lock");
        let path = dir.join("setup.lock");
        let mut holder = Command::new("flock")
            .arg("--no-fork")
            .arg(&path)
            .args(["sh", "-c", "echo; exec sleep 60"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = [0];
        std::io::Read::read_exact(holder.stdout.as_mut().unwrap(), &mut line).unwrap();
        let other = File::open(&path).unwrap();
        assert!(flock(&other, FlockOperation::NonBlockingLockExclusive).is_err());
        holder.kill().unwrap();
        holder.wait().unwrap();
        let started = Instant::now();
        drop(Lock::take(&path, "a test").unwrap());
        assert!(started.elapsed() < Duration::from_secs(1));
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_lock_that_cannot_be_made_says_what_to_do() {
        let error = Lock::take("/dev/null/setup.lock".as_ref(), "a test").unwrap_err();
        let line = format!("{error:#}");
        assert!(
            line.contains("/dev/null/setup.lock") && line.contains("XDG_CACHE_HOME"),
            "{line}"
        );
    }

    #[test]
    fn a_file_that_cannot_be_written_leaves_nothing_behind() {
        let dir = folder("whole");
        // A folder is in its place.
        std::fs::create_dir_all(dir.join("stamp/full")).unwrap();
        assert!(write_whole(&dir.join("stamp"), "whole").is_err());
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1);
        std::fs::remove_dir_all(dir).unwrap();
    }
}
