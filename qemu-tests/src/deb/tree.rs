// SPDX-License-Identifier: GPL-2.0

//! Debian packages unpacked into a folder, with a package database that says so, and no maintainer script run.
//!
//! The database is there for `dpkg-checkbuilddeps` and `dpkg-shlibdeps`: the second looks up which package a library is of, and
//! which version of it a program needs. It takes no privilege, as nothing is configured.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::job;
use crate::ui::Step;

/// Unpacks `debs` into `dir`; with `database`, as if they were installed.
///
/// # Errors
///
/// When a package cannot be unpacked.
pub fn unpack(debs: &[PathBuf], dir: &Path, database: bool, step: &Step) -> Result<()> {
    let info = dir.join("var/lib/dpkg/info");
    std::fs::create_dir_all(&info)?;
    // Without it dpkg takes no name with an architecture.
    std::fs::write(info.join("format"), "1\n")?;
    step.total(debs.len() as u64);
    step.at(0);
    // The links /bin -> usr/bin and so on come first.
    let is_base = |deb: &&PathBuf| deb.to_string_lossy().contains("/base-files_");
    let (first, rest): (Vec<_>, Vec<_>) = debs.iter().partition(is_base);
    let mut stanzas = Vec::new();
    for deb in first.into_iter().chain(rest) {
        let name = deb.file_name().unwrap_or_default().to_string_lossy();
        let name = name.split('_').next().unwrap_or_default();
        step.message(&format!("unpacking {name}"));
        let mut extract = dpkg_deb("--extract", deb);
        extract.arg(dir);
        let done = job::output(extract).and_then(|_| {
            if database {
                stanzas.push(register(deb, dir, &info)?);
            }
            Ok(())
        });
        done.with_context(|| format!("cannot unpack {name} (is the disk full?)"))?;
        step.advance();
    }
    let mut status = File::create(dir.join("var/lib/dpkg/status"))?;
    for stanza in stanzas {
        status.write_all(stanza.as_bytes())?;
    }
    Ok(())
}

/// A package's files of control and list of files; gives its stanza of the status file.
fn register(deb: &Path, dir: &Path, info: &Path) -> Result<String> {
    let control = dir.join("var/lib/dpkg/tmp.ci");
    if control.exists() {
        std::fs::remove_dir_all(&control)?;
    }
    let mut extract = dpkg_deb("--control", deb);
    extract.arg(&control);
    job::output(extract)?;
    let stanza = std::fs::read_to_string(control.join("control"))?;
    let prefix = prefix(&stanza).context("a package without a name")?;
    for entry in std::fs::read_dir(&control)? {
        let entry = entry?;
        let file = entry.file_name();
        if file != "control" {
            let to = format!("{prefix}.{}", file.to_string_lossy());
            std::fs::rename(entry.path(), info.join(to))?;
        }
    }
    std::fs::remove_dir_all(&control)?;
    let contents = job::output(dpkg_deb("--contents", deb))?;
    let files: String = contents.lines().filter_map(listed).collect();
    std::fs::write(info.join(format!("{prefix}.list")), files)?;
    Ok(format!(
        "{}\nStatus: install ok installed\n\n",
        stanza.trim_end()
    ))
}

/// What the names of a package's files in the database begin with.
fn prefix(stanza: &str) -> Option<String> {
    let field = |name: &str| {
        stanza
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    };
    let package = field("Package")?;
    Some(match field("Multi-Arch") {
        Some("same") => format!("{package}:{}", field("Architecture")?),
        _ => package.to_owned(),
    })
}

/// A line of `dpkg-deb --contents` as a line of a list of files.
fn listed(line: &str) -> Option<String> {
    let path = line.split_once(" ./")?.1;
    let path = path.split(" -> ").next()?.split(" link to ").next()?;
    let path = path.trim_end_matches('/');
    Some(if path.is_empty() {
        "/.\n".to_owned()
    } else {
        format!("/{path}\n")
    })
}

fn dpkg_deb(action: &str, deb: &Path) -> Command {
    let mut command = Command::new("dpkg-deb");
    command.env("LC_ALL", "C").arg(action).arg(deb);
    command
}

#[cfg(test)]
mod tests {
    use super::{listed, prefix};

    #[test]
    fn libraries_of_several_architectures_are_named_with_theirs() {
        let library = "Package: libc6\nArchitecture: amd64\nMulti-Arch: same\n";
        assert_eq!(prefix(library).as_deref(), Some("libc6:amd64"));
        let tool = "Package: make\nArchitecture: amd64\nMulti-Arch: allowed\n";
        assert_eq!(prefix(tool).as_deref(), Some("make"));
        assert_eq!(prefix("Source: make\n"), None);
    }

    #[test]
    fn files_links_and_folders_are_listed_by_their_paths() {
        let line = |rest: &str| listed(&format!("-rw-r--r-- root/root 12 2026-01-01 00:00 {rest}"));
        assert_eq!(line("./usr/lib/a").as_deref(), Some("/usr/lib/a\n"));
        assert_eq!(line("./usr/lib/").as_deref(), Some("/usr/lib\n"));
        assert_eq!(line("./usr/b -> lib/a").as_deref(), Some("/usr/b\n"));
        assert_eq!(line("./usr/b link to ./a").as_deref(), Some("/usr/b\n"));
        assert_eq!(line("./").as_deref(), Some("/.\n"));
        assert_eq!(listed("nonsense"), None);
    }
}
