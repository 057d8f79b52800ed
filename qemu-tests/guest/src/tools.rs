// SPDX-License-Identifier: GPL-2.0

//! The ordinary tools: `ip`, `ethtool`, `bpftool`, as an administrator uses them.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};

use crate::ctl;

/// What a tool said.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// Whether it exited with 0.
    pub(crate) ok: bool,
    /// Exit status, -1 when a signal ended it.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

/// Longest that a tool may take: the slowest one loads a large program in some seconds, and in many when other machines run beside
/// this one. It finds hangs and is no part of any check.
const PATIENCE: Duration = Duration::from_secs(70);

/// Meanwhile the host is told now and then, to whom silence is a hang.
const NEWS: Duration = Duration::from_secs(10);

/// Runs a tool whether it succeeds or not.
///
/// # Errors
///
/// When it cannot be started, or hangs; then the kernel's view of it is in the error.
pub(crate) fn try_run(words: &[&str]) -> Result<Said> {
    let (tool, args) = words.split_first().context("no command")?;
    let mut command = Command::new(tool);
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().with_context(|| format!("run {tool}"))?;
    let pid = child.id();
    let (done, wait) = mpsc::channel();
    thread::spawn(move || done.send(child.wait_with_output()));
    let start = Instant::now();
    let output = loop {
        match wait.recv_timeout(NEWS) {
            Err(mpsc::RecvTimeoutError::Timeout) if start.elapsed() < PATIENCE => {
                ctl::log(&format!("{tool} takes its time"));
            }
            other => break other,
        }
    };
    let Ok(output) = output else {
        let state = |file: &str| read(&format!("/proc/{pid}/{file}")).unwrap_or_default();
        let (stat, wchan, stack) = (state("stat"), state("wchan"), state("stack"));
        bail!("{} hangs: {stat} in {wchan}\n{stack}", words.join(" "));
    };
    let output = output.with_context(|| format!("run {tool}"))?;
    Ok(Said {
        ok: output.status.success(),
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Runs a tool and gives its standard output.
///
/// # Errors
///
/// When it cannot be started or fails.
pub(crate) fn run(words: &[&str]) -> Result<String> {
    let said = try_run(words)?;
    if !said.ok {
        bail!(
            "{}: exit {}: {}{}",
            words.join(" "),
            said.code,
            said.err.trim(),
            said.out.trim()
        );
    }
    Ok(said.out)
}

/// Runs a command that is written as one line of words without quotes.
///
/// # Errors
///
/// When it cannot be started or fails.
pub(crate) fn line(command: &str) -> Result<String> {
    run(&command.split_whitespace().collect::<Vec<_>>())
}

/// Like [`line()`], whether it succeeds or not.
///
/// # Errors
///
/// When it cannot be started.
pub(crate) fn try_line(command: &str) -> Result<Said> {
    try_run(&command.split_whitespace().collect::<Vec<_>>())
}

/// A file's text without the white space at its ends.
///
/// # Errors
///
/// When it cannot be read; the path is in the error.
pub(crate) fn read(path: &str) -> Result<String> {
    Ok(fs::read_to_string(path)
        .with_context(|| format!("read {path}"))?
        .trim()
        .to_owned())
}

/// Writes a file of the kernel.
///
/// # Errors
///
/// When it cannot be written; the path is in the error.
pub(crate) fn write(path: &str, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("write {text:?} to {path}"))
}

/// Waits until something is so.
///
/// # Errors
///
/// When it is not so after some seconds.
pub(crate) fn wait_for(what: &str, is_so: impl Fn() -> bool) -> Result<()> {
    let start = Instant::now();
    while !is_so() {
        if start.elapsed() > Duration::from_secs(15) {
            bail!("{what} does not come");
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Gives back what slabs keep of freed memory, and what KASAN keeps from being used again for a while.
///
/// # Errors
///
/// When the kernel shows no slabs.
pub(crate) fn shrink_slabs() -> Result<()> {
    for cache in fs::read_dir("/sys/kernel/slab").context("the slabs")? {
        // An alias is listed too, and some cannot be shrunk.
        let _ = fs::write(cache?.path().join("shrink"), "1");
    }
    Ok(())
}
