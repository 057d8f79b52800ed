// SPDX-License-Identifier: GPL-2.0

//! The package manager with a private state: looks packages up and downloads them, installs nothing.
//!
//! It needs no privileges and never touches the system's own lists, cache or database.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{bail, Context, Result};

use crate::job::{self, Failure};
use crate::ui::Step;

const KEYRINGS: &[&str] = &[
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
];

/// Lists and downloads of some suites, in a folder of their own.
#[derive(Debug)]
pub struct Apt {
    dir: PathBuf,
    mirror: String,
    preferred: String,
    log: PathBuf,
}

impl Apt {
    /// Prepares the private state for `suites`; the first is preferred to newer versions of the others.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made or there is no Debian keyring.
    pub fn new(dir: PathBuf, suites: &[&str], log: PathBuf) -> Result<Self> {
        let mirror = std::env::var("RNIC_MIRROR")
            .unwrap_or_else(|_| "http://deb.debian.org/debian".to_owned());
        for sub in ["state/lists/partial", "cache/archives/partial", "log"] {
            std::fs::create_dir_all(dir.join(sub))
                .with_context(|| format!("cannot make {}", dir.display()))?;
        }
        let keyring = KEYRINGS
            .iter()
            .find(|path| Path::new(path).exists())
            .context("no Debian archive keyring: install the package debian-archive-keyring")?;
        let sources: String = suites
            .iter()
            .map(|suite| format!("deb [signed-by={keyring}] {mirror} {suite} main\n"))
            .collect();
        std::fs::write(dir.join("sources.list"), sources)?;
        std::fs::write(dir.join("status"), "")?;
        let preferred = suites.first().copied().unwrap_or_default().to_owned();
        Ok(Self {
            dir,
            mirror,
            preferred,
            log,
        })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let dir = self.dir.display();
        let options = [
            format!("Dir::State={dir}/state"),
            format!("Dir::State::status={dir}/status"),
            format!("Dir::Cache={dir}/cache"),
            format!("Dir::Log={dir}/log"),
            format!("Dir::Etc::sourcelist={dir}/sources.list"),
            "Dir::Etc::sourceparts=/dev/null".into(),
            "Dir::Etc::preferences=/dev/null".into(),
            "Dir::Etc::preferencesparts=/dev/null".into(),
            "APT::Architecture=amd64".into(),
            "APT::Architectures=amd64".into(),
            format!("APT::Default-Release={}", self.preferred),
            "APT::Install-Recommends=false".into(),
            "APT::Sandbox::User=root".into(),
            "Acquire::Languages=none".into(),
            "Acquire::Retries=3".into(),
            "Acquire::http::Timeout=30".into(),
        ];
        for option in options {
            command.arg("-o").arg(option);
        }
        command
            .env("LC_ALL", "C")
            .env("DEBIAN_FRONTEND", "noninteractive");
        command
    }

    /// Fetches the lists.
    ///
    /// # Errors
    ///
    /// When the mirror cannot be reached or a suite is missing.
    pub fn update(&self, step: &Step) -> Result<()> {
        step.message("reading package lists");
        let mut command = self.command("apt-get");
        command.args(["update", "--error-on=any"]);
        self.run(command, step, |line| {
            if line.starts_with("Get:") {
                step.message(&format!("reading package lists: {line}"));
            }
        })
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

    /// Downloads packages with all they depend on; gives the files.
    ///
    /// # Errors
    ///
    /// When a package does not exist or cannot be fetched.
    pub fn download(&self, packages: &[&str], step: &Step) -> Result<Vec<PathBuf>> {
        let install = |extra: &str| {
            let mut command = self.command("apt-get");
            command
                .args(["--yes", "--no-remove", extra, "install"])
                .args(packages);
            command
        };
        let mut names = Vec::new();
        self.run(install("--print-uris"), step, |line| {
            names.extend(parse_uri(line))
        })?;
        if names.is_empty() {
            bail!(
                "the package manager named no package to download: see {}",
                self.log.display()
            );
        }
        let archives = self.dir.join("cache/archives");
        let have = names
            .iter()
            .filter(|name| archives.join(name).exists())
            .count() as u64;
        step.total(names.len() as u64);
        step.at(have);
        self.run(install("--download-only"), step, |line| {
            if let Some(rest) = line.strip_prefix("Get:") {
                let name = rest.split_whitespace().nth(4).unwrap_or("packages");
                step.message(&format!("downloading {name}"));
                step.advance();
            }
        })?;
        let files: Vec<PathBuf> = names.iter().map(|name| archives.join(name)).collect();
        if let Some(missing) = files.iter().find(|file| !file.exists()) {
            bail!(
                "{} was not downloaded: see {}",
                missing.display(),
                self.log.display()
            );
        }
        Ok(files)
    }

    /// Downloads packages (`name=version`), without what they depend on; gives the files.
    ///
    /// # Errors
    ///
    /// When a package does not exist or cannot be fetched.
    pub fn fetch(&self, packages: &[String], step: &Step) -> Result<Vec<PathBuf>> {
        let archives = self.dir.join("cache/archives");
        let download = |extra: &[&str]| {
            let mut command = self.command("apt-get");
            command.current_dir(&archives).arg("download").args(extra);
            command.args(packages);
            command
        };
        let mut names = Vec::new();
        self.run(download(&["--print-uris"]), step, |line| {
            names.extend(parse_uri(line))
        })?;
        step.total(names.len() as u64);
        step.at(0);
        self.run(download(&[]), step, |line| {
            if let Some(rest) = line.strip_prefix("Get:") {
                let name = rest.split_whitespace().nth(4).unwrap_or("packages");
                step.message(&format!("downloading {name}"));
                step.advance();
            }
        })?;
        Ok(names.iter().map(|name| archives.join(name)).collect())
    }

    /// Forgets what was downloaded.
    pub fn clean(&self) {
        let _ = std::fs::remove_dir_all(self.dir.join("cache"));
    }

    fn run(&self, command: Command, step: &Step, line: impl FnMut(&str)) -> Result<()> {
        let done = job::run(command, &self.log, step, line)
            .context("set-up needs Debian's `apt-get`: it runs on Debian 12 and 13")?;
        done.map_err(|failure| self.explain(&failure))
    }

    /// One line that says what is missing and what to do.
    fn explain(&self, failure: &Failure) -> anyhow::Error {
        let text = failure.tail.join("\n");
        let cause = failure.cause().trim_start_matches("E: ").to_owned();
        let unreachable = [
            "Could not resolve",
            "Temporary failure",
            "Could not connect",
            "Unable to connect",
            "timed out",
        ];
        if unreachable.iter().any(|sign| text.contains(sign)) {
            return anyhow::anyhow!(
                "no network: {} cannot be reached; check the connection, or set RNIC_MIRROR to a Debian mirror \
                 (and http_proxy where one is needed), then run the command again",
                self.mirror
            );
        }
        if text.contains("Unable to locate package") || text.contains("was not found") {
            return anyhow::anyhow!(
                "{} does not serve a package: {cause}; set RNIC_MIRROR to a full mirror",
                self.mirror
            );
        }
        if text.contains("NO_PUBKEY") {
            return anyhow::anyhow!(
                "the mirror's key is unknown: upgrade the package debian-archive-keyring"
            );
        }
        if text.contains("No space left") || text.contains("enough free space") {
            return anyhow::anyhow!(
                "the disk is full: set-up needs about 8 GB under {}",
                self.dir.display()
            );
        }
        anyhow::anyhow!(
            "the package manager failed: {cause}; the whole log is {}",
            failure.log.display()
        )
    }
}

/// Versions from `apt-cache madison`, in its order, which is newest first.
fn parse_madison(text: &str, package: &str) -> Vec<String> {
    let mut versions = Vec::new();
    for line in text.lines() {
        let mut columns = line.split('|').map(str::trim);
        let (Some(name), Some(version), Some(origin)) =
            (columns.next(), columns.next(), columns.next())
        else {
            continue;
        };
        if name == package
            && origin.ends_with("Packages")
            && !versions.iter().any(|known| known == version)
        {
            versions.push(version.to_owned());
        }
    }
    versions
}

/// The file name in a line of `apt-get --print-uris`: `'URI' NAME SIZE HASH`.
fn parse_uri(line: &str) -> Option<String> {
    let mut words = line.split(' ');
    let uri = words.next()?;
    let name = words.next()?;
    (uri.starts_with('\'') && uri.ends_with('\'') && name.ends_with(".deb"))
        .then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{parse_madison, parse_uri};

    #[test]
    fn madison_lists_each_version_once() {
        let text = "\
linux-source-7.3 | 7.3.5-1 | http://mirror.example/debian sid/main amd64 Packages
linux-source-7.3 | 7.3.4-1~bpo13+1 | http://mirror.example/debian trixie-backports/main amd64 Packages
linux-source-7.3 | 7.3.4-1~bpo13+1 | http://mirror.example/debian trixie-backports/main amd64 Packages
     linux | 7.3.5-1 | http://mirror.example/debian sid/main Sources
";
        assert_eq!(
            parse_madison(text, "linux-source-7.3"),
            ["7.3.5-1", "7.3.4-1~bpo13+1"]
        );
        assert!(parse_madison("", "linux-source-7.3").is_empty());
    }

    #[test]
    fn uris_give_file_names() {
        let line = "'http://mirror.example/debian/pool/main/m/make.deb' make_4.4.1-2_amd64.deb 123 SHA256:aa";
        assert_eq!(parse_uri(line).as_deref(), Some("make_4.4.1-2_amd64.deb"));
        assert_eq!(parse_uri("Reading package lists..."), None);
    }
}
