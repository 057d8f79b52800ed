// SPDX-License-Identifier: GPL-2.0

//! A disk image of a Debian system, and commands in it as if it were this machine's root.
//!
//! Each command mounts it in a private mount namespace, so that nothing stays mounted whatever happens. A file system may be
//! mounted once at a time, so a command borrows the disk exclusively. It takes real root.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::job::{self, Failure};
use crate::ui::Step;

/// The script between the namespace and the command: `$1` is the image, `$2` where it is mounted, then the command.
const ENTER: &str = r#"set -e
image=$1; at=$2; shift 2
mount -o loop "$image" "$at"
mount --rbind /dev "$at/dev"
mount -t proc proc "$at/proc"
exec chroot "$at" /usr/bin/env -i -C / PATH=/usr/sbin:/usr/bin HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@""#;

/// An image.
#[derive(Debug)]
pub struct Disk {
    image: PathBuf,
    at: PathBuf,
}

impl Disk {
    /// A copy of `from` in the folder `dir`, as sparse as it.
    ///
    /// # Errors
    ///
    /// When the disk is full.
    pub fn copy(from: &Path, dir: &Path, name: &str) -> Result<Self> {
        let disk = Self {
            image: dir.join(format!("{name}.img")),
            at: dir.join(format!("{name}.mnt")),
        };
        std::fs::create_dir_all(&disk.at)?;
        let mut copy = Command::new("cp");
        copy.args(["--reflink=auto", "--sparse=always"]);
        copy.arg(from).arg(&disk.image);
        job::output(copy).context("cannot copy a disk image (is the disk full?)")?;
        Ok(disk)
    }

    /// Another copy of this one.
    ///
    /// # Errors
    ///
    /// Those of [`copy`](Self::copy).
    pub fn fork(&mut self, dir: &Path, name: &str) -> Result<Self> {
        Self::copy(&self.image, dir, name)
    }

    /// The file.
    pub fn image(&self) -> &Path {
        &self.image
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--", "unshare", "--mount", "--pid"]);
        command.args(["--fork", "--kill-child", "sh", "-c", ENTER, "sh"]);
        command.arg(&self.image).arg(&self.at).args(words);
        command
    }

    /// Runs a command in it; each line of its output goes to the log and to `step`.
    ///
    /// # Errors
    ///
    /// The outer error is for a command that could not be started; the inner one for a command that failed.
    pub fn run(
        &mut self,
        words: &[&str],
        log: &Path,
        step: &Step,
    ) -> Result<std::result::Result<(), Failure>> {
        job::run(self.command(words), log, step, |line| {
            step.message(line.trim())
        })
    }

    /// The output of a short command in it.
    ///
    /// # Errors
    ///
    /// When it cannot be started or fails.
    pub fn output(&mut self, words: &[&str]) -> Result<String> {
        job::output(self.command(words))
    }

    /// Puts a file into it.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn put(&mut self, file: &Path, to: &str) -> Result<()> {
        let mut copy = self.command(&["sh", "-c", &format!("cat > {to}")]);
        copy.stdin(File::open(file).with_context(|| format!("cannot read {}", file.display()))?);
        let status = copy.status()?;
        anyhow::ensure!(status.success(), "cannot write {to} into a disk image");
        Ok(())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.image);
        let _ = std::fs::remove_dir(&self.at);
    }
}
