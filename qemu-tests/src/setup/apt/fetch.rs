// SPDX-License-Identifier: GPL-2.0

//! Files of packages: what is there already, what another run began, and what is still to come.
//!
//! The package manager believes a file that is as long as it should be, and its `download` begins each one anew. What must
//! never happen: a file is given out whose hash was not compared with the signed lists.

use std::path::{Path, PathBuf};

use anyhow::{bail, Context, Result};

use super::output::{parse_get, parse_uri, File};
use super::Apt;
use crate::hash;
use crate::setup::diagnosis;
use crate::ui::Step;

impl Apt {
    /// Downloads what the package manager would for these arguments. What another run began is gone on with, which
    /// its own `download` does not do; a file has its place only when it is whole.
    pub(super) fn fetch(&self, arguments: &[&str], step: &Step) -> Result<Vec<PathBuf>> {
        let files = self.look_up(arguments, step)?;
        let archives = self.archives();
        let begun = |file: &File| archives.join("partial").join(&file.name);
        let mut missing = Vec::new();
        let mut bytes = 0;
        for file in &files {
            if !self.is_whole(&archives.join(&file.name), file)? {
                let part = begun(file).metadata().map_or(0, |part| part.len());
                let is_whole = part >= file.size && self.is_whole(&begun(file), file)?;
                bytes += match is_whole {
                    true => 0,
                    false if part < file.size => file.size - part,
                    false => file.size,
                };
                missing.push((file, is_whole));
            }
        }
        self.check_room(bytes)?;
        step.total(files.len() as u64);
        step.at((files.len() - missing.len()) as u64);
        let mut command = self.command("/usr/lib/apt/apt-helper");
        command.arg("download-file");
        for (file, _) in missing.iter().filter(|(_, is_whole)| !is_whole) {
            command.arg(&file.uri).arg(begun(file));
            command.arg(format!("SHA256:{}", file.sha256));
        }
        if bytes > 0 {
            let done = self.run(command, step, |line| {
                if let Some(name) = line.strip_prefix("Get:").and_then(parse_get) {
                    step.message(&format!("downloading {name}"));
                    step.advance();
                }
            })?;
            done.map_err(|failure| diagnosis::explain(&failure, &self.place, &self.dir))?;
        }
        for (file, _) in missing {
            std::fs::rename(begun(file), archives.join(&file.name)).with_context(|| {
                format!(
                    "{} was not downloaded: see {}",
                    file.name,
                    self.log.display()
                )
            })?;
        }
        Ok(files.iter().map(|file| archives.join(&file.name)).collect())
    }

    /// True when a file of an earlier run is the one that the lists describe; removes another.
    fn is_whole(&self, path: &Path, file: &File) -> Result<bool> {
        if !path.exists() {
            return Ok(false);
        }
        let is_whole = hash::sha256_of(path)? == file.sha256;
        if !is_whole {
            std::fs::remove_file(path)
                .with_context(|| format!("cannot remove the damaged {}", path.display()))?;
        }
        Ok(is_whole)
    }

    /// What the same command would download into an empty folder: what is there already is not named otherwise.
    fn look_up(&self, arguments: &[&str], step: &Step) -> Result<Vec<File>> {
        let mut command = self.command("apt-get");
        command
            .arg("-o")
            .arg(format!("Dir::Cache::Archives={}/none", self.dir.display()))
            .arg("--print-uris")
            .args(arguments)
            .current_dir(self.dir.join("none"));
        let mut files = Vec::new();
        let done = self.run(command, step, |line| files.extend(parse_uri(line)))?;
        done.map_err(|failure| diagnosis::explain(&failure, &self.place, &self.dir))?;
        if files.is_empty() {
            bail!(
                "the package manager named no package to download: see {}",
                self.log.display()
            );
        }
        Ok(files)
    }

    fn check_room(&self, bytes: u64) -> Result<()> {
        let room = rustix::fs::statvfs(&self.dir)?;
        let free = room.f_bavail * room.f_frsize;
        if bytes > free {
            bail!(
                "the disk is full: {} MB are to be downloaded and {} MB are free under {}; make room, or set XDG_CACHE_HOME to a folder on another disk",
                bytes.div_ceil(1_000_000),
                free / 1_000_000,
                self.dir.display()
            );
        }
        Ok(())
    }
}
