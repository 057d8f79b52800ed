// SPDX-License-Identifier: GPL-2.0

//! A kernel that modules are built for and that a machine boots, whoever built it.
//!
//! Every kernel looks the same from here: an `O=` folder with the image, the BTF and the symbols, and a folder with its own modules.
//! How it came there is said by `stock` (Debian's), `debug_kernel` (ours) and `own_kernel` (the user's).

use std::path::{Path, PathBuf};

use anyhow::{bail, Context, Result};

use super::config::Config;
use super::root;
use crate::inside::Root;

/// A kernel that modules can be built for and that a VM can boot.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// The build tree.
    pub dir: PathBuf,
    /// What to call it.
    pub name: String,
    /// Changes whenever the build changes.
    pub key: String,
    /// Arguments that make needs for a module of this kernel.
    pub make_args: Vec<String>,
    /// Where its own modules are, at any depth: `.ko`, or `.ko.xz`.
    pub modules: PathBuf,
}

impl Kernel {
    /// The bootable image.
    pub fn image(&self) -> PathBuf {
        self.dir.join("arch/x86/boot/bzImage")
    }

    /// The file with the kernel's BTF.
    pub fn vmlinux(&self) -> PathBuf {
        self.dir.join("vmlinux")
    }

    /// The source that it was built from.
    pub fn source(&self) -> PathBuf {
        source_of(&self.dir)
    }

    /// Its configuration.
    ///
    /// # Errors
    ///
    /// When the build has none.
    pub fn config(&self) -> Result<Config> {
        let path = self.dir.join(".config");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Config::parse(&text))
    }

    /// What `uname -r` says in it.
    pub fn release(&self) -> String {
        release(&self.dir)
    }
}

/// The source tree that an `O=` build points to, or the build itself.
pub fn source_of(dir: &Path) -> PathBuf {
    dir.join("source")
        .canonicalize()
        .unwrap_or_else(|_| dir.to_path_buf())
}

/// The version that a build tree says it is of, as `uname -r` will; nothing, if it is not configured.
pub fn release(dir: &Path) -> String {
    let text = std::fs::read_to_string(dir.join("include/config/kernel.release"));
    text.unwrap_or_default().trim().to_owned()
}

/// What make must be told, so that a module is compiled by the compilers of its kernel.
///
/// # Errors
///
/// When the root has another compiler or another rustc.
pub fn compilers(config: &Config, root: &Root) -> Result<Vec<String>> {
    let text = |name: &str| {
        let value = config.get(name).unwrap_or_default();
        value.trim_matches('"').to_owned()
    };
    let built_by = text("CONFIG_RUSTC_VERSION_TEXT");
    let tools = root::recorded_tools(root)?;
    let have = tools.lines().find_map(|line| line.strip_prefix("rustc: "));
    let have = have.unwrap_or_default();
    if !built_by.is_empty() && built_by != have {
        bail!(
            "the kernel was built by `{built_by}`, the toolchain has `{have}`: Rust modules need the same compiler; \
             build the kernel with Debian 13's tools"
        );
    }
    if config.get("CONFIG_CC_IS_CLANG") == Some("y") {
        return Ok(vec!["LLVM=-19".to_owned()]);
    }
    let compiler = text("CONFIG_CC_VERSION_TEXT");
    let cc = compiler.split(' ').next().unwrap_or_default();
    let is_there = !cc.is_empty() && root.dir().join("usr/bin").join(cc).exists();
    if !is_there {
        bail!("the kernel was built by `{compiler}`, which the toolchain does not have");
    }
    Ok(vec![format!("CC={cc}"), format!("HOSTCC={cc}")])
}
