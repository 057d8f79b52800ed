// SPDX-License-Identifier: GPL-2.0

//! A kernel that modules are built for and that a machine boots, whoever built it.
//!
//! Every kernel looks the same from here: an `O=` folder with the image, the BTF and the symbols, and a folder with its own modules.
//! How it came there is said by `stock` (Debian's), `debug_kernel` (ours) and `own_kernel` (the user's).

use std::path::{Path, PathBuf};

use anyhow::{bail, Result};

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
    /// The root whose compilers are those of this kernel.
    pub toolchain: Root,
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
    let tools = root::recorded_tools(root)?;
    choose(config, &tools, |program| {
        root.dir().join("usr/bin").join(program).exists()
    })
}

fn choose(config: &Config, tools: &str, is_there: impl Fn(&str) -> bool) -> Result<Vec<String>> {
    let text = |name: &str| {
        let value = config.get(name).unwrap_or_default();
        value.trim_matches('"').to_owned()
    };
    let built_by = text("CONFIG_RUSTC_VERSION_TEXT");
    let have = tools.lines().find_map(|line| line.strip_prefix("rustc: "));
    let have = have.unwrap_or_default();
    if !built_by.is_empty() && built_by != have {
        bail!(
            "the kernel was built by `{built_by}`, the toolchain has `{have}`: Rust modules need the same compiler; \
             build the kernel with that, or take another kernel"
        );
    }
    if config.get("CONFIG_CC_IS_CLANG") == Some("y") {
        return Ok(vec!["LLVM=-19".to_owned()]);
    }
    let compiler = text("CONFIG_CC_VERSION_TEXT");
    let cc = compiler.split(' ').next().unwrap_or_default();
    if cc.is_empty() || !is_there(cc) {
        bail!("the kernel was built by `{compiler}`, which the toolchain does not have: build it with Debian 13's gcc or clang 19");
    }
    Ok(vec![format!("CC={cc}"), format!("HOSTCC={cc}")])
}

#[cfg(test)]
mod tests {
    use super::choose;
    use crate::setup::config::Config;

    const TOOLS: &str = "rustc: rustc 1.85.1 (4eb161250 2025-03-15) (built from a source tarball)\nbindgen: bindgen 0.71.1\n";
    const RUSTC: &str = "CONFIG_RUSTC_VERSION_TEXT=\"rustc 1.85.1 (4eb161250 2025-03-15) (built from a source tarball)\"\n";

    fn chosen(config: &str) -> Result<String, String> {
        let config = Config::parse(&format!("{RUSTC}{config}"));
        let args = choose(&config, TOOLS, |program| {
            program == "x86_64-linux-gnu-gcc-14"
        });
        args.map(|args| args.join(" "))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_module_is_compiled_by_the_compiler_of_its_kernel() {
        let gcc = "CONFIG_CC_VERSION_TEXT=\"x86_64-linux-gnu-gcc-14 (Debian 14.2.0-19) 14.2.0\"\n";
        let args = "CC=x86_64-linux-gnu-gcc-14 HOSTCC=x86_64-linux-gnu-gcc-14";
        assert_eq!(chosen(gcc).as_deref(), Ok(args));
        assert_eq!(chosen("CONFIG_CC_IS_CLANG=y\n").as_deref(), Ok("LLVM=-19"));
    }

    #[test]
    fn another_compiler_is_refused_by_name() {
        let refusal = chosen("CONFIG_CC_VERSION_TEXT=\"gcc-16 (Debian 16.2.0-1) 16.2.0\"\n");
        assert!(refusal.unwrap_err().contains("gcc-16 (Debian 16.2.0-1)"));
        let other = Config::parse("CONFIG_RUSTC_VERSION_TEXT=\"rustc 1.97.1 (x)\"\n");
        let refusal = choose(&other, TOOLS, |_| true).unwrap_err().to_string();
        assert!(refusal.contains("1.97.1") && refusal.contains("1.85.1"));
    }
}
