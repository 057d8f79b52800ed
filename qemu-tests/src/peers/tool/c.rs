// SPDX-License-Identifier: GPL-2.0

//! `xdp-meta dump --format c`, compiled: the BTF that a compiler and pahole make of it has the same types.
//!
//! The compiler is the kernel's own, clang, which knows type tags. What is compared is every struct, union, enum and typedef,
//! down to members' offsets and types; `xdp-meta diff` does it, which must find a planted mistake. Three things are not the
//! same in C and are let pass: the second of several types of one name has another (`___2`); a member without a name has a type
//! without one; and compilers add types of their own.

use std::path::Path;

use anyhow::{ensure, Context, Result};
use serde_json::Value;

use super::Subjects;
use crate::boot::Workshop;
use crate::job;
use crate::ui::Step;

/// Kinds that C from types can not give: what is not used is not compiled.
const NOT_TYPES: &[&str] = &["function", "variable", "number"];

/// Compiles and compares.
///
/// # Errors
///
/// When a tool fails.
pub fn test(workshop: &Workshop, step: &Step) -> Result<Vec<String>> {
    let subjects = Subjects::new(workshop)?;
    let mut wrong = Vec::new();
    for file in subjects.whole() {
        step.message(&file.display().to_string());
        wrong.extend(subjects.compiled(file, None, |text| text)?);
    }
    if let Some(split) = &subjects.split {
        wrong.extend(subjects.compiled(split, Some(&subjects.vmlinux), |text| text)?);
    }
    let planted = subjects.compiled(&subjects.ours, None, |text| {
        text.replacen("rx_hash_type;", "rx_hash_type, more;", 1)
    })?;
    ensure!(
        !planted.is_empty(),
        "a member was added to the C, and nothing was noticed"
    );
    Ok(wrong)
}

impl Subjects<'_> {
    /// Differences between a file's types and those of its C.
    fn compiled(
        &self,
        file: &Path,
        base: Option<&Path>,
        change: impl Fn(String) -> String,
    ) -> Result<Vec<String>> {
        let name = file.display().to_string();
        let base = base.map(|base| base.display().to_string());
        let base: Vec<&str> = base.iter().flat_map(|base| ["--base", base]).collect();
        let (source, object) = (self.dir.join("types.c"), self.dir.join("types.o"));
        let btf = self.dir.join("types.btf");

        let text = self.tool(&[&["dump", &name, "--format", "c"], &*base].concat())?;
        std::fs::write(&source, change(text))?;
        let mut clang = self.workshop.ground.root.command(&self.dir, "clang-19");
        clang.args([
            "-g",
            "-fno-eliminate-unused-debug-types",
            "-Wall",
            "-Werror",
        ]);
        // The kernel has the names of some of the compiler's functions and types for its own.
        clang.args([
            "-Wno-builtin-requires-header",
            "-Wno-incompatible-library-redeclaration",
        ]);
        clang.arg("-c").arg(&source).arg("-o").arg(&object);
        job::output(clang).with_context(|| format!("compiling the C of {name}"))?;
        let mut pahole = self.workshop.ground.root.command(&self.dir, "pahole");
        let detached = format!("--btf_encode_detached={}", btf.display());
        pahole.arg(detached).arg(&object);
        job::output(pahole)?;

        let btf = btf.display().to_string();
        let mut diff = std::process::Command::new(&self.tool);
        diff.args(["diff", &name, &btf, "--json"]).args(&base);
        let output = diff.output().context("xdp-meta diff")?;
        ensure!(
            output.status.code().is_some_and(|code| code < 2),
            "xdp-meta diff: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let all: Value = serde_json::from_slice(&output.stdout)?;
        let changes = all["changes"].as_array().context("no list of changes")?;
        let mut differences: Vec<String> = changes
            .iter()
            .filter(|change| !NOT_TYPES.contains(&change["kind"].as_str().unwrap_or_default()))
            .filter_map(real)
            .collect();
        cancel_renamed(&mut differences);
        Ok(differences
            .iter()
            .map(|change| format!("{name}: {change}"))
            .collect())
    }
}

/// The difference, in one line, if it is one; marked with what happened.
fn real(change: &Value) -> Option<String> {
    let mut change = change.clone();
    let (old, new) = (change["old"].is_string(), change["new"].is_string());
    if old && new {
        let parts = change["parts"].as_array_mut()?;
        parts.retain(|part| !is_same(part));
        let mut values: Vec<String> = parts
            .iter()
            .map(|part| without_numbers(&part.to_string()))
            .collect();
        cancel_renamed(&mut values);
        let notes = change["notes"].as_array_mut()?;
        // C knows no tags.
        notes.retain(|note| {
            let note = text(note);
            let same = note.split_once(" -> ").is_some_and(|(was, is)| was == is);
            !same && !note.starts_with("id ")
        });
        if values.is_empty() && notes.is_empty() {
            return None;
        }
    }
    // The compiler has it without being told.
    if change["name"] == "__uint128_t" {
        return None;
    }
    // Of what is not there any more or is new, the name and size are enough.
    let text = match (old, new) {
        (true, false) => format!(
            "- {} {} {}",
            change["kind"], change["name"], change["notes"]
        ),
        // Types that compilers bring, and base types that others need.
        (false, true) if !change["name"].as_str()?.contains("___") => return None,
        (false, true) => format!(
            "+ {} {} {}",
            change["kind"], change["name"], change["notes"]
        ),
        _ => change.to_string(),
    };
    Some(without_numbers(&text))
}

/// Whether a member differs in nothing but names that C can not have.
fn is_same(part: &Value) -> bool {
    if part["change"] != "changed" {
        return false;
    }
    let (was, is) = (text(&part["was"]), text(&part["is"]));
    if was == is {
        return true;
    }
    let anonymous = part["name"]
        .as_str()
        .is_some_and(|name| name.starts_with("(member "));
    let size = |text: &str| text.rsplit_once(", ").map(|(_, size)| size.to_owned());
    anonymous && is.contains('…') && size(&was) == size(&is)
}

fn text(value: &Value) -> String {
    without_numbers(value.as_str().unwrap_or_default())
}

/// `name___2` is `name`.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split("___");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        if rest.len() == part.len() {
            out += "___";
        }
        out += rest;
    }
    out
}

/// What went under one name and came under another did neither.
fn cancel_renamed(changes: &mut Vec<String>) {
    let key = |change: &str| -> String {
        change
            .trim_start_matches(['+', '-'])
            .replace("\"removed\"", "\"\"")
            .replace("\"added\"", "\"\"")
            .replace("\"was\"", "\"is\"")
    };
    let is_gone = |change: &str| change.starts_with('-') || change.contains("\"removed\"");
    let is_new = |change: &str| change.starts_with('+') || change.contains("\"added\"");
    let mut kept: Vec<String> = Vec::new();
    for change in changes.drain(..) {
        let other = kept.iter().position(|other| {
            (is_gone(other) && is_new(&change) || is_new(other) && is_gone(&change))
                && key(other) == key(&change)
        });
        match other {
            Some(at) => drop(kept.remove(at)),
            None => kept.push(change),
        }
    }
    *changes = kept;
}

#[cfg(test)]
mod tests {
    use super::{cancel_renamed, without_numbers};

    #[test]
    fn numbers_of_names_are_nothing() {
        assert_eq!(
            without_numbers("struct port___2 *, a___b"),
            "struct port *, a___b"
        );
    }

    #[test]
    fn what_was_renamed_cancels_and_nothing_else() {
        let list = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let mut changes = list(&[
            "- \"struct\" \"a\" []",
            "+ \"struct\" \"a\" []",
            "- \"struct\" \"b\" []",
        ]);
        cancel_renamed(&mut changes);
        assert_eq!(changes, ["- \"struct\" \"b\" []"]);
    }
}
