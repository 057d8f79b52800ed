// SPDX-License-Identifier: GPL-2.0

//! An interactive shell on the machine's terminal.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

/// Runs a shell until it ends.
///
/// # Errors
///
/// When there is no terminal or no shell.
pub(crate) fn run() -> Result<()> {
    let terminal = ["/dev/hvc0", "/dev/ttyS0"]
        .into_iter()
        .find(|path| Path::new(path).exists());
    let terminal = terminal.context("no terminal")?;
    let open = || File::options().read(true).write(true).open(terminal);
    // A session of its own, with the terminal in control of it, so that ^C reaches the foreground job.
    let mut shell = Command::new("/bin/busybox");
    // Not busybox's shell: it prefers its own ip to the real one.
    shell.args(["setsid", "-c", "/usr/bin/bash", "--norc"]);
    shell
        .env("PS1", "rnic:\\w# ")
        .env("HOME", "/")
        .env("TERM", "linux");
    shell.stdin(open()?).stdout(open()?).stderr(open()?);
    shell.status().context("run bash")?;
    Ok(())
}
