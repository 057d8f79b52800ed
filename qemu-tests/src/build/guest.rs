// SPDX-License-Identifier: GPL-2.0

//! What runs in the guest: PID 1 with the agent, and the tool `xdp-meta`, static binaries, built by the cargo that runs us, in a
//! target folder of their own.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{bail, Result};

use crate::job;
use crate::paths::Paths;
use crate::ui::Step;

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The binaries.
#[derive(Clone, Debug)]
pub struct Programs {
    /// PID 1 and the agent.
    pub init: PathBuf,
    /// `xdp-meta`.
    pub tool: PathBuf,
}

/// Builds them; an explicit target keeps the static flag away from build scripts and proc macros.
///
/// # Errors
///
/// When cargo fails.
pub fn build(paths: &Paths) -> Result<Programs> {
    let out = paths.project.join("target/guest");
    let step = Step::new("guest", "building the guest's programs");
    let mut cargo = cargo();
    cargo.current_dir(&paths.project);
    cargo
        .args([
            "build",
            "--release",
            "--package",
            "rnic-guest",
            "--package",
            "meta-tool",
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
    .map_err(|failure| failure.into_error("building the guest's programs"))?;
    let programs = Programs {
        init: out.join(TARGET).join("release/rnic-guest"),
        tool: out.join(TARGET).join("release/xdp-meta"),
    };
    for file in [&programs.init, &programs.tool] {
        if !file.exists() {
            bail!("cargo made no {}", file.display());
        }
    }
    if worked {
        step.done("init and xdp-meta");
    } else {
        step.clear();
    }
    Ok(programs)
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
