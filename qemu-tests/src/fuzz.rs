// SPDX-License-Identifier: GPL-2.0

//! A minute of fuzzing of what meets bytes from outside, by libFuzzer, on stable rustc.
//!
//! Coverage is what makes a fuzzer more than a die, so it must be seen to lead somewhere: what is covered must grow, and a
//! mistake that was planted must be found. The long runs are people's; see `meta-core/fuzz/README.md`.

mod log;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::build::guest::cargo;
use crate::job;
use crate::lock::Lock;
use crate::paths::Paths;
use crate::report::{Outcome, Verdict};
use crate::schedule::load::Load;
use crate::schedule::Job;
use crate::timing;
use crate::ui::Step;
use crate::wanted::Plan;
use log::Log;

/// A target, and the length of its longest input.
struct Target {
    name: &'static str,
    max_len: u32,
}

impl Target {
    /// Its name in reports.
    fn name(&self) -> String {
        format!("fuzz::{}", self.name)
    }
}

const TARGETS: &[Target] = &[
    Target {
        name: "reader",
        max_len: 4096,
    },
    Target {
        name: "pack",
        max_len: 48,
    },
];

/// How long each is fuzzed.
const TIME: Duration = Duration::from_secs(60);
/// How long the planted mistake may take; on an idle machine it takes a second or two.
const CONTROL: Duration = Duration::from_secs(120);

const TRIPLE: &str = "x86_64-unknown-linux-gnu";

/// As cargo-fuzz has it, but for the sanitizers, which take a nightly rustc.
const FLAGS: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg=fuzzing",
];

/// The targets that match, once they are built.
pub fn jobs(plan: Plan<'_>) -> Vec<Job<'_>> {
    let wanted = move || {
        TARGETS
            .iter()
            .filter(move |target| plan.wants(&target.name()))
    };
    if wanted().next().is_none() {
        return Vec::new();
    }
    let mut job = plan.job("fuzz targets", Load::Background, move |desk| {
        let step = Step::new("fuzz", "building the targets");
        let built = timing::part("build", "fuzz targets", || {
            build(&plan.workshop.paths, &step)
        });
        step.clear();
        let built = Arc::new(built);
        for target in wanted() {
            let built = Arc::clone(&built);
            desk.then(plan.job(&target.name(), Load::Busy, move |desk| {
                for _ in plan.times() {
                    let paths = &plan.workshop.paths;
                    desk.outcome(one(paths, &built, target, target.name()));
                }
            }));
        }
    });
    // Each fuzzes for a minute; begun last, they would run alone.
    job.opens = true;
    vec![job]
}

fn one(paths: &Paths, built: &Result<PathBuf>, target: &Target, name: String) -> Outcome {
    let started = Instant::now();
    let result = match built {
        Ok(bin) => fuzz(paths, bin, target),
        Err(error) => Err(anyhow::anyhow!("{error:#}")),
    };
    let (verdict, message) = match result {
        Ok(None) => (Verdict::Passed, String::new()),
        Ok(Some(found)) => (Verdict::Failed, found),
        Err(error) => (Verdict::Broken, format!("{error:#}")),
    };
    Outcome {
        name,
        verdict,
        time: started.elapsed(),
        message,
    }
}

/// Builds the targets; gives the folder that they are in.
fn build(paths: &Paths, step: &Step) -> Result<PathBuf> {
    let _lock = Lock::take(&paths.runs().join("fuzz.lock"), "this tree's fuzzing")?;
    let out = paths.project.join("target/fuzz");
    let mut cargo = cargo();
    cargo
        .current_dir(paths.project.join("meta-core/fuzz"))
        .args(["build", "--release", "--target", TRIPLE, "--target-dir"])
        .arg(&out)
        .env("RUSTFLAGS", FLAGS.join(" "))
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    let log = paths.runs().join("fuzz-build.log");
    let _ = std::fs::remove_file(&log);
    job::run(cargo, &log, step, |line| step.message(line.trim()))?.map_err(|failure| {
        failure.into_error("building the fuzz targets (libFuzzer takes a C++ compiler: g++)")
    })?;
    Ok(out.join(TRIPLE).join("release"))
}

/// The planted mistake, then the real thing; what was found.
fn fuzz(paths: &Paths, bin: &Path, target: &Target) -> Result<Option<String>> {
    let dir = paths.runs().join("fuzz").join(target.name);
    let _ = std::fs::remove_dir_all(&dir);
    let seeds = paths.project.join("meta-core/fuzz/seeds").join(target.name);
    let control = format!("control_{}", target.name);
    let log = libfuzzer(
        &bin.join(control),
        target,
        &dir.join("control"),
        &seeds,
        CONTROL,
    )?;
    if log.success || !log.text.contains("planted") {
        let tail = log.tail();
        return Ok(Some(format!("the planted mistake was not found\n{tail}")));
    }
    let log = libfuzzer(&bin.join(target.name), target, &dir, &seeds, TIME)?;
    Ok(log.finding())
}

fn libfuzzer(
    program: &Path,
    target: &Target,
    dir: &Path,
    seeds: &Path,
    time: Duration,
) -> Result<Log> {
    let corpus = dir.join("corpus");
    std::fs::create_dir_all(&corpus)?;
    let what = || format!("cannot start {}", program.display());
    // It dies with this thread.
    let output = Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "--"])
        .arg(program)
        .arg(format!("-max_total_time={}", time.as_secs()))
        .arg(format!("-max_len={}", target.max_len))
        .arg(format!("-artifact_prefix={}/", dir.display()))
        .args(["-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1"])
        .arg(&corpus)
        .arg(seeds)
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .output()
        .with_context(what)?;
    let log = Log::new(&output);
    std::fs::write(dir.join("log"), &log.text)?;
    Ok(log)
}
