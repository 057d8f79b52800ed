// SPDX-License-Identifier: GPL-2.0

//! What is promised about versions and lints: the kernel's rustc and crates, the newest of both, no warning anywhere.
//!
//! Lints, format and documentation are judged by the toolchain root's programs, which are the same on every machine; the
//! host's own clippy is asked too, if there is one. What must never happen: a check of other versions than the promised ones,
//! so they are read from what cargo resolved.

mod newest;
mod selftests;
mod versions;

use std::process::Command;
use std::time::Instant;

use anyhow::{ensure, Result};

use crate::boot::Workshop;
use crate::build::guest::cargo;
use crate::job;
use crate::report::{Outcome, Report, Verdict};
use crate::root_cargo::RootCargo;
use crate::ui::Step;

/// The libraries that Kbuild compiles too.
const LIBRARIES: [&str; 6] = ["-p", "meta-core", "-p", "meta-derive", "-p", "rnic-driver"];

/// A warning is an error.
const STRICT: &str = "RUSTFLAGS=-Dwarnings";

/// The same for documentation.
const STRICT_DOC: &str = "RUSTDOCFLAGS=-Dwarnings";

/// A check, and what came of it.
type Check = fn(&Workshop, &Step) -> Result<(Verdict, String)>;

const CHECKS: &[(&str, Check)] = &[
    ("pins::kernel_set", kernel_set),
    ("pins::newest", newest::check),
    ("pins::clippy", clippy),
    ("pins::clippy_newest", clippy_newest),
    ("pins::format", format),
    ("pins::doc", doc),
    ("pins::selftests_config", selftests::check),
];

/// Runs the checks whose names match.
pub fn run(workshop: &Workshop, matches: &dyn Fn(&str) -> bool, report: &mut Report) {
    for (name, check) in CHECKS.iter().filter(|(name, _)| matches(name)) {
        let step = Step::new("pins", name);
        let started = Instant::now();
        let (verdict, message) =
            check(workshop, &step).unwrap_or_else(|error| (Verdict::Broken, format!("{error:#}")));
        let outcome = Outcome {
            name: (*name).to_owned(),
            verdict,
            time: started.elapsed(),
            message,
        };
        report.add(outcome, &step);
        step.clear();
    }
}

/// Runs a command; its failure is a failed check, its output in the log.
fn judge(
    command: Command,
    log: &std::path::Path,
    what: &str,
    step: &Step,
) -> Result<(Verdict, String)> {
    let _ = std::fs::remove_file(log);
    let done = job::run(command, log, step, |line| {
        let line = line.trim();
        if ["Checking ", "Compiling ", "Documenting "]
            .iter()
            .any(|verb| line.starts_with(verb))
        {
            step.message(line);
        }
    })?;
    Ok(match done {
        Ok(()) => (Verdict::Passed, String::new()),
        Err(failure) => (Verdict::Failed, format!("{:#}", failure.into_error(what))),
    })
}

/// The libraries, with exactly the compiler and the crates that the kernel has.
fn kernel_set(workshop: &Workshop, step: &Step) -> Result<(Verdict, String)> {
    let root = RootCargo::new(workshop)?;
    let rustc = workshop.ground.root.output("rustc", &["--version"])?;
    ensure!(rustc.starts_with("rustc 1.85."), "the root has {rustc}");
    let mut tree = root.command(&[]);
    tree.args(versions::TREE).args(LIBRARIES);
    let differences = versions::differences(&job::output(tree)?);
    if !differences.is_empty() {
        return Ok((Verdict::Failed, differences.join("\n")));
    }
    let mut check = root.command(&[STRICT]);
    check.args(["check", "--lib"]).args(LIBRARIES);
    judge(check, &root.log("kernel_set"), "cargo check", step)
}

/// 1.85's clippy finds each mixture of shifts and masks unclear, and strings that are collected slow; both were taken back later.
fn clippy(workshop: &Workshop, step: &Step) -> Result<(Verdict, String)> {
    let root = RootCargo::new(workshop)?;
    let mut clippy = root.command(&[]);
    clippy.args(CLIPPY).args([
        "--allow",
        "clippy::precedence",
        "--allow",
        "clippy::format_collect",
    ]);
    judge(clippy, &root.log("clippy"), "cargo clippy", step)
}

const CLIPPY: [&str; 6] = [
    "clippy",
    "--workspace",
    "--all-targets",
    "--",
    "--deny",
    "warnings",
];

fn clippy_newest(workshop: &Workshop, step: &Step) -> Result<(Verdict, String)> {
    let mut version = cargo();
    version.args(["clippy", "--version"]);
    if job::output(version).is_err() {
        return Ok((Verdict::Skipped, "this cargo has no clippy".into()));
    }
    let mut clippy = cargo();
    clippy.current_dir(&workshop.paths.project).args(CLIPPY);
    let log = workshop.paths.runs().join("clippy.log");
    judge(clippy, &log, "cargo clippy", step)
}

fn format(workshop: &Workshop, step: &Step) -> Result<(Verdict, String)> {
    let root = RootCargo::new(workshop)?;
    let mut format = workshop
        .ground
        .root
        .command(&workshop.paths.project, "cargo");
    format.args(["fmt", "--all", "--", "--check", "--color", "never"]);
    judge(format, &root.log("format"), "cargo fmt", step)
}

fn doc(workshop: &Workshop, step: &Step) -> Result<(Verdict, String)> {
    let root = RootCargo::new(workshop)?;
    let mut doc = root.command(&[STRICT_DOC]);
    doc.args(["doc", "--workspace", "--no-deps"]);
    judge(doc, &root.log("doc"), "cargo doc", step)
}
