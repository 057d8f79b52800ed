// SPDX-License-Identifier: GPL-2.0

//! What the package manager's complaints mean: one line that says what is wrong and what to do.
//!
//! It complains at length and in the words of its parts, which differ between Debian 12 and 13. What must never happen: a
//! place that cannot be reached or believed is taken for one that does not have the package any more.

use std::fmt;
use std::path::Path;

use crate::job::Failure;

/// Somewhere packages come from.
#[derive(Clone, Debug)]
pub struct Place {
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// The variable that names another.
    pub variable: &'static str,
}

/// What is wanted is not there, and nothing is wrong with the place itself.
#[derive(Debug)]
pub struct Gone(pub String);

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Gone {}

/// Nobody answers at a place.
#[derive(Debug)]
pub struct Unreachable(pub String);

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreachable {}

/// What says so.
const NO_NETWORK: &[&str] = &[
    "Could not resolve",
    "Temporary failure",
    "Could not connect",
    "Unable to connect",
    "Network is unreachable",
];

/// Signs in the output and what they mean, the first that fits. `{url}`, `{variable}`, `{dir}`, `{cause}` are put in, for
/// `{reason}` the line that has the sign.
const MEANINGS: &[(&[&str], &str)] = &[
    (
        &["No space left", "enough free space"],
        "the disk is full: set-up needs about 4 GB under {dir}; make room, or set XDG_CACHE_HOME to a folder on another disk",
    ),
    (
        &["Could not get lock", "Unable to lock"],
        "another package manager is working in {dir}: wait until it has ended, then run the command again",
    ),
    (
        NO_NETWORK,
        "no network: {url} cannot be reached ({reason}); check the connection, or set {variable} to another mirror \
         (and http_proxy where one is needed), then run the command again",
    ),
    (
        &["Certificate verification failed", "No system certificates"],
        "the certificate of {url} cannot be verified: install the package ca-certificates and check the clock, or write {variable} with http",
    ),
    (
        &["method driver"],
        "the package manager cannot read {url}: set {variable} to a mirror whose address starts with http:// or https://",
    ),
    (
        &["is expired (invalid since", "is not valid yet"],
        "the lists of {url} have expired or are from the future: the mirror is not kept up to date, or this machine's clock is wrong; \
         set the clock, or {variable} to another mirror",
    ),
    (
        &["BADSIG", "Message has been manipulated"],
        "bad signature: somebody or something has changed the lists of {url}, and nothing of it is used; set {variable} to another mirror",
    ),
    (
        &["NO_PUBKEY", "Missing key", "EXPKEYSIG", "REVKEYSIG"],
        "the key that signed the lists of {url} is unknown here or has expired: upgrade the package debian-archive-keyring, \
         or set RNIC_KEYRING to a keyring that has it",
    ),
    (
        &["NOSPLIT", "Clearsigned file isn't valid", "No sections in Release"],
        "what came from {url} is no list of packages: the address is wrong, or the network wants a login first (open a page in a browser); \
         then run the command again, or set {variable} to another mirror",
    ),
    (
        &["is not signed"],
        "the lists of {url} cannot be verified ({cause}), and nothing of it is used; set {variable} to another mirror",
    ),
    (
        &["File has unexpected size", "Hash Sum mismatch"],
        "what came from {url} is not what was signed, and is not used: the mirror is being updated, or it is broken; \
         run the command again in some minutes, or set {variable} to another mirror",
    ),
    (
        &["timed out", "Connection failed", "closed connection", "Connection reset", "closed prematurely"],
        "{url} stopped answering: run the command again, which goes on where this one stopped, or set {variable} to another mirror",
    ),
    (
        &["404  Not Found"],
        "{url} does not have what it lists: it is being updated; run the command again in some minutes, or set {variable} to another mirror",
    ),
    (
        &["401  ", "403  ", "429  ", "500  ", "502  ", "503  ", "504  "],
        "{url} refuses to answer ({cause}): run the command again in some minutes, or set {variable} to another mirror",
    ),
];

/// Suites that the place said it does not have; none when anything else went wrong as well.
pub fn missing_suites(failure: &Failure) -> Vec<String> {
    let mut missing = Vec::new();
    let mut lines = failure.tail.iter().peekable();
    while let Some(line) = lines.next() {
        let Some(rest) = line.strip_prefix("Err:") else {
            continue;
        };
        // `Err:3 http://mirror.example/debian trixie-backports Release`, then why.
        let words: Vec<&str> = rest.split_whitespace().collect();
        let why = lines.peek().map_or("", |line| line.trim());
        let is_gone = ["404", "410", "File not found"]
            .iter()
            .any(|sign| why.starts_with(sign));
        match words[..] {
            [_, _, suite, "Release"] if is_gone => missing.push(suite.to_owned()),
            _ => return Vec::new(),
        }
    }
    missing
}

/// One line that says what is wrong and what to do.
pub fn explain(failure: &Failure, place: &Place, dir: &Path) -> anyhow::Error {
    let text = failure.tail.join("\n");
    let has = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    let cause = failure.cause().trim_start_matches("E: ").to_owned();
    if has(&ABSENT) {
        return Gone(format!(
            "{} does not serve a package: {cause}; set {} to a full mirror",
            place.name, place.variable
        ))
        .into();
    }
    let meaning = MEANINGS.iter().find(|(signs, _)| has(signs));
    let reason = meaning.and_then(|(signs, _)| {
        let lines = failure.tail.iter().map(|line| line.trim());
        let mut lines = lines.filter(|line| signs.iter().any(|sign| line.starts_with(sign)));
        lines.next()
    });
    let line = meaning.map_or(
        "the package manager failed: {cause}; the whole log is {log}",
        |(_, line)| line,
    );
    let line = line
        .replace("{reason}", reason.unwrap_or(&cause))
        .replace("{cause}", &cause)
        .replace("{log}", &failure.log.display().to_string())
        .replace("{url}", &place.url)
        .replace("{variable}", place.variable)
        .replace("{dir}", &dir.display().to_string());
    match meaning {
        Some((signs, _)) if *signs == NO_NETWORK => Unreachable(line).into(),
        _ => anyhow::Error::msg(line),
    }
}

/// What the package manager says when a package, or what it depends on, is in none of the lists.
const ABSENT: [&str; 5] = [
    "Unable to locate package",
    "was not found",
    "has no installation candidate",
    "unmet dependencies",
    "Can't find a source to download",
];
