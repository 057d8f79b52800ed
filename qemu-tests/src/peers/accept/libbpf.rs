// SPDX-License-Identifier: GPL-2.0

//! libbpf itself: parsed in each way that it has, printed as C, de-duplicated.
//!
//! De-duplication must find nothing: every type is in a blob once.

use std::path::Path;

use anyhow::{ensure, Result};

use super::blobs::Blob;
use super::{broken, missing_code, Table};
use crate::boot::Workshop;
use crate::job;
use crate::ui::Step;

/// The program that asks.
const PROGRAM: &str = include_str!("libbpf.c");

/// Compiles the program and asks it about everything.
///
/// # Errors
///
/// When the program cannot be made or run.
pub fn test(workshop: &Workshop, step: &Step) -> Result<Vec<String>> {
    let table = Table::new(workshop, "libbpf")?;
    let (source, program) = (
        table.serve("peer.c", PROGRAM.as_bytes())?,
        table.dir.join("peer"),
    );
    let mut compile = table.command("gcc");
    compile.args(["-Wall", "-Wextra", "-Werror", "-O1", "-o"]);
    compile.arg(&program).arg(source).arg("-lbpf");
    job::output(compile)?;

    let ask = |file: &Path, base: Option<&Path>| {
        let mut command = table.command(&program.to_string_lossy());
        command.arg(file).args(base);
        command
    };
    let wrong = table.run(step, ask, judge)?;
    let doubled = table.ask(&ask, None, &broken::doubled())?;
    ensure!(
        doubled.taken && doubled.text.contains("//merged 1\n"),
        "a type was there twice, and libbpf did not merge it: {}{}",
        doubled.text,
        doubled.errors
    );
    Ok(wrong)
}

/// What is wrong with the program's answer.
fn judge(blob: &Blob, text: &str) -> Vec<String> {
    let mut wrong = missing_code(blob, text);
    for line in [format!("//types {}", blob.types), "//merged 0".to_owned()] {
        if !text.lines().any(|have| have == line) {
            wrong.push(format!("no {line:?}: {text}"));
        }
    }
    wrong
}
