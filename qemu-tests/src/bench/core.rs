// SPDX-License-Identifier: GPL-2.0

//! `cargo qemu bench core`: what the derived writer, the BTF reader and the macros cost, beside others that do the same.
//!
//! All of it is built and run in the toolchain root, so compilers and libraries are the same on every machine, and counts of
//! instructions come out the same. What must never happen: figures for different work, so answers are compared.

mod callgrind;
mod expansion;
mod kernel;
pub mod table;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};

use crate::boot::Workshop;
use crate::job;
use crate::lock::Lock;
use crate::peers::agreement::section;
use crate::results;
use crate::root_cargo::RootCargo;
use crate::ui::Step;
use callgrind::Callgrind;

/// Ways to make a record, as functions of `meta-bench` are called.
const WRITERS: [&str; 6] = [
    "derived_writer",
    "clang_twin_selects",
    "clang_twin_branches",
    "cc_twin_selects",
    "cc_twin_branches",
    "accessors",
];

/// What packets have.
const INPUTS: [&str; 2] = ["full", "any"];

/// Records that each of them makes.
const RECORDS: u64 = 1000;

/// What reads BTF, besides libbpf.
const READERS: [&str; 3] = ["ours", "ours-indexed", "btf-rs"];

/// What the task is called in all programs.
const TASK: &str = "measured";

/// Runs the measurements, prints them and writes the file.
///
/// # Errors
///
/// When something cannot be built or run, or contenders gave different answers.
pub fn run(workshop: &Workshop, json: Option<&Path>) -> Result<()> {
    let folder = workshop.paths.project.join("target/bench");
    std::fs::create_dir_all(&folder)?;
    let _lock = Lock::take(&folder.join("lock"), "this tree's measurements")?;
    let root = RootCargo::new(workshop)?;
    let step = Step::new("bench", "building");
    let program = build(&root, &step)?;
    let callgrind = Callgrind::new(workshop, folder.clone());
    step.message("counting what records take");
    let mut result = json!({
        "kernel": workshop.ground.kernel.name,
        "tools": crate::setup::root::recorded_tools(&workshop.ground.root)?.lines().collect::<Vec<_>>(),
        "record_in_kernel": kernel::count(workshop)?,
        "record_in_user_space": records(&callgrind, &program)?,
    });
    step.message("counting what reading the kernel's BTF takes");
    result["btf"] = readers(workshop, &callgrind, &program, &folder)?;
    step.message("timing macros");
    result["expansion"] = expansion::measure(workshop, &root, &folder, &step)?;
    step.done("all measured");
    println!("{}", table::markdown(&result));
    json.map_or(Ok(()), |path| results::keep(path, &result))
}

/// The contenders that are written in Rust.
fn build(root: &RootCargo<'_>, step: &Step) -> Result<PathBuf> {
    let mut build = root.command(&[]);
    build.args(["build", "--release", "--package", "meta-bench"]);
    let log = root.log("bench");
    let _ = std::fs::remove_file(&log);
    job::run(build, &log, step, |line| step.message(line.trim()))?
        .map_err(|failure| failure.into_error("building meta-bench"))?;
    Ok(root.target().join("release/meta-bench"))
}

/// Instructions of one record, for each way to make it.
fn records(callgrind: &Callgrind<'_>, program: &Path) -> Result<Value> {
    let (program, count) = (program.to_string_lossy(), RECORDS.to_string());
    let mut counts = Vec::new();
    let mut said = [None, None];
    for name in WRITERS {
        let mut row = json!({ "name": name });
        for (input, said) in INPUTS.iter().zip(&mut said) {
            let run = callgrind.run(
                &format!("*{name}*"),
                &[&program, "write", name, input, &count],
            )?;
            row[*input] = json!(run.instructions as f64 / RECORDS as f64);
            let first = said.get_or_insert_with(|| run.said.clone());
            ensure!(*first == run.said, "{name} makes other records of {input}");
        }
        counts.push(row);
    }
    Ok(json!({ "records": RECORDS, "writers": counts }))
}

/// Instructions and memory of reading the kernel's BTF.
fn readers(
    workshop: &Workshop,
    callgrind: &Callgrind<'_>,
    program: &Path,
    folder: &Path,
) -> Result<Value> {
    let bytes = section::named(&workshop.ground.kernel.vmlinux(), ".BTF")?;
    let file = folder.join("vmlinux.btf");
    std::fs::write(&file, &bytes)?;
    let (program, file) = (program.to_string_lossy(), file.to_string_lossy());
    let libbpf = libbpf(workshop, folder)?;
    let libbpf = libbpf.to_string_lossy();
    let mut commands: Vec<(&str, Vec<&str>)> = READERS
        .iter()
        .map(|name| (*name, vec![&*program, "read", *name, &*file]))
        .collect();
    commands.push(("libbpf", vec![&*libbpf, &*file]));
    let (mut answers, mut rows) = (Vec::new(), Vec::new());
    for (name, words) in commands {
        // Memory is the process's own, so it is asked for without the profiler around.
        let mut plain = workshop.ground.root.command(folder, words[0]);
        plain.args(&words[1..]);
        let said = job::output(plain)?;
        let (answer, peak) = said.trim().split_once(" peak ").context("no answer")?;
        let counted = callgrind.run(TASK, &words)?;
        rows.push(json!({
            "name": name,
            "instructions": counted.instructions,
            "peak_kib": peak.parse::<u64>()?,
        }));
        answers.push(answer.to_owned());
    }
    ensure!(
        answers.iter().all(|answer| *answer == answers[0]),
        "not all readers say the same: {answers:?}"
    );
    Ok(json!({ "bytes": bytes.len(), "answer": answers[0], "readers": rows }))
}

/// The contender that is written in C, with the libbpf that the kernel's build made of its own tree.
fn libbpf(workshop: &Workshop, folder: &Path) -> Result<PathBuf> {
    let kernel = &workshop.ground.kernel.dir;
    let built = kernel.join("tools/bpf/resolve_btfids/libbpf");
    ensure!(
        built.join("libbpf.a").exists(),
        "the kernel build has no {}",
        built.display()
    );
    let out = folder.join("libbpf");
    let mut gcc: Command = workshop.ground.root.command(folder, "gcc");
    gcc.args(["-O2", "-o"]).arg(&out);
    gcc.arg(workshop.paths.project.join("meta-core/bench/c/libbpf.c"));
    for headers in [
        built.join("include"),
        kernel.join("source/tools/include/uapi"),
    ] {
        gcc.arg("-I").arg(headers);
    }
    gcc.arg(built.join("libbpf.a")).args(["-lelf", "-lz"]);
    job::output(gcc)?;
    Ok(out)
}
