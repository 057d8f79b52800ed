// SPDX-License-Identifier: GPL-2.0

//! Debian packages of the driver, the tool and the header: built by Debian's own tools, judged by lintian, installed and used.
//!
//! `packaging/` says what is in them. What Rust declares (the tool's command line, the driver's metadata) is written out here,
//! so that no man page, completion or header is kept by hand. They are built in a Debian 13 root, so they run on Debian 13.

mod base;
mod disk;
mod installed;
mod lists;
mod machine;
mod made;
mod root;
mod tree;

use std::path::{Path, PathBuf};

use anyhow::{ensure, Context, Result};

use crate::inside::Root;
use crate::job;
use crate::lock::Lock;
use crate::paths::Paths;
use crate::report::{Outcome, Verdict};
use crate::root_cargo::RootCargo;
use crate::schedule::load::Load;
use crate::schedule::Job;
use crate::ui::{self, Step};
use crate::wanted::Plan;

/// The packages.
const NAMES: [&str; 3] = ["rnic-dkms", "xdp-meta", "libxdp-meta-dev"];

/// The version of the workspace, and of the packages.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the checks need.
#[derive(Debug)]
pub struct Ground<'a> {
    /// Folders.
    paths: &'a Paths,
    /// The toolchain root: QEMU and clang.
    tools: &'a Root,
}

/// A check, and what came of it.
type Check = fn(&Ground<'_>, &Step) -> Result<(Verdict, String)>;

const CHECKS: &[(&str, Check)] = &[
    ("deb::lintian", lintian),
    ("deb::installed", installed::check),
];

/// Builds the packages and says where they are.
///
/// # Errors
///
/// When the packaging root cannot be made, or a build fails.
pub fn run(paths: &Paths) -> Result<()> {
    let root = root::find_or_make(paths)?;
    let built = Built::make(paths, &root, VERSION)?;
    for file in &built.debs {
        ui::note("package", &file.display().to_string());
    }
    Ok(())
}

/// The checks that are wanted, one behind the other: the second installs what the first builds.
pub fn jobs(plan: Plan<'_>) -> Vec<Job<'_>> {
    let wanted = move || CHECKS.iter().filter(move |(name, _)| plan.wants(name));
    if wanted().next().is_none() {
        return Vec::new();
    }
    let mut job = plan.job("deb", Load::Background, move |desk| {
        let ground = Ground {
            paths: &plan.workshop.paths,
            tools: &plan.workshop.ground.root,
        };
        for (name, check) in wanted() {
            for _ in plan.times() {
                desk.outcome(Outcome::of(name, |step| check(&ground, step)));
            }
        }
    });
    job.megabytes = machine::MEGABYTES;
    vec![job]
}

/// The packages build, and lintian has nothing to say.
fn lintian(ground: &Ground<'_>, step: &Step) -> Result<(Verdict, String)> {
    let root = root::find_or_make(ground.paths)?;
    let built = Built::make(ground.paths, &root, VERSION)?;
    step.message("lintian");
    let mut lintian = root.command(&built.dir, "lintian");
    lintian.args([
        "--allow-root",
        "--tag-display-limit=0",
        "--fail-on=error,warning",
    ]);
    let output = lintian.arg(&built.changes).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let tags: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("E:") || line.starts_with("W:"))
        .collect();
    ensure!(
        output.status.success() || !tags.is_empty(),
        "lintian failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(if tags.is_empty() {
        (Verdict::Passed, String::new())
    } else {
        (Verdict::Failed, tags.join("\n"))
    })
}

/// Packages of one version.
#[derive(Debug)]
pub struct Built {
    /// Where they are.
    dir: PathBuf,
    /// The packages, in the order of [`NAMES`].
    debs: Vec<PathBuf>,
    /// The file that lists them, for lintian.
    changes: PathBuf,
}

impl Built {
    /// Builds `version` in `root`.
    ///
    /// # Errors
    ///
    /// When a build fails; the message ends with its output.
    pub fn make(paths: &Paths, root: &Root, version: &str) -> Result<Self> {
        let top = paths.project.join("target/deb");
        let _lock = Lock::take(&top.join("lock"), "this tree's packages")?;
        let dir = top.join(version);
        let step = Step::new("deb", &format!("building the packages, {version}"));
        if dir.exists() {
            std::fs::remove_dir_all(&dir)?;
        }
        std::fs::create_dir_all(&dir)?;
        let log = dir.join("build.log");
        let source = copy_source(paths, root, version, &log, &step)?;
        made::write(&source.join("debian/made"))?;
        let cargo = RootCargo::of(paths, root)?;
        let mut build = root.command(&source, "env");
        build
            .arg(format!("CARGO_HOME={}", cargo.home().display()))
            .arg(format!("CARGO_TARGET_DIR={}", top.join("cargo").display()))
            .args(["CARGO_NET_OFFLINE=true", "DEB_BUILD_OPTIONS=noautodbgsym"])
            .args(["dpkg-buildpackage", "--build=binary", "--no-sign"]);
        job::run(build, &log, &step, |line| {
            if line.trim_start().starts_with("Compiling ") || line.starts_with("   dh_") {
                step.message(line.trim());
            }
        })?
        .map_err(|failure| failure.into_error("building the packages"))?;
        let built = Self::collect(&source, dir, version)?;
        step.done(&format!("{} packages, {version}", built.debs.len()));
        Ok(built)
    }

    /// Moves what the build left beside the source.
    fn collect(source: &Path, dir: PathBuf, version: &str) -> Result<Self> {
        let beside = source.parent().context("no folder")?;
        for entry in std::fs::read_dir(beside)? {
            let entry = entry?;
            if entry.file_type()?.is_file() && entry.file_name() != "lock" {
                std::fs::rename(entry.path(), dir.join(entry.file_name()))?;
            }
        }
        let debs = NAMES.map(|name| {
            let architecture = if name == "xdp-meta" { "amd64" } else { "all" };
            dir.join(format!("{name}_{version}_{architecture}.deb"))
        });
        let changes = dir.join(format!("rnic_{version}_amd64.changes"));
        for file in debs.iter().chain([&changes]) {
            ensure!(file.exists(), "the build made no {}", file.display());
        }
        Ok(Self {
            dir,
            debs: debs.to_vec(),
            changes,
        })
    }

    /// The package of a name.
    fn deb(&self, name: &str) -> Result<&Path> {
        let found = NAMES
            .iter()
            .zip(&self.debs)
            .find(|(known, _)| **known == name);
        found.map(|(_, file)| file.as_path()).context("no package")
    }
}

/// Copies the tree to where Debian's tools may write into it, keeping times, so that cargo compiles what has changed only.
fn copy_source(
    paths: &Paths,
    root: &Root,
    version: &str,
    log: &Path,
    step: &Step,
) -> Result<PathBuf> {
    let source = paths.project.join("target/deb/build/source");
    std::fs::create_dir_all(&source)?;
    let mut copy = root.command(&paths.project, "rsync");
    copy.args(["--archive", "--delete"]);
    for left_out in ["/target", "/.git", "/debian", "/qemu-tests/results"] {
        copy.arg(format!("--exclude={left_out}"));
    }
    copy.arg("./").arg(&source);
    job::run(copy, log, step, |_| {})?.map_err(|failure| failure.into_error("copying"))?;
    let debian = source.join("debian");
    if debian.exists() {
        std::fs::remove_dir_all(&debian)?;
    }
    let mut copy = root.command(&source, "cp");
    copy.args(["--archive", "packaging/debian", "debian"]);
    job::run(copy, log, step, |_| {})?.map_err(|failure| failure.into_error("copying"))?;
    let changelog = debian.join("changelog");
    let known = std::fs::read_to_string(&changelog)?;
    if !known.starts_with(&format!("rnic ({version}) ")) {
        std::fs::write(&changelog, next_entry(&known, version) + &known)?;
    }
    Ok(source)
}

/// An entry for a version that is not released: the newest one's, with another version and reason.
fn next_entry(known: &str, version: &str) -> String {
    let who = known.lines().find(|line| line.starts_with(" -- "));
    format!(
        "rnic ({version}) unstable; urgency=medium\n\n  * Built for a test.\n\n{}\n\n",
        who.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::{next_entry, VERSION};

    const CHANGELOG: &str = include_str!("../../packaging/debian/changelog");

    #[test]
    fn the_newest_entry_is_for_the_version_of_the_workspace() {
        assert!(CHANGELOG.starts_with(&format!("rnic ({VERSION}) ")));
    }

    #[test]
    fn a_version_for_tests_has_an_entry_as_the_others() {
        let text = next_entry(CHANGELOG, "9.9");
        assert!(text.starts_with("rnic (9.9) unstable;"));
        assert!(text.ends_with(" +0000\n\n") && text.contains("\n -- The rnic authors <"));
    }
}
