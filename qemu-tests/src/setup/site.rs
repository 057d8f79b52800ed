// SPDX-License-Identifier: GPL-2.0

//! Where packages come from and whose signatures count, as the environment says.
//!
//! Read once and in one place, so that a wrong address or a missing key is told before anything is fetched. What must
//! never happen: lists that nobody signed, or that a key outside the named keyrings signed, are believed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{bail, Context, Result};

use crate::job;

const MIRROR: &str = "http://deb.debian.org/debian";
const SNAPSHOT: &str = "http://snapshot.debian.org/archive/debian";

/// The keys in use, as the package debian-archive-keyring has them; the first that exists.
const KEYRINGS: &[&str] = &[
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
];
/// The keys that were in use: what a snapshot's lists may be signed with, and nothing else.
const REMOVED_KEYS: &[&str] = &[
    "/usr/share/keyrings/debian-archive-removed-keys.gpg",
    "/usr/share/keyrings/debian-archive-removed-keys.pgp",
];

/// What the host's own configuration may say here: how to reach the network, and whether old lists are believed.
const POLICY: &[&str] = &[
    "Acquire::http::",
    "Acquire::https::",
    "Acquire::Check-Valid-Until ",
    "Acquire::Check-Date ",
    "Acquire::Max-ValidTime",
];

/// Addresses, keys and patience.
#[derive(Clone, Debug)]
pub struct Site {
    /// The live archive.
    pub mirror: String,
    /// Debian's snapshot service, up to the date.
    pub snapshot: String,
    /// Keys that the live archive may be signed with.
    pub keyring: PathBuf,
    /// Keys that only a snapshot may be signed with.
    pub removed_keys: Option<PathBuf>,
    /// Seconds without a byte after which a server is given up.
    pub timeout: u32,
    /// How often a failed transfer is tried again.
    pub retries: u32,
    /// Lines of the host's configuration that are taken over.
    pub policy: String,
}

impl Site {
    /// Reads `RNIC_MIRROR`, `RNIC_SNAPSHOT`, `RNIC_KEYRING` and the host's configuration.
    ///
    /// # Errors
    ///
    /// When an address has no scheme, there is no keyring, or the host has no package manager.
    pub fn find() -> Result<Self> {
        let policy = policy()?;
        let named = std::env::var_os("RNIC_KEYRING").filter(|name| !name.is_empty());
        let (keyring, removed_keys) = match named {
            Some(name) => (named_keyring(Path::new(&name))?, None),
            None => (
                first(KEYRINGS).context(
                    "no Debian archive keyring: install the package debian-archive-keyring, or name a keyring with RNIC_KEYRING",
                )?,
                first(REMOVED_KEYS),
            ),
        };
        Ok(Self {
            mirror: address("RNIC_MIRROR", MIRROR)?,
            snapshot: address("RNIC_SNAPSHOT", SNAPSHOT)?,
            keyring,
            removed_keys,
            timeout: 30,
            retries: 3,
            policy,
        })
    }

    /// What the live archive is called in messages.
    pub fn mirror_name(&self) -> &str {
        if self.mirror == MIRROR {
            "Debian's archive"
        } else {
            &self.mirror
        }
    }

    /// What the snapshot service is called in messages: its host, when it is Debian's own.
    pub fn snapshot_name(&self) -> &str {
        if self.snapshot == SNAPSHOT {
            "snapshot.debian.org"
        } else {
            &self.snapshot
        }
    }
}

/// The address in a variable, or the usual one.
fn address(variable: &str, usual: &str) -> Result<String> {
    match std::env::var(variable) {
        Ok(text) if !text.trim().is_empty() => checked_address(variable, &text),
        _ => Ok(usual.to_owned()),
    }
}

/// An address that a line of sources can hold, without the slashes at its end.
fn checked_address(variable: &str, text: &str) -> Result<String> {
    let text = text.trim().trim_end_matches('/');
    let scheme = text.split_once(":/").map_or("", |(scheme, _)| scheme);
    let is_scheme = !scheme.is_empty()
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if !is_scheme || text.contains(char::is_whitespace) {
        bail!("{variable} is not an address: `{text}`; write it like {MIRROR}");
    }
    Ok(text.to_owned())
}

fn named_keyring(path: &Path) -> Result<PathBuf> {
    let path = path.canonicalize().with_context(|| {
        format!(
            "RNIC_KEYRING names {}, which cannot be read",
            path.display()
        )
    })?;
    if path.to_string_lossy().contains([' ', ',', ']']) {
        bail!(
            "RNIC_KEYRING names {}: its path must have no spaces, commas or brackets",
            path.display()
        );
    }
    Ok(path)
}

fn first(paths: &[&str]) -> Option<PathBuf> {
    paths.iter().map(PathBuf::from).find(|path| path.exists())
}

/// The lines of the host's configuration that count here; the others (hooks, more lists) do not.
fn policy() -> Result<String> {
    let mut command = Command::new("apt-config");
    command.arg("dump").env("LC_ALL", "C");
    let text = job::output(command)
        .context("set-up needs Debian's package manager, `apt-get`: it runs on Debian 12 and 13")?;
    Ok(only_policy(&text))
}

fn only_policy(text: &str) -> String {
    text.lines()
        .filter(|line| POLICY.iter().any(|start| line.starts_with(start)))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{checked_address, only_policy};

    #[test]
    fn an_address_needs_a_scheme_and_loses_its_slashes() {
        for good in [
            "http://mirror.example/debian",
            "https://mirror.example/debian//",
            " file:/srv/debian/ ",
            "mirror+file:/etc/mirrors",
            "http://[::1]:3142/debian",
        ] {
            let address = checked_address("RNIC_MIRROR", good).unwrap();
            assert!(!address.ends_with('/') && !address.contains(' '), "{good}");
        }
        for bad in [
            "mirror.example/debian",
            "/srv/debian",
            "http",
            "://x",
            "http://a b/debian",
        ] {
            let refusal = checked_address("RNIC_MIRROR", bad).unwrap_err().to_string();
            assert!(
                refusal.starts_with("RNIC_MIRROR is not an address"),
                "{bad}"
            );
            assert_eq!(refusal.lines().count(), 1);
        }
    }

    #[test]
    fn the_host_says_how_to_reach_the_network_and_nothing_else() {
        let dump = "\
APT::Update::Post-Invoke-Success:: \"rm -rf /\";
Acquire::http::Proxy \"http://proxy.example:3128\";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled \"true\";
Acquire::Check-Valid-Until \"false\";
Acquire::AllowInsecureRepositories \"true\";
";
        assert_eq!(
            only_policy(dump),
            "Acquire::http::Proxy \"http://proxy.example:3128\";\nAcquire::Check-Valid-Until \"false\";\n"
        );
    }
}
