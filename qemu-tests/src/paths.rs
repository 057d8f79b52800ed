// SPDX-License-Identifier: GPL-2.0

//! Where everything lives: the project's tree and the user's cache.
//!
//! The cache outlives `cargo clean` and is shared by all work trees; what depends on the project's own sources
//! is in its `target/` folder. Nothing is ever written anywhere else.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders that the runner may write to.
#[derive(Clone, Debug)]
pub struct Paths {
    /// Top of the project.
    pub project: PathBuf,
    /// `$XDG_CACHE_HOME/rnic`.
    pub cache: PathBuf,
}

impl Paths {
    /// Finds both and makes the cache.
    ///
    /// # Errors
    ///
    /// When there is neither `XDG_CACHE_HOME` nor `HOME`, or the cache cannot be made.
    pub fn find() -> Result<Self> {
        let project = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("the runner's package has no parent folder")?
            .to_path_buf();
        let base = match std::env::var_os("XDG_CACHE_HOME") {
            Some(dir) if Path::new(&dir).is_absolute() => PathBuf::from(dir),
            _ => PathBuf::from(
                std::env::var_os("HOME")
                    .context("neither XDG_CACHE_HOME nor HOME is set: no place for the cache")?,
            )
            .join(".cache"),
        };
        let cache = base.join("rnic");
        std::fs::create_dir_all(&cache)
            .with_context(|| format!("cannot make the cache {}", cache.display()))?;
        let cache = cache.canonicalize()?;
        Ok(Self { project, cache })
    }

    /// Private state of the package manager.
    pub fn apt(&self) -> PathBuf {
        self.cache.join("apt")
    }

    /// Toolchain roots, one for each key.
    pub fn roots(&self) -> PathBuf {
        self.cache.join("root")
    }

    /// Kernel sources, one for each exact version.
    pub fn sources(&self) -> PathBuf {
        self.cache.join("source")
    }

    /// Debian's packages of a kernel, unpacked, one folder for each exact version.
    pub fn packages(&self) -> PathBuf {
        self.cache.join("packages")
    }

    /// Kernel builds, one for each key.
    pub fn kernels(&self) -> PathBuf {
        self.cache.join("kernel")
    }

    /// Roots for Debian packages: one to build them in, one to install them on.
    pub fn deb(&self) -> PathBuf {
        self.cache.join("deb")
    }

    /// The log of one set-up or build job.
    pub fn log(&self, job: &str) -> PathBuf {
        self.cache.join("log").join(format!("{job}.log"))
    }

    /// What Kbuild makes for the module.
    pub fn kbuild(&self) -> PathBuf {
        self.project.join("target/kbuild")
    }

    /// What a run leaves behind: initramfs, checkpoints, logs.
    pub fn runs(&self) -> PathBuf {
        self.project.join("target/qemu")
    }
}
