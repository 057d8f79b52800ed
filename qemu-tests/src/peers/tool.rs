// SPDX-License-Identifier: GPL-2.0

//! `xdp-meta` against those that know the same: bpftool for its text and JSON, a compiler for its C, the driver's own source
//! for its header.
//!
//! It reads the kernel's BTF, modules that are split from it, rnic.ko with a base of its own, and the blobs of layouts. What
//! must never happen: agreement on nothing, so each text has a least length.

pub mod c;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{ensure, Context, Result};
use meta_core::meta::XdpMeta as _;
use rnic_driver::layouts::RxMeta;

use super::agreement::section;
use crate::boot::Workshop;
use crate::build::guest;
use crate::build::module::{Module, Variant};
use crate::build::modules;
use crate::job;
use crate::lock::Lock;
use crate::ui::Step;

/// Lines that a kernel's BTF has at least, with one for each type.
const FEWEST: usize = 10_000;

/// One of the kernel's modules; others add nothing.
const MODULE: &str = "igb";

/// The tool, and what it is to read.
pub struct Subjects<'a> {
    workshop: &'a Workshop,
    tool: PathBuf,
    dir: PathBuf,
    /// rnic.ko.
    ours: PathBuf,
    /// The kernel.
    vmlinux: PathBuf,
    /// A module that is split from it, if there is one.
    split: Option<PathBuf>,
    /// Blobs of layouts.
    blobs: Vec<PathBuf>,
}

impl<'a> Subjects<'a> {
    fn new(workshop: &'a Workshop) -> Result<Self> {
        let _lock = Lock::take(
            &workshop.paths.runs().join("build.lock"),
            "this tree's build",
        )?;
        let module = Module::build(&workshop.paths, &workshop.ground, Variant::Plain)?;
        let tool = guest::build(&workshop.paths)?.tool;
        let dir = workshop.paths.runs().join("tool");
        std::fs::create_dir_all(&dir)?;
        let modules = modules::build(&workshop.paths, &workshop.ground)?;
        let vmlinux = dir.join("vmlinux.btf");
        std::fs::write(
            &vmlinux,
            section::named(&workshop.ground.kernel.vmlinux(), ".BTF")?,
        )?;
        let split = modules.named(MODULE).ok();
        let mut blobs = Vec::new();
        for (layout, blob) in RxMeta::LAYOUTS.iter().zip(RxMeta::BTF) {
            let path = dir.join(format!("{}.btf", layout.name));
            std::fs::write(&path, blob)?;
            blobs.push(path);
        }
        Ok(Self {
            workshop,
            tool,
            dir,
            ours: module.file,
            vmlinux,
            split,
            blobs,
        })
    }

    /// What the tool prints.
    fn tool(&self, words: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.tool);
        command.args(words);
        job::output(command)
    }

    /// What bpftool prints of a file.
    fn bpftool(&self, options: &[&str], file: &Path) -> Result<String> {
        let mut command = self.workshop.ground.root.command(&self.dir, "bpftool");
        command
            .args(options)
            .args(["btf", "dump", "file"])
            .arg(file);
        job::output(command)
    }

    /// All that stands alone, or has a base of its own.
    fn whole(&self) -> impl Iterator<Item = &PathBuf> {
        [&self.ours, &self.vmlinux].into_iter().chain(&self.blobs)
    }
}

/// Line by line what bpftool prints.
///
/// # Errors
///
/// When a tool fails.
pub fn text(workshop: &Workshop, step: &Step) -> Result<Vec<String>> {
    compare(workshop, step, &[], "text", str::to_owned)
}

/// What bpftool prints for machines.
///
/// # Errors
///
/// When a tool fails.
pub fn json(workshop: &Workshop, step: &Step) -> Result<Vec<String>> {
    compare(workshop, step, &["--json"], "json", |text| {
        // One type a line, so that a difference is short.
        without_signs(text).replace("{\"id\":", "\n{\"id\":")
    })
}

/// bpftool (7.5 and 7.7) extends the sign of an unsigned enum's values of 32 bits in JSON, though not in its text.
fn without_signs(text: &str) -> String {
    let mut parts = text.split("\"val\":");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
        let (digits, rest) = part.split_at(end);
        out += "\"val\":";
        match digits.parse::<u64>() {
            Ok(number) if number >> 31 == (1 << 33) - 1 => {
                out += &(number & 0xffff_ffff).to_string();
            }
            _ => out += digits,
        }
        out += rest;
    }
    out
}

fn compare(
    workshop: &Workshop,
    step: &Step,
    options: &[&str],
    format: &str,
    form: impl Fn(&str) -> String,
) -> Result<Vec<String>> {
    let subjects = Subjects::new(workshop)?;
    let mut wrong = Vec::new();
    let mut check = |file: &Path, base: Option<&Path>| -> Result<()> {
        let name = file.display().to_string();
        step.message(&name);
        let mut options = options.to_vec();
        let mut words = vec!["dump", &name, "--format", format];
        let base = base.map(|base| base.display().to_string());
        if let Some(base) = &base {
            options.extend(["--base-btf", base]);
            words.extend(["--base", base]);
        }
        let theirs = form(&subjects.bpftool(&options, file)?);
        let ours = form(&subjects.tool(&words)?);
        let least = if file == subjects.vmlinux { FEWEST } else { 3 };
        ensure!(
            theirs.lines().count() >= least,
            "bpftool says too little of {name}"
        );
        if let Some(difference) = difference(&ours, &theirs) {
            wrong.push(format!("{name}: {difference}"));
        }
        Ok(())
    };
    for file in subjects.whole() {
        check(file, None)?;
    }
    if let Some(split) = &subjects.split {
        check(split, Some(&subjects.vmlinux))?;
    }
    Ok(wrong)
}

/// The first line that differs.
fn difference(ours: &str, theirs: &str) -> Option<String> {
    if ours == theirs {
        return None;
    }
    let (mut a, mut b) = (ours.lines(), theirs.lines());
    for line in 1.. {
        match (a.next(), b.next()) {
            (None, None) => break,
            (a, b) if a == b => {}
            (a, b) => return Some(format!("line {line}: {a:?}, bpftool {b:?}")),
        }
    }
    Some("an end of line".to_owned())
}

/// The header that is made from rnic.ko is the one that is made from the driver's source.
///
/// # Errors
///
/// When a tool fails.
pub fn header(workshop: &Workshop, _: &Step) -> Result<Vec<String>> {
    let subjects = Subjects::new(workshop)?;
    let file = subjects.ours.display().to_string();
    let made = subjects.tool(&["header", &file])?;
    let mut declared = String::new();
    meta_core::header::write::<RxMeta>(&mut declared).context("writing to a string")?;
    Ok(difference(&made, &declared).into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::{difference, without_signs};

    #[test]
    fn only_extended_signs_are_taken_away() {
        let text = r#"{"val":18446744073709486080},{"val":-1},{"val":4294967295},{"val":18446744069414584320}"#;
        let expected =
            r#"{"val":4294901760},{"val":-1},{"val":4294967295},{"val":18446744069414584320}"#;
        assert_eq!(without_signs(text), expected);
    }

    #[test]
    fn a_difference_is_found_wherever_it_is() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        for other in ["a\nc\n", "a\n", "a\nb\nc\n", "a\nb"] {
            assert!(difference("a\nb\n", other).is_some(), "{other:?}");
        }
    }
}
