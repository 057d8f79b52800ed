// SPDX-License-Identifier: GPL-2.0

//! A kernel that the user built: checked before anything is tried with it.

use std::path::Path;

use anyhow::{bail, Context, Result};

use super::config::Config;
use super::kernel::{compilers, release, source_of, Kernel};
use super::{series, stock};
use crate::hash::Key;
use crate::inside::Root;

/// Checks the build tree in `dir` (an `O=` folder, or a source tree built in place) without any tools.
///
/// # Errors
///
/// When it is no kernel build, or lacks options (all are named) or files.
pub fn check(dir: &Path) -> Result<Config> {
    let config = std::fs::read_to_string(dir.join(".config")).with_context(|| {
        format!(
            "{} is not a configured kernel build: it has no .config",
            dir.display()
        )
    })?;
    let parsed = Config::parse(&config);
    let missing = parsed.lacks_needed();
    if !missing.is_empty() {
        bail!(
            "the kernel in {} cannot be used; set these options and build it again:\n    {}",
            dir.display(),
            missing.join("\n    ")
        );
    }
    let unbuilt: Vec<&str> = [
        "arch/x86/boot/bzImage",
        "vmlinux",
        "Module.symvers",
        "rust/libkernel.rmeta",
    ]
    .into_iter()
    .filter(|file| !dir.join(file).exists())
    .collect();
    if !unbuilt.is_empty() {
        bail!(
            "the kernel in {} is not built ({} missing): run make bzImage modules",
            dir.display(),
            unbuilt.join(", ")
        );
    }
    stock::fits(dir, &release(dir))?;
    Ok(parsed)
}

/// Opens the build tree in `dir`.
///
/// # Errors
///
/// Those of [`check`], or when another rustc built it.
pub fn open(dir: &Path, root: &mut Root) -> Result<Kernel> {
    let dir = dir
        .canonicalize()
        .with_context(|| format!("there is no kernel build at {}", dir.display()))?;
    let parsed = check(&dir)?;
    let source = source_of(&dir);
    root.bind(&dir);
    root.bind(&source);
    let image = std::fs::metadata(dir.join("arch/x86/boot/bzImage"))?;
    let built = image
        .modified()?
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos();
    let mut make_args = compilers(&parsed, root)
        .with_context(|| format!("the kernel in {} cannot be used", dir.display()))?;
    let release = release(&dir);
    make_args.extend(series::insistence(&release));
    Ok(Kernel {
        key: Key::default()
            .with(dir.to_string_lossy().as_bytes())
            .with(parsed.text())
            .with(built.to_le_bytes())
            .short(),
        name: format!("linux {} in {}", release, dir.display()),
        toolchain: root.clone(),
        make_args,
        modules: dir.clone(),
        dir,
    })
}
