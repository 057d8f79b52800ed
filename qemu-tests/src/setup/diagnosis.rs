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

/// Signs in the output and what they mean, the first that fits. `{name}`, `{url}`, `{variable}`, `{dir}` are put in.
const MEANINGS: &[(&[&str], &str)] = &[
    (
        &["No space left", "enough free space", "File too large"],
        "the disk is full: set-up needs about 4 GB under {dir}; make room, or set XDG_CACHE_HOME to a folder on another disk",
    ),
    (
        &["Could not get lock", "Unable to lock"],
        "another package manager is working in {dir}: wait until it has ended, then run the command again",
    ),
    (
        &["Could not resolve", "Temporary failure", "Could not connect", "Unable to connect", "Network is unreachable", "Connection refused"],
        "no network: {url} cannot be reached; check the connection, or set {variable} to another mirror \
         (and http_proxy where one is needed), then run the command again",
    ),
    (
        &["timed out", "Timeout was reached"],
        "{url} stopped answering: run the command again, which goes on where this one stopped, or set {variable} to another mirror",
    ),
    (
        &["NOSPLIT", "Clearsigned file isn't valid", "No sections in Release"],
        "what came from {url} is no list of packages: the address is wrong, or the network wants a login first (open a page in a browser); \
         then run the command again, or set {variable} to another mirror",
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
    let line = meaning.map_or(
        "the package manager failed: {cause}; the whole log is {log}",
        |(_, line)| line,
    );
    anyhow::anyhow!(line
        .replace("{cause}", &cause)
        .replace("{log}", &failure.log.display().to_string())
        .replace("{url}", &place.url)
        .replace("{variable}", place.variable)
        .replace("{dir}", &dir.display().to_string()))
}

/// What the package manager says when a package, or what it depends on, is in none of the lists.
const ABSENT: [&str; 5] = [
    "Unable to locate package",
    "was not found",
    "has no installation candidate",
    "unmet dependencies",
    "Can't find a source to download",
];
