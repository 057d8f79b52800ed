// SPDX-License-Identifier: GPL-2.0

//! Where everything lives: the project's tree and the user's cache.
//!
//! The cache outlives `cargo clean` and is shared by all work trees; what depends on the project's own sources
//! is in its `target/` folder. Nothing is ever written anywhere else.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{bail, Context, Result};

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
        let cache =
            base(std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME"))?.join("rnic");
        let cache = std::fs::create_dir_all(&cache)
            .and_then(|()| cache.canonicalize())
            .with_context(|| {
                format!(
                    "cannot make the cache {}: make its folder writable for this user, or set XDG_CACHE_HOME to another one",
                    cache.display()
                )
            })?;
        for dir in [&project, &cache] {
            check(dir)?;
        }
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

    /// Figures that are kept with the project.
    pub fn results(&self) -> PathBuf {
        self.project.join("qemu-tests/results")
    }

    /// What a run leaves behind: initramfs, checkpoints, logs.
    pub fn runs(&self) -> PathBuf {
        self.project.join("target/qemu")
    }
}

/// Where caches are. A path that is not absolute counts as none, or the cache would be wherever the command is called.
fn base(caches: Option<OsString>, home: Option<OsString>) -> Result<PathBuf> {
    let absolute =
        |path: Option<OsString>| path.map(PathBuf::from).filter(|path| path.is_absolute());
    absolute(caches)
        .or_else(|| Some(absolute(home)?.join(".cache")))
        .context("no place for the cache: set HOME or XDG_CACHE_HOME to an absolute path")
}

/// Refuses a folder that the kernel's build cannot be in.
///
/// # Errors
///
/// Says which characters must not be in its path.
pub fn check(dir: &Path) -> Result<()> {
    let text = dir.to_string_lossy();
    if text.contains(|c: char| {
        c.is_whitespace() || matches!(c, ':' | '%' | '\'' | '"' | '\\' | '#' | '$')
    }) {
        bail!(
            "the kernel's build takes no folder with a space or one of : % # $ ' \" \\ in its path: `{text}`; move the project, or set \
             XDG_CACHE_HOME"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{base, check};

    #[test]
    fn a_folder_that_make_cannot_be_in_is_refused() {
        check(Path::new("/home/user/.cache/rnic-1.0+x")).unwrap();
        for path in [
            "/home/Jane Doe",
            "/srv/a:b",
            "/a%b",
            "/it's",
            "/a\nb",
            "/a$b",
            "/a#b",
        ] {
            let line = check(Path::new(path)).unwrap_err().to_string();
            assert!(line.contains("XDG_CACHE_HOME"), "{path}");
        }
    }

    #[test]
    fn the_cache_is_at_an_absolute_path_or_nowhere() {
        let some = |path: &str| Some(path.into());
        assert_eq!(
            base(some("/caches"), some("/home/user")).unwrap(),
            Path::new("/caches")
        );
        for caches in [None, some(""), some("caches")] {
            assert_eq!(
                base(caches.clone(), some("/home/user")).unwrap(),
                Path::new("/home/user/.cache")
            );
            for home in [None, some(""), some("user")] {
                let line = base(caches.clone(), home).unwrap_err().to_string();
                assert!(line.contains("set HOME or XDG_CACHE_HOME"));
            }
        }
    }
}
