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
use crate::inside::Root;
use crate::job;
use crate::lock::Lock;
use crate::paths::Paths;

/// Where the root has the sources of the standard library.
const LIBRARY: &str = "usr/lib/rustlib/src/rust/library";

/// Cargo in the toolchain root, with a workspace's crates at hand.
#[derive(Debug)]
pub struct RootCargo<'a> {
    root: &'a Root,
    dir: PathBuf,
    home: PathBuf,
}

impl<'a> RootCargo<'a> {
    /// Puts the locked crates where the root sees them; takes a fraction of a second if they are there.
    ///
    /// # Errors
    ///
    /// When crates cannot be had, or the lock file does not fit the manifests.
    pub fn new(workshop: &'a Workshop) -> Result<Self> {
        Self::of(&workshop.paths, &workshop.ground.root)
    }

    /// The same in another root.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    pub fn of(paths: &Paths, root: &'a Root) -> Result<Self> {
        let this = Self {
            root,
            dir: paths.project.clone(),
            home: paths.project.join("target/root-cargo"),
        };
        this.vendor(&[])?;
        Ok(this)
    }

    /// Cargo's home there: its configuration names the crates.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// For a workspace of its own that is compiled for a machine without a standard library: with the crates that it takes to
    /// compile `core`.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    pub fn without_std(paths: &Paths, root: &'a Root, dir: &Path, name: &str) -> Result<Self> {
        let this = Self {
            root,
            dir: dir.to_path_buf(),
            home: paths.project.join("target").join(name),
        };
        let library = root.dir().join(LIBRARY).join("sysroot/Cargo.toml");
        this.vendor(&[Path::new("--sync"), &library])?;
        Ok(this)
    }

    fn vendor(&self, args: &[&Path]) -> Result<()> {
        std::fs::create_dir_all(&self.home)?;
        let _lock = Lock::take(&self.home.join("lock"), "this tree's crates")?;
        let crates = self.home.join("crates");
        let mut vendor = cargo();
        vendor.args(["vendor", "--quiet", "--locked", "--versioned-dirs"]);
        vendor
            .arg("--manifest-path")
            .arg(self.dir.join("Cargo.toml"));
        // The standard library's manifests use what cargo keeps for itself.
        vendor.args(args).arg(&crates).env("RUSTC_BOOTSTRAP", "1");
        job::output(vendor).context("the locked crates cannot be had")?;
        let text = format!(
            "[source.crates-io]\nreplace-with = \"crates\"\n[source.crates]\ndirectory = {crates:?}\n"
        );
        std::fs::write(self.home.join("config.toml"), text)?;
        Ok(())
    }

    /// A command in the workspace's folder; the caller adds a verb and arguments. `flags` are `NAME=value`.
    pub fn command(&self, flags: &[&str]) -> Command {
        let mut command = self.root.command(&self.dir, "env");
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
