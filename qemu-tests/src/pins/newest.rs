// SPDX-License-Identifier: GPL-2.0

//! The libraries with the newest syn, quote and proc-macro2, and the host's rustc: a copy without the pins.

use std::path::Path;

use anyhow::{ensure, Context, Result};

use super::{judge, LIBRARIES, STRICT};
use crate::boot::Workshop;
use crate::build::guest::cargo;
use crate::report::Verdict;
use crate::ui::Step;

/// Pinned requirements, and what they are in the copy.
const RELAXED: [(&str, &str); 3] = [
    ("\"=2.0.106\"", "\"2\""),
    ("\"=1.0.40\"", "\"1\""),
    ("\"=1.0.101\"", "\"1\""),
];

/// Checks the copy.
pub fn check(workshop: &Workshop, step: &Step) -> Result<(Verdict, String)> {
    let project = &workshop.paths.project;
    let copy = project.join("target/newest");
    let members = LIBRARIES.iter().copied().filter(|word| *word != "-p");
    for member in members {
        let (from, to) = (project.join(member), copy.join(member));
        if to.exists() {
            std::fs::remove_dir_all(&to)?;
        }
        copy_tree(&from.join("src"), &to.join("src"))?;
        std::fs::write(to.join("Cargo.toml"), relaxed(&from)?)?;
    }
    std::fs::write(copy.join("Cargo.toml"), workspace(project)?)?;
    let lock = copy.join("Cargo.lock");
    if lock.exists() {
        std::fs::remove_file(lock)?;
    }
    let (name, value) = STRICT.split_once('=').context("no flag")?;
    let mut check = cargo();
    check
        .current_dir(&copy)
        .env(name, value)
        .env("CARGO_TARGET_DIR", copy.join("target"))
        .env("CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS", "allow")
        .args(["check", "--lib"])
        .args(LIBRARIES);
    judge(check, &copy.join("check.log"), "cargo check", step)
}

/// A member's manifest without pins, and without what only its tests need.
fn relaxed(member: &Path) -> Result<String> {
    let mut text = std::fs::read_to_string(member.join("Cargo.toml"))?;
    let is_derive = text.contains("proc-macro = true");
    for (pin, any) in RELAXED {
        ensure!(!is_derive || text.contains(pin), "{pin} is no longer there");
        text = text.replace(pin, any);
    }
    let mut is_kept = true;
    let kept = text.lines().filter(|line| {
        if line.starts_with('[') {
            is_kept = !["[dev-dependencies", "[[test", "[[bench", "[features"]
                .iter()
                .any(|section| line.starts_with(section));
        }
        is_kept
    });
    Ok(kept.map(|line| format!("{line}\n")).collect())
}

/// The workspace's manifest with just these members.
fn workspace(project: &Path) -> Result<String> {
    let text = std::fs::read_to_string(project.join("Cargo.toml"))?;
    let start = text
        .find("members = [")
        .context("the workspace has no members")?;
    let end = start
        + text[start..]
            .find(']')
            .context("the list of members has no end")?
        + 1;
    let members = "members = [\"meta-core\", \"meta-derive\", \"rnic-driver\"]";
    Ok(format!("{}{members}{}", &text[..start], &text[end..]))
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
