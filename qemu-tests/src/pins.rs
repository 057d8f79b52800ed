// SPDX-License-Identifier: GPL-2.0

//! What is promised about versions and lints: the kernel's rustc and crates, the newest of both, no warning anywhere.
//!
//! Lints, format and documentation are judged by the toolchain root's programs, which are the same on every machine; the
//! host's own clippy is asked too, if there is one. What must never happen: a check of other versions than the promised ones,
//! so they are read from what cargo resolved.

mod newest;
mod versions;

use std::process::Command;

use anyhow::{ensure, Result};

use crate::boot::Workshop;
use crate::build::guest::cargo;
use crate::job;
use crate::report::{Outcome, Verdict};
use crate::root_cargo::RootCargo;
use crate::schedule::load::Load;
use crate::schedule::Job;
use crate::ui::Step;
use crate::wanted::Plan;

/// The libraries that Kbuild compiles too.
const LIBRARIES: [&str; 6] = ["-p", "meta-core", "-p", "meta-derive", "-p", "rnic-driver"];

/// A warning is an error.
const STRICT: &str = "RUSTFLAGS=-Dwarnings";

/// The same for documentation.
const STRICT_DOC: &str = "RUSTDOCFLAGS=-Dwarnings";

/// A check, and what came of it.
type Check = fn(&Workshop, &Step) -> Result<(Verdict, String)>;

/// Each with the target folder that it fills, which takes one cargo at a time.
const CHECKS: &[(&str, Folder, Check)] = &[
    ("pins::kernel_set", Folder::Root, kernel_set),
    ("pins::newest", Folder::Own, newest::check),
    ("pins::clippy", Folder::Root, clippy),
    ("pins::clippy_newest", Folder::Host, clippy_newest),
    ("pins::format", Folder::Root, format),
    ("pins::doc", Folder::Root, doc),
];

/// Where a check's cargo works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Folder {
    /// Where the toolchain root's cargo works.
    Root,
    /// Where the workspace's tests are compiled.
    Host,
    /// Nobody else's, or none.
    Own,
}

/// The checks whose names match: those of the root one behind the other. That of the host's folder is not among them.
pub fn jobs<'a>(plan: Plan<'a>) -> Vec<Job<'a>> {
    let mut jobs: Vec<Job<'a>> = checks(plan, Folder::Own)
        .map(|(name, check)| {
            plan.job(name, Load::Background, move |desk| {
                for _ in plan.times() {
                    desk.outcome(Outcome::of(name, |step| check(plan.workshop, step)));
                }
            })
        })
        .collect();
    if checks(plan, Folder::Root).next().is_some() {
        jobs.push(plan.job("pins of the root", Load::Background, move |desk| {
            for (name, check) in checks(plan, Folder::Root) {
                for _ in plan.times() {
                    desk.outcome(Outcome::of(name, |step| check(plan.workshop, step)));
                }
            }
        }));
    }
    jobs
}

/// Those that are wanted and work in a folder.
fn checks(plan: Plan<'_>, folder: Folder) -> impl Iterator<Item = (&'static str, Check)> + '_ {
    let all = CHECKS.iter().filter(move |(_, of, _)| *of == folder);
    all.filter(move |(name, _, _)| plan.wants(name))
        .map(|(name, _, check)| (*name, *check))
}

/// What works where the workspace's tests are compiled, so that neither waits for the other.
pub fn after_host_tests(plan: Plan<'_>, each: &mut dyn FnMut(Outcome)) {
    for (name, check) in checks(plan, Folder::Host) {
        for _ in plan.times() {
            each(Outcome::of(name, |step| check(plan.workshop, step)));
        }
    }
}

/// Whether there is any of that.
pub fn any_after_host_tests(plan: Plan<'_>) -> bool {
    checks(plan, Folder::Host).next().is_some()
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
