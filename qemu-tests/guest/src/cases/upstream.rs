// SPDX-License-Identifier: GPL-2.0

//! One of the kernel tree's own test programs, in a pair; what it says goes to the host as it comes.
//!
//! Not listed: the host asks for it by name, with the program's name and, for some of its cases, theirs.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result};

use crate::case::{Case, Definition};
use crate::ctl;
use crate::eth::NAME;
use crate::pair::{LOCAL_V4, LOCAL_V6, REMOTE, REMOTE_V4, REMOTE_V6};

pub(super) const CASES: &[Definition] = &[Definition::on("pair", "upstream", upstream)];

/// Where the tests are.
const FOLDER: &str = "/ksft/tools/testing/selftests/drivers/net";

fn upstream(case: &mut Case<'_>) -> Result<()> {
    let file = case.args["file"].as_str().context("no file")?.to_owned();
    let cases = case.args["cases"].as_array().cloned().unwrap_or_default();
    let mut python = Command::new("python3");
    python.arg(format!("{file}.py")).current_dir(FOLDER);
    for name in &cases {
        python.args(["-t", name.as_str().context("a case that is no text")?]);
    }
    let environment = [
        ("NETIF", NAME),
        ("LOCAL_V4", LOCAL_V4),
        ("LOCAL_V6", LOCAL_V6),
        ("REMOTE_V4", REMOTE_V4),
        ("REMOTE_V6", REMOTE_V6),
        ("REMOTE_TYPE", "netns"),
        ("REMOTE_ARGS", REMOTE),
        ("KSFT_MACHINE_SLOW", "yes"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("PYTHONUNBUFFERED", "1"),
    ];
    let mut child = python
        .envs(environment)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("run python3")?;
    let complaints = child.stderr.take().context("no error output")?;
    let complaints = thread::spawn(move || {
        for line in BufReader::new(complaints).lines().map_while(Result::ok) {
            // As a diagnostic line, so that it is beside what it belongs to.
            ctl::send("ktap", &format!("# {line}"));
        }
    });
    let results = child.stdout.take().context("no output")?;
    for line in BufReader::new(results).lines() {
        ctl::send("ktap", &line?);
    }
    let status = child.wait()?;
    // A panic in it has been reported by the hook.
    let _ = complaints.join();
    case.ktap.check(
        "the program comes to its end",
        matches!(status.code(), Some(0 | 1)),
        status,
    );
    Ok(())
}
