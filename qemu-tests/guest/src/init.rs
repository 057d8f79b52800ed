// SPDX-License-Identifier: GPL-2.0

//! PID 1: starts the agent, and waits for each process that its parent has left behind, so that none of them stays.

use std::convert::Infallible;
use std::env;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

use anyhow::{bail, Context, Result};
use rustix::process::{wait, Pid, WaitOptions};

/// Whether this process is the one that the kernel started.
pub(crate) fn is_this() -> bool {
    rustix::process::getpid().is_init()
}

/// Runs this program once more, as the agent, for as long as it lives: it switches the machine off before it ends.
///
/// # Errors
///
/// Always: that it could not be started, or how it ended.
pub(crate) fn run() -> Result<Infallible> {
    // There is no procfs yet that would say which program this is.
    let program = env::args_os().next().context("no name")?;
    let agent = Command::new(program).spawn().context("start the agent")?;
    loop {
        let Some((pid, status)) = wait(WaitOptions::empty())? else {
            continue;
        };
        if Pid::as_raw(Some(pid)) == agent.id() as i32 {
            let status = ExitStatus::from_raw(status.as_raw());
            bail!("the agent has ended: {status}");
        }
    }
}
