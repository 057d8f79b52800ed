// SPDX-License-Identifier: GPL-2.0

//! A minute of fuzzing of what meets bytes from outside, by libFuzzer, on stable rustc.
//!
//! Coverage is what makes a fuzzer more than a die, so it must be seen to lead somewhere: what is covered must grow, and a
//! mistake that was planted must be found. The long runs are people's; see `meta-core/fuzz/README.md`.

mod log;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::boot::Workshop;
use crate::build::guest::cargo;
use crate::job;
use crate::lock::Lock;
use crate::paths::Paths;
use crate::report::{Outcome, Report, Verdict};
use crate::ui::Step;
use log::Log;

/// A target, and the length of its longest input.
struct Target {
    name: &'static str,
    max_len: u32,
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

/// How long each is fuzzed; they run side by side.
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

/// Fuzzes the targets that match, all at once.
pub fn run(workshop: &Workshop, matches: &dyn Fn(&str) -> bool, report: &mut Report) {
    let wanted: Vec<(&Target, String)> = TARGETS
        .iter()
        .map(|target| (target, format!("fuzz::{}", target.name)))
        .filter(|(_, name)| matches(name))
        .collect();
    if wanted.is_empty() {
        return;
    }
    let step = Step::new("fuzz", "building the targets");
    let built = build(&workshop.paths, &step);
    step.message("feeding the BTF reader and the packing of layouts");
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let running: Vec<_> = wanted
            .into_iter()
            .map(|(target, name)| {
                let built = &built;
                scope.spawn(move || one(&workshop.paths, built, target, name))
            })
            .collect();
        while running.iter().any(|thread| !thread.is_finished()) {
            std::thread::sleep(Duration::from_millis(200));
            step.tick();
        }
        running
            .into_iter()
            .filter_map(|thread| thread.join().ok())
            .collect()
    });
    for outcome in outcomes {
        report.add(outcome, &step);
    }
    step.clear();
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
