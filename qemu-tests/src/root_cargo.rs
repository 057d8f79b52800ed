// SPDX-License-Identifier: GPL-2.0

//! Cargo and rustc of the toolchain root: the versions that the kernel is built with, the same on every machine.
//!
//! Crates come from a folder that the host's cargo fills from the lock file, so the root needs no network, no registry
//! and nothing of the user's cargo.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::boot::Workshop;
use crate::build::guest::cargo;
use crate::job;
use crate::lock::Lock;

/// Cargo in the toolchain root, with the workspace's crates at hand.
#[derive(Debug)]
pub struct RootCargo<'a> {
    workshop: &'a Workshop,
    home: PathBuf,
}

impl<'a> RootCargo<'a> {
    /// Puts the locked crates where the root sees them; takes a fraction of a second if they are there.
    ///
    /// # Errors
    ///
    /// When crates cannot be had, or the lock file does not fit the manifests.
    pub fn new(workshop: &'a Workshop) -> Result<Self> {
        let home = workshop.paths.project.join("target/root-cargo");
        std::fs::create_dir_all(&home)?;
        let _lock = Lock::take(&home.join("lock"), "this tree's crates")?;
        let crates = home.join("crates");
        let mut vendor = cargo();
        vendor.current_dir(&workshop.paths.project);
        vendor
            .args(["vendor", "--quiet", "--locked", "--versioned-dirs"])
            .arg(&crates);
        job::output(vendor).context("the locked crates cannot be had")?;
        let text = format!(
            "[source.crates-io]\nreplace-with = \"crates\"\n[source.crates]\ndirectory = {crates:?}\n"
        );
        std::fs::write(home.join("config.toml"), text)?;
        Ok(Self { workshop, home })
    }

    /// A command in the project's folder; the caller adds a verb and arguments. `flags` are `NAME=value`.
    pub fn command(&self, flags: &[&str]) -> Command {
        let project = &self.workshop.paths.project;
        let mut command = self.workshop.ground.root.command(project, "env");
        command
            .arg(format!("CARGO_HOME={}", self.home.display()))
            .arg(format!("CARGO_TARGET_DIR={}", self.target().display()))
            .args(flags)
            .args(["cargo", "--offline", "--locked"]);
        command
    }

    /// Where what it builds goes.
    pub fn target(&self) -> PathBuf {
        self.home.join("target")
    }

    /// The log of a job of its.
    pub fn log(&self, job: &str) -> PathBuf {
        let log = Path::new("log").join(format!("{job}.log"));
        self.home.join(log)
    }
}
