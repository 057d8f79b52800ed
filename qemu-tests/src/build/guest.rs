// SPDX-License-Identifier: GPL-2.0

//! The guest's PID 1: a static binary, built by the cargo that runs us, in a target folder of its own.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{bail, Result};

use crate::job;
use crate::paths::Paths;
use crate::ui::Step;

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Builds the binary; an explicit target keeps the static flag away from build scripts and proc macros.
///
/// # Errors
///
/// When cargo fails.
pub fn build(paths: &Paths) -> Result<PathBuf> {
    let out = paths.project.join("target/guest");
    let step = Step::new("guest", "building the guest's init");
    let mut cargo = cargo();
    cargo.current_dir(&paths.project);
    cargo
        .args([
            "build",
            "--release",
            "--package",
            "rnic-guest",
            "--target",
            TARGET,
            "--target-dir",
        ])
        .arg(&out);
    cargo.env("RUSTFLAGS", "-C target-feature=+crt-static");
    let log = paths.runs().join("guest.log");
    let _ = std::fs::remove_file(&log);
    let mut worked = false;
    job::run(cargo, &log, &step, |line| {
        if line.trim_start().starts_with("Compiling") {
            worked = true;
            step.message(line.trim());
        }
    })?
    .map_err(|failure| failure.into_error("building the guest's init"))?;
    let file = out.join(TARGET).join("release/rnic-guest");
    if !file.exists() {
        bail!("cargo made no {}", file.display());
    }
    if worked {
        step.done("init");
    } else {
        step.clear();
    }
    Ok(file)
}

/// Cargo as a user would start it: without what the outer cargo set for this program.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let set_for_us = text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST")
            || text.starts_with("CARGO_BIN");
        if set_for_us
            || matches!(
                &*text,
                "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE" | "LD_LIBRARY_PATH"
            )
        {
            cargo.env_remove(&name);
        }
    }
    cargo
}
