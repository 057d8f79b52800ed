// SPDX-License-Identifier: GPL-2.0

//! A kernel of our own, for what stock kernels cannot do: it watches the driver, and fails on request.
//!
//! It is built only when a case asks for it, from the source that Debian's kernel was built from. A build lives in a folder named after its key, the hash of the source's version, the resolved configuration and
//! the tools' versions. It is built in place and stamped last: without its stamp, make goes on where it stopped.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{bail, Context, Result};

use super::config::Config;
use super::kernel::Kernel;
use super::root;
use super::source::Source;
use super::toolchain;
use crate::hash::Key;
use crate::inside::Root;
use crate::job;
use crate::lock::{stamp, write_whole};
use crate::paths::Paths;
use crate::ui::Step;

const STAMP: &str = ".rnic-complete";
/// What the configuration asks for, on top of `tinyconfig`.
const FRAGMENT: &str = include_str!("../../kernel/debug.config");
/// Lines that a full build prints, for the bar.
const LINES: u64 = 2750;
/// The compiler of the main root.
const LLVM: &str = "LLVM=-19";

/// The build that the last set-up made, if nothing that decides it has changed.
pub fn existing(paths: &Paths) -> Option<Kernel> {
    let record = std::fs::read_to_string(paths.kernels().join("debug")).ok()?;
    let mut lines = record.lines();
    let (inputs, key, version) = (lines.next()?, lines.next()?, lines.next()?);
    let root = root::existing(paths, &toolchain::MAIN)?;
    if inputs != inputs_key(&root).ok()? {
        return None;
    }
    let dir = paths.kernels().join(key);
    dir.join(STAMP)
        .exists()
        .then(|| kernel(dir, key, version, &root))
}

/// Builds the kernel, or finds that it is built. The caller holds the set-up lock.
///
/// # Errors
///
/// When an option is lost, or the build fails.
pub fn create(paths: &Paths, root: &Root, source: &Source) -> Result<Kernel> {
    let config = resolve(paths, root, source)?;
    let tools = root::recorded_tools(root)?;
    let key = Key::default()
        .with(&source.version)
        .with(&config)
        .with(tools)
        .short();
    let dir = paths.kernels().join(&key);
    if !dir.join(STAMP).exists() {
        build(paths, root, source, &config, &dir)?;
        stamp(&dir.join(STAMP), &source.version)?;
    }
    let record = format!("{}\n{key}\n{}\n", inputs_key(root)?, source.version);
    write_whole(&paths.kernels().join("debug"), record)?;
    Ok(kernel(dir, &key, &source.version, root))
}

fn kernel(dir: PathBuf, key: &str, version: &str, root: &Root) -> Kernel {
    Kernel {
        name: format!("linux {version} (debugging)"),
        key: key.to_owned(),
        toolchain: root.clone(),
        make_args: vec![LLVM.into()],
        modules: dir.clone(),
        dir,
    }
}

/// Everything outside the source that decides a build.
fn inputs_key(root: &Root) -> Result<String> {
    Ok(Key::default()
        .with(FRAGMENT)
        .with(root::recorded_tools(root)?)
        .short())
}

/// `tinyconfig` with the fragment on top, as Kconfig resolves it.
fn resolve(paths: &Paths, root: &Root, source: &Source) -> Result<String> {
    let known = Key::default()
        .with(&source.version)
        .with(inputs_key(root)?)
        .short();
    let known = paths.kernels().join(format!("config-{known}"));
    if let Ok(config) = std::fs::read_to_string(&known) {
        return Ok(config);
    }
    let step = Step::new("kernel", "resolving the configuration");
    let dir = paths.kernels().join("resolve.tmp");
    if dir.exists() {
        std::fs::remove_dir_all(&dir)?;
    }
    std::fs::create_dir_all(&dir)?;
    std::fs::write(dir.join("fragment"), FRAGMENT)?;
    let run = |command: Command| -> Result<()> {
        job::run(command, &paths.log("kernel-config"), &step, |_| {})?
            .map_err(|failure| failure.into_error("configuring the kernel"))
    };
    run(make(root, source, &dir, &["tinyconfig"]))?;
    let mut merge = root.command(&source.dir, "./scripts/kconfig/merge_config.sh");
    merge
        .args(["-m", "-O"])
        .arg(&dir)
        .arg(dir.join(".config"))
        .arg(dir.join("fragment"));
    run(merge)?;
    run(make(root, source, &dir, &["olddefconfig"]))?;
    let config =
        std::fs::read_to_string(dir.join(".config")).context("the configuration was not made")?;
    let lost = Config::parse(&config).lacks(FRAGMENT);
    if !lost.is_empty() {
        bail!(
            "the kernel {} does not take these options: {}",
            source.version,
            lost.join(", ")
        );
    }
    std::fs::remove_dir_all(&dir)?;
    write_whole(&known, &config)?;
    step.clear();
    Ok(config)
}

fn build(paths: &Paths, root: &Root, source: &Source, config: &str, dir: &Path) -> Result<()> {
    let step = Step::new(
        "kernel",
        &format!(
            "building the debugging kernel (linux {}), once: about 18 minutes on 2 cores",
            source.version
        ),
    );
    step.total(LINES);
    let log = paths.log("kernel");
    std::fs::create_dir_all(dir)?;
    if std::fs::read_to_string(dir.join(".config")).ok().as_deref() != Some(config) {
        let _ = std::fs::remove_file(&log);
        std::fs::write(dir.join(".config"), config)?;
        job::run(
            make(root, source, dir, &["olddefconfig"]),
            &log,
            &step,
            |_| {},
        )?
        .map_err(|failure| failure.into_error("configuring the kernel"))?;
    }
    // What an interrupted build has done already is in its log.
    let before = std::fs::read_to_string(&log)
        .map_or(0, |text| text.lines().filter(|line| is_unit(line)).count());
    step.at(before as u64);
    let jobs = format!(
        "-j{}",
        std::thread::available_parallelism().map_or(2, usize::from) + 1
    );
    let command = make(root, source, dir, &[&jobs, "bzImage", "modules"]);
    job::run(command, &log, &step, |line| {
        if is_unit(line) {
            step.message(line.trim());
            step.advance();
        }
    })?
    .map_err(|failure| failure.into_error("building the kernel"))?;
    step.done(&format!("debugging kernel (linux {})", source.version));
    Ok(())
}

/// True for Kbuild's `  CC      file.o` lines.
fn is_unit(line: &str) -> bool {
    line.starts_with("  ")
        && line
            .trim()
            .split_once(' ')
            .is_some_and(|(verb, _)| verb.chars().all(|c| c.is_ascii_uppercase()))
}

fn make(root: &Root, source: &Source, dir: &Path, args: &[&str]) -> Command {
    let mut command = root.command(&source.dir, "make");
    command.arg(format!("O={}", dir.display())).arg(LLVM);
    // The same bits on every machine and every day.
    command.args([
        "KBUILD_BUILD_TIMESTAMP=@0",
        "KBUILD_BUILD_USER=rnic",
        "KBUILD_BUILD_HOST=rnic",
    ]);
    command.args(args);
    command
}

#[cfg(test)]
mod tests {
    use super::is_unit;

    #[test]
    fn only_kbuild_lines_count() {
        assert!(is_unit("  CC      kernel/fork.o"));
        assert!(is_unit("  RUSTC L rust/core.o"));
        assert!(!is_unit("make[1]: Entering directory"));
        assert!(!is_unit("warning: something"));
    }
}
