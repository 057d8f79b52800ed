// SPDX-License-Identifier: GPL-2.0

//! The package manager with a private state: looks packages up and downloads them, installs nothing.
//!
//! It needs no privileges and never touches the system's own lists, cache or database. Of the host's configuration it
//! takes over how to reach the network, and no hook.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use anyhow::{bail, Context, Result};

use super::diagnosis::{self, Gone, Place};
use super::site::Site;
use crate::hash;
use crate::job;
use crate::ui::Step;

/// Lists and downloads of some suites, in a folder of their own. Clones share both.
#[derive(Clone, Debug)]
pub struct Apt {
    dir: PathBuf,
    place: Place,
    /// What a line of sources says in brackets.
    trust: String,
    suites: Vec<String>,
    log: PathBuf,
    received: Arc<AtomicU64>,
}

/// A package file, as the lists describe it.
#[derive(Debug, PartialEq, Eq)]
struct File {
    name: String,
    size: u64,
    sha256: String,
}

impl Apt {
    /// Prepares the private state for `suites` of the live archive; the first is preferred to newer versions of the others.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made, there is no Debian keyring, or a variable of the environment is wrong.
    pub fn new(dir: PathBuf, suites: &[&str], log: PathBuf) -> Result<Self> {
        Self::live(&Site::find()?, dir, suites, log)
    }

    /// Like [`Apt::new`], for a site that is known.
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

    /// Where all this comes from.
    pub fn place(&self) -> &Place {
        &self.place
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

    /// Fetches the lists.
    ///
    /// # Errors
    ///
    /// When the place cannot be reached or cannot be believed; [`Gone`] when it has no such suite.
    pub fn update(&mut self, step: &Step) -> Result<()> {
        match self.update_present(step)? {
            missing if missing.is_empty() => Ok(()),
            missing => Err(Gone(format!(
                "{} has no {}: set {} to a full mirror",
                self.place.name,
                missing.join(", "),
                self.place.variable
            ))
            .into()),
        }
    }

    /// Fetches the lists of those suites that are there, forgets the others, and gives their names.
    ///
    /// # Errors
    ///
    /// When the place cannot be reached or cannot be believed.
    pub fn update_present(&mut self, step: &Step) -> Result<Vec<String>> {
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
    /// When a package cannot be fetched; [`Gone`] when there is none, or something that it depends on is not there.
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

    fn fetch(&self, arguments: &[&str], step: &Step) -> Result<Vec<PathBuf>> {
        let files = self.look_up(arguments, step)?;
        let archives = self.archives();
        let mut have = 0;
        let mut bytes = 0;
        for file in &files {
            let path = archives.join(&file.name);
            match std::fs::metadata(&path) {
                // The package manager goes on with it, and looks at the hash at the end.
                Ok(part) if part.len() < file.size => bytes += file.size - part.len(),
                // Of a file that is as long as it should be, it believes everything.
                Ok(_) if hash::sha256_of(&path)? == file.sha256 => have += 1,
                Ok(_) => {
                    std::fs::remove_file(&path)
                        .with_context(|| format!("cannot remove the damaged {}", path.display()))?;
                    bytes += file.size;
                }
                Err(_) => bytes += file.size,
            }
        }
        self.check_room(bytes)?;
        step.total(files.len() as u64);
        step.at(have);
        let mut command = self.command("apt-get");
        command.args(arguments).current_dir(&archives);
        let done = self.run(command, step, |line| {
            if let Some(rest) = line.strip_prefix("Get:") {
                let name = rest.split_whitespace().nth(4).unwrap_or("packages");
                step.message(&format!("downloading {name}"));
                step.advance();
            }
        })?;
        done.map_err(|failure| diagnosis::explain(&failure, &self.place, &self.dir))?;
        let paths: Vec<PathBuf> = files.iter().map(|file| archives.join(&file.name)).collect();
        if let Some(missing) = paths.iter().find(|path| !path.exists()) {
            bail!(
                "{} was not downloaded: see {}",
                missing.display(),
                self.log.display()
            );
        }
        Ok(paths)
    }

    /// What the same command would download into an empty folder: what is there already is not named otherwise.
    fn look_up(&self, arguments: &[&str], step: &Step) -> Result<Vec<File>> {
        let mut command = self.command("apt-get");
        command
            .arg("-o")
            .arg(format!("Dir::Cache::Archives={}/none", self.dir.display()))
            .arg("--print-uris")
            .args(arguments)
            .current_dir(self.dir.join("none"));
        let mut files = Vec::new();
        let done = self.run(command, step, |line| files.extend(parse_uri(line)))?;
        done.map_err(|failure| diagnosis::explain(&failure, &self.place, &self.dir))?;
        if files.is_empty() {
            bail!(
                "the package manager named no package to download: see {}",
                self.log.display()
            );
        }
        Ok(files)
    }

    fn check_room(&self, bytes: u64) -> Result<()> {
        let room = rustix::fs::statvfs(&self.dir)?;
        let free = room.f_bavail * room.f_frsize;
        if bytes > free {
            bail!(
                "the disk is full: {} MB are to be downloaded and {} MB are free under {}; make room, or set XDG_CACHE_HOME to a folder on another disk",
                bytes.div_ceil(1_000_000),
                free / 1_000_000,
                self.dir.display()
            );
        }
        Ok(())
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
            }
            line(text);
        })
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

/// A line of `apt-get --print-uris`: `'URI' NAME SIZE SHA256:HASH`.
fn parse_uri(line: &str) -> Option<File> {
    let mut words = line.split(' ');
    let uri = words.next()?;
    let name = words.next()?;
    if !uri.starts_with('\'') || !uri.ends_with('\'') || !name.ends_with(".deb") {
        return None;
    }
    Some(File {
        name: name.to_owned(),
        size: words.next()?.parse().ok()?,
        sha256: words.next()?.strip_prefix("SHA256:")?.to_owned(),
    })
}

/// The bytes in `Fetched 10.2 MB in 1s (12.1 MB/s)`.
fn parse_fetched(line: &str) -> Option<u64> {
    let mut words = line.strip_prefix("Fetched ")?.split(' ');
    let number: f64 = words.next()?.replace(',', "").parse().ok()?;
    let factor = match words.next()? {
        "B" => 1.0,
        "kB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        _ => return None,
    };
    Some((number * factor).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::{parse_fetched, parse_madison, parse_uri, File};

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
    fn uris_give_files() {
        let line = "'http://mirror.example/debian/pool/main/m/make.deb' make_4.4.1-2_amd64.deb 123 SHA256:aa";
        let file = File {
            name: "make_4.4.1-2_amd64.deb".into(),
            size: 123,
            sha256: "aa".into(),
        };
        assert_eq!(parse_uri(line), Some(file));
        assert_eq!(parse_uri("Reading package lists..."), None);
        assert_eq!(parse_uri(&line.replace("SHA256", "MD5Sum")), None);
    }

    #[test]
    fn received_bytes_are_read_in_every_unit() {
        for (line, bytes) in [
            ("Fetched 10.2 MB in 1s (12.1 MB/s)", 10_200_000),
            ("Fetched 1,173 kB in 0s (81.6 MB/s)", 1_173_000),
            ("Fetched 512 B in 0s (0 B/s)", 512),
            ("Fetched 1.05 GB in 2min 3s (1,000 B/s)", 1_050_000_000),
        ] {
            assert_eq!(parse_fetched(line), Some(bytes), "{line}");
        }
        assert_eq!(parse_fetched("Get:1 http://mirror.example"), None);
    }
}
