// SPDX-License-Identifier: GPL-2.0

//! A toolchain's root: a Debian tree with every tool of a known version, in the user's cache.
//!
//! Packages are unpacked and never configured (what `mmdebstrap --variant=extract` does), so no maintainer script
//! runs and no privilege is needed. Done with apt and dpkg alone, which every Debian has, where mmdebstrap itself
//! would first need a full perl and cannot be used by every user.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use anyhow::{bail, Context, Result};

use super::archive::{Archive, Wanted};
use super::packages;
use super::toolchain::Toolchain;
use crate::inside::Root;
use crate::lock::stamp;
use crate::paths::Paths;
use crate::timing;
use crate::ui::Step;

/// Written last; its content is what the tools say of themselves.
const STAMP: &str = ".rnic-complete";

/// The root of a toolchain, if it is there.
pub fn existing(paths: &Paths, toolchain: &Toolchain) -> Option<Root> {
    let dir = paths.roots().join(toolchain.key());
    dir.join(STAMP).exists().then(|| Root::new(dir, paths))
}

/// Finds the root of a toolchain or makes it. The caller holds the set-up lock.
///
/// # Errors
///
/// When packages cannot be had, the disk is full, or the system refuses namespaces.
pub fn find_or_make(paths: &Paths, toolchain: &Toolchain) -> Result<Root> {
    match existing(paths, toolchain) {
        Some(root) => Ok(root),
        None => timing::part("set-up", toolchain.title, || create(paths, toolchain)),
    }
}

fn create(paths: &Paths, toolchain: &Toolchain) -> Result<Root> {
    let dir = paths.roots().join(toolchain.key());
    if dir.exists() {
        std::fs::remove_dir_all(&dir)
            .with_context(|| format!("cannot remove the unfinished {}", dir.display()))?;
    }
    let release = toolchain.suites[0];
    let step = Step::new(
        "root",
        &format!("preparing a toolchain of Debian {release}"),
    );
    let archive = Archive::open(
        paths.apt().join(toolchain.name),
        toolchain.suites,
        paths.log(toolchain.name),
        &step,
    )?;
    let wanted = Wanted {
        name: toolchain.title,
        packages: &toolchain.packages.concat(),
        snapshot: Some(toolchain.snapshot),
    };
    let mut files = archive.download(&wanted, &step)?;
    // The links /bin -> usr/bin and so on come first.
    files.sort_by_key(|file| !file.to_string_lossy().contains("/base-files_"));
    std::fs::create_dir_all(&dir)?;
    step.total(files.len() as u64);
    step.at(0);
    let (first, rest) = files.split_at(1);
    unpack(first, &dir, &step)?;
    unpack(rest, &dir, &step)?;
    leave_out(&dir)?;
    for (link, target) in packages::LINKS {
        let _ = std::fs::remove_file(dir.join(link));
        std::os::unix::fs::symlink(target, dir.join(link))?;
    }
    for mount in ["proc", "dev", "sys", "tmp", "root"] {
        std::fs::create_dir_all(dir.join(mount))?;
    }
    finish(&dir, paths, toolchain)?;
    archive.clean();
    step.done(&format!(
        "{} packages of Debian {release}, {} MB downloaded",
        files.len(),
        archive.received() / 1_000_000,
    ));
    Ok(Root::new(dir, paths))
}

/// Removes what is not needed.
fn leave_out(dir: &Path) -> Result<()> {
    for pattern in packages::LEFT_OUT {
        for unwanted in named(dir, pattern)? {
            std::fs::remove_dir_all(&unwanted)
                .with_context(|| format!("cannot remove {}", unwanted.display()))?;
        }
    }
    Ok(())
}

/// The folders that a pattern names.
fn named(dir: &Path, pattern: &str) -> Result<Vec<PathBuf>> {
    let mut found = vec![dir.to_path_buf()];
    for part in pattern.split('/') {
        let mut next = Vec::new();
        for dir in &found {
            match part {
                "*" => {
                    for entry in std::fs::read_dir(dir)? {
                        next.push(entry?.path());
                    }
                }
                name => next.push(dir.join(name)),
            }
        }
        next.retain(|path| path.is_dir() && !path.is_symlink());
        found = next;
    }
    Ok(found)
}

/// Checks a tree and stamps it.
fn finish(dir: &Path, paths: &Paths, toolchain: &Toolchain) -> Result<()> {
    let root = Root::new(dir.to_path_buf(), paths);
    root.check()?;
    for program in toolchain.programs {
        if !dir.join("usr/bin").join(program).exists()
            && !dir.join("usr/sbin").join(program).exists()
        {
            bail!(
                "the toolchain root lacks `{program}`: see {}",
                paths.log(toolchain.name).display()
            );
        }
    }
    let tools = tools(&root, toolchain.deciding)?;
    stamp(&dir.join(STAMP), tools)
}

/// What programs say of themselves.
fn tools(root: &Root, programs: &[&str]) -> Result<String> {
    let mut text = String::new();
    for tool in programs {
        let said = root.output(tool, &["--version"])?;
        text.push_str(&format!(
            "{tool}: {}\n",
            said.lines().next().unwrap_or_default().trim()
        ));
    }
    Ok(text)
}

/// The tools' versions as recorded when the root was made.
///
/// # Errors
///
/// When the root is not complete.
pub fn recorded_tools(root: &Root) -> Result<String> {
    std::fs::read_to_string(root.dir().join(STAMP)).context("the toolchain root is not complete")
}

/// Unpacks packages, two at a time: the time goes into decompression.
fn unpack(files: &[PathBuf], dir: &Path, step: &Step) -> Result<()> {
    let next = AtomicUsize::new(0);
    let (sender, results) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if sender.send((file, unpack_one(file, dir))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (file, result) in results {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            result.with_context(|| format!("cannot unpack {name} (is the disk full?)"))?;
            step.message(&format!(
                "unpacking {}",
                name.split('_').next().unwrap_or_default()
            ));
            step.advance();
        }
        Ok(())
    })
}

fn unpack_one(file: &Path, dir: &Path) -> Result<()> {
    let mut command = Command::new("dpkg-deb");
    command.arg("--extract").arg(file).arg(dir);
    crate::job::output(command).map(drop)
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn a_pattern_names_folders_and_follows_no_link() {
        let dir = std::env::temp_dir().join(format!("rnic-root-{}", std::process::id()));
        for path in ["usr/src/one/src", "usr/src/two/src", "usr/src/two/library"] {
            std::fs::create_dir_all(dir.join(path)).unwrap();
        }
        std::fs::write(dir.join("usr/src/src"), "").unwrap();
        std::os::unix::fs::symlink("/", dir.join("usr/src/away")).unwrap();
        let of = |pattern| {
            let mut found = named(&dir, pattern).unwrap();
            found.sort();
            found
        };
        let want = ["usr/src/one/src", "usr/src/two/src"].map(|path| dir.join(path));
        assert_eq!(of("usr/src/*/src"), want);
        assert!(of("usr/share/doc").is_empty() && of("usr/src/away/usr").is_empty());
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
