// SPDX-License-Identifier: GPL-2.0

//! Which of the kernel tree's tests are run, case by case, and what is expected of each. Pure.
//!
//! A case passes unless `expect/upstream.toml` says otherwise and why. An exception that does not come true is as wrong as
//! a failure: the list never grows stale.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::ktap::{Leaf, Status};
use crate::report::Verdict;

const EXPECTED: &str = include_str!("../../expect/upstream.toml");

/// The list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The test programs.
    #[serde(default)]
    pub file: Vec<File>,
    #[serde(default)]
    except: Vec<Exception>,
}

/// A test program.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its name without `.py`.
    pub name: String,
    /// All of its cases.
    pub cases: Vec<String>,
}

/// A case that does not pass.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    file: String,
    /// The case, or its beginning and a `*`.
    case: String,
    /// The NIC, if not both.
    nic: Option<String>,
    /// The module that drives it, if not ours.
    #[serde(default = "ours")]
    driver: String,
    outcome: Outcome,
    /// A part of what the test says.
    text: String,
    reason: String,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Skip,
    Fail,
}

fn ours() -> String {
    "rnic".to_owned()
}

/// What is tested: a NIC and the module that drives it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// QEMU's name of the NIC.
    pub nic: &'a str,
    /// The module.
    pub driver: &'a str,
}

impl Table {
    /// The project's list. It is part of the program, and a test reads it, so a mistake in it is found there.
    pub fn standard() -> &'static Self {
        static LIST: OnceLock<Table> = OnceLock::new();
        LIST.get_or_init(|| toml::from_str(EXPECTED).unwrap_or_default())
    }

    fn exception(&self, subject: Subject<'_>, file: &str, case: &str) -> Option<&Exception> {
        self.except.iter().find(|exception| {
            exception.file == file
                && is_like(case, &exception.case)
                && exception.driver == subject.driver
                && exception
                    .nic
                    .as_deref()
                    .is_none_or(|nic| nic == subject.nic)
        })
    }

    /// Judges one case.
    pub fn judge(
        &self,
        subject: Subject<'_>,
        file: &str,
        case: &str,
        leaf: &Leaf,
    ) -> (Verdict, String) {
        let words = leaf.notes.join("\n");
        let outcome = match leaf.status {
            Status::Failed => Some(Outcome::Fail),
            Status::Skipped => Some(Outcome::Skip),
            Status::Passed if leaf.directive.is_empty() => None,
            // An expected failure; what is expected here is for the list to say.
            Status::Passed => Some(Outcome::Skip),
        };
        match (outcome, self.exception(subject, file, case)) {
            (None, None) => (Verdict::Passed, String::new()),
            (None, Some(exception)) => (
                Verdict::Failed,
                format!(
                    "it passes, and expect/upstream.toml says that it does not: {}",
                    exception.reason
                ),
            ),
            (Some(outcome), Some(exception))
                if outcome == exception.outcome && words.contains(&exception.text) =>
            {
                (Verdict::Skipped, exception.reason.clone())
            }
            (Some(_), Some(exception)) => (
                Verdict::Failed,
                format!(
                    "expect/upstream.toml expects {:?} with `{}`\n{words}",
                    exception.outcome, exception.text
                ),
            ),
            (Some(Outcome::Skip), None) => (
                Verdict::Failed,
                format!("skipped, which expect/upstream.toml does not expect\n{words}"),
            ),
            (Some(Outcome::Fail), None) => (Verdict::Failed, words),
        }
    }
}

/// Whether a name is a pattern's, whose last character may be `*`.
fn is_like(name: &str, pattern: &str) -> bool {
    pattern
        .strip_suffix('*')
        .map_or(name == pattern, |start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::{is_like, Subject, Table, EXPECTED};
    use crate::ktap::{Leaf, Reader};
    use crate::report::Verdict;

    const OURS: Subject<'_> = Subject {
        nic: "igb",
        driver: "rnic",
    };

    fn leaf(line: &str) -> Leaf {
        let mut reader = Reader::default();
        for line in ["TAP version 13", "1..1", "# said before", line] {
            reader.feed(line);
        }
        reader.finish().unwrap().remove(0)
    }

    fn table(outcome: &str) -> Table {
        toml::from_str(&format!(
            "[[except]]\nfile = \"xdp\"\ncase = \"a*\"\noutcome = \"{outcome}\"\ntext = \"said\"\nreason = \"because\"\n"
        ))
        .unwrap()
    }

    #[test]
    fn the_projects_list_is_well_formed() {
        let list: Table = toml::from_str(EXPECTED).unwrap();
        assert!(!list.file.is_empty());
        for exception in &list.except {
            let file = list.file.iter().find(|file| file.name == exception.file);
            let cases = &file
                .unwrap_or_else(|| panic!("{exception:?} is of no file"))
                .cases;
            assert!(
                cases.iter().any(|case| is_like(case, &exception.case)),
                "{exception:?} is of no case"
            );
            assert!(exception.reason.len() > 8, "{exception:?}");
        }
        for file in &list.file {
            let mut cases = file.cases.clone();
            cases.sort();
            cases.dedup();
            assert_eq!(cases.len(), file.cases.len(), "{}", file.name);
        }
    }

    #[test]
    fn what_is_not_excepted_must_pass() {
        let none = Table::default();
        let verdict = |line| none.judge(OURS, "xdp", "a1", &leaf(line)).0;
        assert_eq!(verdict("ok 1 xdp.a1"), Verdict::Passed);
        assert_eq!(verdict("not ok 1 xdp.a1"), Verdict::Failed);
        assert_eq!(verdict("ok 1 xdp.a1 # SKIP no"), Verdict::Failed);
        assert_eq!(verdict("ok 1 xdp.a1 # XFAIL no"), Verdict::Failed);
    }

    #[test]
    fn an_exception_must_come_true() {
        let verdict = |outcome, line| table(outcome).judge(OURS, "xdp", "a1", &leaf(line)).0;
        assert_eq!(verdict("skip", "ok 1 xdp.a1 # SKIP no"), Verdict::Skipped);
        assert_eq!(verdict("skip", "ok 1 xdp.a1 # XFAIL no"), Verdict::Skipped);
        assert_eq!(verdict("fail", "not ok 1 xdp.a1"), Verdict::Skipped);
        for line in ["ok 1 xdp.a1", "not ok 1 xdp.a1"] {
            assert_eq!(verdict("skip", line), Verdict::Failed, "{line}");
        }
        for line in ["ok 1 xdp.a1", "ok 1 xdp.a1 # SKIP no"] {
            assert_eq!(verdict("fail", line), Verdict::Failed, "{line}");
        }
    }

    #[test]
    fn an_exception_is_for_its_case_and_driver_and_words() {
        let skipped = leaf("ok 1 xdp.a1 # SKIP no");
        let list = table("skip");
        assert_eq!(list.judge(OURS, "xdp", "b1", &skipped).0, Verdict::Failed);
        assert_eq!(list.judge(OURS, "ping", "a1", &skipped).0, Verdict::Failed);
        let other = Subject {
            driver: "igb",
            ..OURS
        };
        assert_eq!(list.judge(other, "xdp", "a1", &skipped).0, Verdict::Failed);
        let mut list = table("skip");
        list.except[0].text = "something else".into();
        assert_eq!(list.judge(OURS, "xdp", "a1", &skipped).0, Verdict::Failed);
    }
}
