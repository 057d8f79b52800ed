// SPDX-License-Identifier: GPL-2.0

//! The package manager with a private state: looks packages up and downloads them, installs nothing.
//!
//! It needs no privileges and never touches the system's own lists, cache or database. Of the host's configuration it
//! takes over how to reach the network, and no hook.

mod fetch;
mod output;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use anyhow::{Context, Result};

use super::diagnosis::{self, Place};
use super::site::Site;
use crate::job;
use crate::timing;
use crate::ui::Step;
use output::{parse_fetched, parse_madison};

/// Lists and downloads of some suites, in a folder of their own. Clones share both.
#[derive(Clone, Debug)]
pub struct Apt {
    dir: PathBuf,
    pub(super) place: Place,
    /// What a line of sources says in brackets.
    trust: String,
    suites: Vec<String>,
    log: PathBuf,
    received: Arc<AtomicU64>,
}

impl Apt {
    /// Prepares the private state for `suites` of the live archive; the first is preferred to newer versions of the others.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made.
    pub fn live(site: &Site, dir: PathBuf, suites: &[&str], log: PathBuf) -> Result<Self> {
        let trust = format!("signed-by={}", site.keyring.display());
        let place = Place {
            name: site.mirror_name().to_owned(),
            url: site.mirror.clone(),
            variable: "RNIC_MIRROR",
        };
        Self::at(site, place, trust, dir, suites, log)
    }

    /// The same suites as they were at a date, `20261129T000000Z`. Lists that have expired since are taken, and only those.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made.
    pub fn snapshot(
        site: &Site,
        date: &str,
        dir: PathBuf,
        suites: &[&str],
        log: PathBuf,
    ) -> Result<Self> {
        let mut trust = format!("check-valid-until=no signed-by={}", site.keyring.display());
        if let Some(removed) = &site.removed_keys {
            let _ = write!(trust, ",{}", removed.display());
        }
        let place = Place {
            name: site.snapshot_name().to_owned(),
            url: format!("{}/{date}", site.snapshot),
            variable: "RNIC_SNAPSHOT",
        };
        Self::at(site, place, trust, dir, suites, log)
    }

    fn at(
        site: &Site,
        place: Place,
        trust: String,
        dir: PathBuf,
        suites: &[&str],
        log: PathBuf,
    ) -> Result<Self> {
        for sub in [
            "state/lists/partial",
            "cache/archives/partial",
            "log",
            "none",
        ] {
            std::fs::create_dir_all(dir.join(sub))
                .with_context(|| format!("cannot make {}", dir.display()))?;
        }
        let apt = Self {
            dir,
            place,
            trust,
            suites: suites.iter().map(|&suite| suite.to_owned()).collect(),
            log,
            received: Arc::default(),
        };
        apt.write("status", "")?;
        apt.write("apt.conf", &apt.configuration(site))?;
        apt.write_sources()?;
        Ok(apt)
    }

    /// Everything that the package manager reads before it reads its arguments.
    fn configuration(&self, site: &Site) -> String {
        let dir = self.dir.display();
        let (timeout, retries) = (site.timeout, site.retries);
        format!(
            r#"{policy}Dir::State "{dir}/state";
Dir::State::status "{dir}/status";
Dir::Cache "{dir}/cache";
Dir::Log "{dir}/log";
Dir::Etc::sourcelist "{dir}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Architecture "amd64";
APT::Architectures {{ "amd64"; }};
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::PDiffs "false";
Acquire::GzipIndexes "true";
Acquire::ForceHash "SHA256";
Acquire::Retries "{retries}";
Acquire::http::Timeout "{timeout}";
Acquire::https::Timeout "{timeout}";
"#,
            policy = site.policy,
        )
    }

    fn write_sources(&self) -> Result<()> {
        let sources: String = self
            .suites
            .iter()
            .map(|suite| format!("deb [{}] {} {suite} main\n", self.trust, self.place.url))
            .collect();
        self.write("sources.list", &sources)
    }

    fn write(&self, name: &str, content: &str) -> Result<()> {
        let path = self.dir.join(name);
        std::fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))
    }

    /// The suites that are there.
    pub fn suites(&self) -> &[String] {
        &self.suites
    }

    /// The same account of bytes for another place.
    pub fn counted_with(mut self, other: &Self) -> Self {
        self.received = Arc::clone(&other.received);
        self
    }

    /// Bytes that came over the network, lists and packages; the package manager rounds them to three digits.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// A command of the package manager that ends when this thread does.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", "--", program])
            .env("APT_CONFIG", self.dir.join("apt.conf"))
            .env("LC_ALL", "C")
            .env("DEBIAN_FRONTEND", "noninteractive");
        if let Some(preferred) = self.suites.first() {
            command
                .arg("-o")
                .arg(format!("APT::Default-Release={preferred}"));
        }
        command
    }

    /// Fetches the lists of those suites that are there, forgets the others, and gives their names.
    ///
    /// # Errors
    ///
    /// When the place cannot be reached or cannot be believed.
    pub fn update(&mut self, step: &Step) -> Result<Vec<String>> {
        let mut gone = Vec::new();
        while !self.suites.is_empty() {
            step.message("reading package lists");
            let mut command = self.command("apt-get");
            command.args(["update", "--error-on=any"]);
            let done = self.run(command, step, |line| {
                if line.starts_with("Get:") {
                    step.message(&format!("reading package lists: {line}"));
                }
            })?;
            let Err(failure) = done else { break };
            let missing = diagnosis::missing_suites(&failure);
            if missing.is_empty() {
                return Err(diagnosis::explain(&failure, &self.place, &self.dir));
            }
            self.suites.retain(|suite| !missing.contains(suite));
            self.write_sources()?;
            gone.extend(missing);
        }
        Ok(gone)
    }

    /// All versions of a package, newest first.
    ///
    /// # Errors
    ///
    /// When the lists cannot be read.
    pub fn versions(&self, package: &str) -> Result<Vec<String>> {
        let mut command = self.command("apt-cache");
        command.args(["madison", package]);
        Ok(parse_madison(&job::output(command)?, package))
    }

    /// Names of packages that start like this.
    ///
    /// # Errors
    ///
    /// When the lists cannot be read.
    pub fn names(&self, start: &str) -> Result<Vec<String>> {
        let mut command = self.command("apt-cache");
        command.args(["pkgnames", start]);
        let mut names: Vec<String> = job::output(command)?.lines().map(str::to_owned).collect();
        names.sort();
        Ok(names)
    }

    /// Downloads packages with all they depend on; gives the files.
    ///
    /// # Errors
    ///
    /// When a package cannot be fetched; [`Gone`](diagnosis::Gone) when there is none, or something that it depends on is not there.
    pub fn download(&self, packages: &[&str], step: &Step) -> Result<Vec<PathBuf>> {
        let mut arguments = vec!["--yes", "--no-remove", "--download-only", "install"];
        arguments.extend(packages);
        self.fetch(&arguments, step)
    }

    /// Downloads these packages alone, from whatever suite has them; `name=version` for an exact one.
    ///
    /// # Errors
    ///
    /// As [`Apt::download`].
    pub fn download_many(&self, packages: &[String], step: &Step) -> Result<Vec<PathBuf>> {
        let mut arguments = vec!["download"];
        arguments.extend(packages.iter().map(String::as_str));
        self.fetch(&arguments, step)
    }

    fn archives(&self) -> PathBuf {
        self.dir.join("cache/archives")
    }

    /// Forgets what was downloaded.
    pub fn clean(&self) {
        let _ = std::fs::remove_dir_all(self.dir.join("cache"));
        let _ = std::fs::create_dir_all(self.archives().join("partial"));
    }

    fn run(
        &self,
        command: Command,
        step: &Step,
        mut line: impl FnMut(&str),
    ) -> Result<std::result::Result<(), job::Failure>> {
        job::run(command, &self.log, step, |text| {
            if let Some(bytes) = parse_fetched(text) {
                self.received.fetch_add(bytes, Ordering::Relaxed);
                timing::fetched(bytes);
            }
            line(text);
        })
    }
}
