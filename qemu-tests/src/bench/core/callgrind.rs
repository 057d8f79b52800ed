// SPDX-License-Identifier: GPL-2.0

//! Instructions of one function and all that it calls, counted by valgrind's callgrind.

use std::path::PathBuf;

use anyhow::{ensure, Context, Result};

use crate::boot::Workshop;
use crate::job;

/// Callgrind in the toolchain root.
#[derive(Debug)]
pub struct Callgrind<'a> {
    workshop: &'a Workshop,
    folder: PathBuf,
}

/// A counted run.
#[derive(Debug)]
pub struct Run {
    /// Instructions in all calls of the function.
    pub instructions: u64,
    /// What the program printed.
    pub said: String,
}

impl<'a> Callgrind<'a> {
    /// Keeps its files in `folder`.
    pub fn new(workshop: &'a Workshop, folder: PathBuf) -> Self {
        Self { workshop, folder }
    }

    /// Runs a program and counts what happens in `function`.
    ///
    /// # Errors
    ///
    /// When the program fails, or never comes to the function.
    pub fn run(&self, function: &str, words: &[&str]) -> Result<Run> {
        let out = self.folder.join("callgrind.out");
        let _ = std::fs::remove_file(&out);
        let mut valgrind = self.workshop.ground.root.command(&self.folder, "valgrind");
        valgrind
            .args(["--quiet", "--tool=callgrind", "--collect-atstart=no"])
            .arg(format!("--toggle-collect={function}"))
            .arg(format!("--callgrind-out-file={}", out.display()))
            .args(words);
        let said = job::output(valgrind)?;
        let text = std::fs::read_to_string(&out).context("callgrind wrote nothing")?;
        let instructions = total(&text).context("callgrind's file has no total")?;
        ensure!(instructions > 0, "{function} was never called");
        Ok(Run {
            instructions,
            said: said.trim().to_owned(),
        })
    }
}

fn total(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("totals:"))?;
    line.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_total_is_found() {
        assert_eq!(
            super::total("events: Ir\nfn=(1) f\n12 3\ntotals: 34000\n"),
            Some(34_000)
        );
        assert_eq!(super::total("events: Ir\n"), None);
    }
}
