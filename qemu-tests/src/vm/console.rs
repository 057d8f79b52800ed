// SPDX-License-Identifier: GPL-2.0

//! The kernel's log of one machine: kept whole, judged line by line.

use std::path::Path;

use crate::splat::{Allowed, Splat};

/// What the guest writes into the log when a case is over.
const END: &str = "rnic-guest: end of case";

/// A log that grows.
#[derive(Clone, Debug, Default)]
pub struct Console {
    lines: Vec<String>,
    complaints: Vec<String>,
    splats: Vec<(usize, Splat)>,
    ended: bool,
}

impl Console {
    /// Adds a line.
    pub fn push(&mut self, line: &str) {
        if let Some(splat) = Allowed::standard().judge(line) {
            self.splats.push((self.lines.len(), splat));
        }
        self.ended |= line.contains(END);
        self.lines.push(line.to_owned());
    }

    /// True when the guest has said that its case is over.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Adds something that QEMU itself said.
    pub fn complain(&mut self, text: &str) {
        self.complaints.extend(text.lines().map(str::to_owned));
    }

    /// What QEMU said.
    pub fn complaints(&self) -> &[String] {
        &self.complaints
    }

    /// The first line that should not be there.
    pub fn first_splat(&self) -> Option<&str> {
        self.splats.first().map(|(_, splat)| splat.text.as_str())
    }

    /// True when the machine is about to die.
    pub fn is_fatal(&self) -> bool {
        self.splats.iter().any(|(_, splat)| splat.fatal)
    }

    /// The lines around the first bad one, or the last `count`.
    pub fn excerpt(&self, count: usize) -> &[String] {
        let first = self
            .splats
            .first()
            .map_or(self.lines.len().saturating_sub(count), |(at, _)| {
                at.saturating_sub(3)
            });
        &self.lines[first..self.lines.len().min(first + count)]
    }

    /// Writes the log to a file; best effort, it is for people.
    pub fn write(&self, path: &Path) {
        if let Some(parent) = path.parent() {
            let _ = std::fs::create_dir_all(parent);
        }
        let _ = std::fs::write(path, self.lines.join("\n") + "\n");
    }
}
