// SPDX-License-Identifier: GPL-2.0

//! A command that runs quietly: its output goes to a log file, its progress to a [`Step`].

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{bail, Context, Result};

use crate::ui::Step;

/// A finished command that did not succeed: its last lines, for a message that says why.
#[derive(Debug)]
pub struct Failure {
    /// How it ended.
    pub status: ExitStatus,
    /// The end of its output.
    pub tail: Vec<String>,
    /// The whole output.
    pub log: PathBuf,
}

impl Failure {
    /// The first line that looks like the cause, or the last one.
    pub fn cause(&self) -> &str {
        let is_cause = |line: &&String| {
            let lower = line.to_lowercase();
            lower.starts_with("e: ")
                || lower.contains("error")
                || lower.contains("***")
                || lower.contains("cannot")
        };
        self.tail
            .iter()
            .find(is_cause)
            .or(self.tail.last())
            .map_or("no output", |line| line.trim())
    }

    /// An error that shows the end of the output and names the log.
    pub fn into_error(self, what: &str) -> anyhow::Error {
        let shown = self.tail.len().saturating_sub(15);
        let tail: String = self.tail[shown..]
            .iter()
            .map(|line| format!("\n    {line}"))
            .collect();
        anyhow::anyhow!(
            "{what} failed ({}):{tail}\n  the whole log is {}",
            self.status,
            self.log.display()
        )
    }
}

/// Runs a command to its end; every line of output (both streams) goes to the log and to `line`.
///
/// # Errors
///
/// The outer error is for a command that could not be started; the inner one for a command that failed.
pub fn run(
    mut command: Command,
    log: &Path,
    step: &Step,
    mut line: impl FnMut(&str),
) -> Result<std::result::Result<(), Failure>> {
    let mut file = open_log(log)?;
    let mut write = |text: &str| {
        writeln!(file, "{text}").with_context(|| {
            format!(
                "cannot write the log {} (is the disk full?): make room, or set XDG_CACHE_HOME to a folder on another disk",
                log.display()
            )
        })
    };
    write(&format!("$ {command:?}"))?;
    let (reader, writer) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    // The parent's copies of the pipe's writing end live in the command.
    drop(command);
    let (sender, lines) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        let mut reader = BufReader::new(File::from(reader));
        let mut bytes = Vec::new();
        while let Ok(1..) = reader.read_until(b'\n', &mut bytes) {
            let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            bytes.clear();
            if sender.send(text).is_err() {
                break;
            }
        }
    });
    let mut tail: Vec<String> = Vec::new();
    loop {
        match lines.recv_timeout(Duration::from_secs(1)) {
            Ok(text) => {
                if let Err(error) = write(&text) {
                    // Nobody would see what it does.
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(error);
                }
                line(&text);
                step.tick();
                if tail.len() == 200 {
                    tail.remove(0);
                }
                tail.push(text);
            }
            Err(RecvTimeoutError::Timeout) => step.tick(),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = child.wait()?;
    let _ = thread.join();
    if status.success() {
        return Ok(Ok(()));
    }
    Ok(Err(Failure {
        status,
        tail,
        log: log.to_path_buf(),
    }))
}

/// The output of a short command.
///
/// # Errors
///
/// When it cannot be started or fails; the message has its error output.
pub fn output(mut command: Command) -> Result<String> {
    let program = format!("{command:?}");
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {program}"))?;
    if !output.status.success() {
        bail!(
            "{program} failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn open_log(path: &Path) -> Result<File> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("cannot write the log {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::run;
    use crate::ui::Step;

    #[test]
    fn a_full_disk_is_named_and_nothing_is_started() {
        let marker = std::env::temp_dir().join(format!("rnic-job-{}", std::process::id()));
        let mut command = Command::new("touch");
        command.arg(&marker);
        let step = Step::new("job", "a test");
        let error = run(command, Path::new("/dev/full"), &step, |_| {}).unwrap_err();
        let line = format!("{error:#}");
        assert!(
            line.contains("/dev/full") && line.contains("is the disk full?"),
            "{line}"
        );
        assert_eq!(line.lines().count(), 1);
        assert!(!marker.exists());
    }
}
