// SPDX-License-Identifier: GPL-2.0

//! What is said about results: a line for each case, a card for each failure, a summary, a JSON file.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{json, Value};

use crate::trouble::Trouble;
use crate::ui::{clock, say, Step};

/// Lines of a failure card.
const LONGEST_CARD: usize = 40;

/// Cards that are shown a second time.
const CARDS_AGAIN: usize = 10;

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All as expected.
    Passed,
    /// A check failed.
    Failed,
    /// Could not be tried here.
    Skipped,
    /// The kernel complained.
    Splat,
    /// The machinery failed, or the guest hung.
    Broken,
}

impl Verdict {
    /// The word in the JSON file. A case that did not pass and was not skipped has failed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Failed | Self::Splat | Self::Broken => "failed",
        }
    }

    /// What came of a check that lists what is wrong, and the words for its card.
    pub fn of(checked: Result<Vec<String>>) -> (Self, String) {
        match checked {
            Ok(wrong) if wrong.is_empty() => (Self::Passed, String::new()),
            Ok(wrong) => (Self::Failed, wrong.join("\n")),
            Err(error) => (Self::of_error(&error), format!("{error:#}")),
        }
    }

    /// An error is the kernel's complaint, or the machinery has failed.
    pub fn of_error(error: &anyhow::Error) -> Self {
        match error.downcast_ref() {
            Some(Trouble::Splat(_)) => Self::Splat,
            _ => Self::Broken,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Passed => "ok",
            Self::Skipped => "skip",
            Self::Failed => "FAILED",
            Self::Splat => "SPLAT",
            Self::Broken => "BROKEN",
        }
    }
}

/// One case's result.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// `lane::topic::case`, or `host::crate::test`.
    pub name: String,
    /// How it ended.
    pub verdict: Verdict,
    /// How long it took.
    pub time: Duration,
    /// Why, when it did not pass.
    pub message: String,
}

impl Outcome {
    /// Checks something under a step of its own; an error is for machinery that failed.
    pub fn of(name: &str, check: impl FnOnce(&Step) -> Result<(Verdict, String)>) -> Self {
        let (started, step) = (
            Instant::now(),
            Step::new(name.split("::").next().unwrap_or(name), name),
        );
        let (verdict, message) =
            check(&step).unwrap_or_else(|error| (Verdict::of_error(&error), format!("{error:#}")));
        step.clear();
        Self {
            name: name.to_owned(),
            verdict,
            time: started.elapsed(),
            message,
        }
    }
}

/// All results of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// In the order in which they came.
    pub outcomes: Vec<Outcome>,
}

impl Report {
    /// Adds a result and shows it.
    pub fn add(&mut self, outcome: Outcome) {
        if !outcome.name.starts_with("host::") || outcome.verdict.word() == "failed" {
            let why = match (&outcome.verdict, outcome.message.lines().next()) {
                // What passed and has words passed for a reason that is to be seen.
                (Verdict::Skipped | Verdict::Passed, Some(first)) => format!("  ({first})"),
                _ => String::new(),
            };
            let label = outcome.verdict.label();
            say(&format!(
                "{label:>10}  {}  {}{why}",
                outcome.name,
                clock(outcome.time)
            ));
        }
        if outcome.verdict.word() == "failed" {
            say(&card(&outcome));
        }
        self.outcomes.push(outcome);
    }

    /// Adds several.
    pub fn add_all(&mut self, outcomes: Vec<Outcome>) {
        outcomes.into_iter().for_each(|outcome| self.add(outcome));
    }

    /// By name, so that two runs can be compared; those of one name stay as they came.
    pub fn sort(&mut self) {
        self.outcomes.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// A line for each test that was run several times: how often it failed.
    pub fn repeated(&self, times: u32) -> Vec<String> {
        if times == 1 {
            return Vec::new();
        }
        let mut counts: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        for outcome in &self.outcomes {
            let (runs, failed) = counts.entry(&outcome.name).or_default();
            *runs += 1;
            *failed += u32::from(outcome.verdict.word() == "failed");
        }
        let lines = counts.into_iter();
        lines
            .map(|(name, (runs, failed))| format!("{name}: {failed} of {runs} failed"))
            .collect()
    }

    /// What failed, once more, for the end of a run in which not everything did: nobody should have to look for it. The first ones with
    /// their cards.
    pub fn failures(&self) -> Vec<String> {
        let is_failure = |outcome: &&Outcome| outcome.verdict.word() == "failed";
        let failed: Vec<&Outcome> = self.outcomes.iter().filter(is_failure).collect();
        if failed.len() == self.outcomes.len() {
            return Vec::new();
        }
        let again = |(at, outcome): (usize, &Outcome)| {
            let (label, name) = (outcome.verdict.label(), &outcome.name);
            match at < CARDS_AGAIN {
                true => format!("{label:>10}  {name}\n{}", card(outcome)),
                false => format!("{label:>10}  {name}"),
            }
        };
        failed.into_iter().enumerate().map(again).collect()
    }

    /// How many ended with this word.
    pub fn count(&self, word: &str) -> usize {
        self.outcomes
            .iter()
            .filter(|outcome| outcome.verdict.word() == word)
            .count()
    }

    /// The line that ends a run.
    pub fn summary(&self) -> String {
        let skipped = match self.count("skipped") {
            0 => String::new(),
            count => format!(", {count} skipped"),
        };
        format!(
            "{} passed, {} failed{skipped}",
            self.count("passed"),
            self.count("failed")
        )
    }

    /// All of it, for machines.
    pub fn to_json(&self) -> Value {
        let cases: Vec<Value> = self
            .outcomes
            .iter()
            .map(|outcome| {
                json!({
                    "name": outcome.name,
                    "verdict": outcome.verdict.word(),
                    "seconds": (outcome.time.as_secs_f64() * 1000.0).round() / 1000.0,
                    "message": shorten(&outcome.message).join("\n"),
                })
            })
            .collect();
        json!({
            "passed": self.count("passed"),
            "failed": self.count("failed"),
            "skipped": self.count("skipped"),
            "cases": cases,
        })
    }
}

/// Writes a JSON file for machines.
///
/// # Errors
///
/// When it cannot be written.
pub fn write_json(path: &Path, value: &Value) -> Result<()> {
    let text = serde_json::to_string_pretty(value)? + "\n";
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// What there is to know about a failure, and how to see it again.
fn card(outcome: &Outcome) -> String {
    let message: String = shorten(&outcome.message)
        .iter()
        .map(|line| format!("    {line}\n"))
        .collect();
    format!("{message}    again: cargo qemu test {}\n", outcome.name)
}

/// Both ends of a long message; the logs have the rest.
fn shorten(message: &str) -> Vec<String> {
    let lines: Vec<String> = message
        .lines()
        .map(|line| line.chars().take(200).collect())
        .collect();
    if lines.len() <= LONGEST_CARD {
        return lines;
    }
    let half = LONGEST_CARD / 2;
    let left_out = format!("... {} lines ...", lines.len() - 2 * half);
    [&lines[..half], &[left_out], &lines[lines.len() - half..]].concat()
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Report, Verdict};
    use std::time::Duration;

    fn report(verdicts: &[Verdict]) -> Report {
        let outcome = |verdict: &Verdict| Outcome {
            name: "e1000e::a".into(),
            verdict: *verdict,
            time: Duration::from_millis(1234),
            message: "why".into(),
        };
        Report {
            outcomes: verdicts.iter().map(outcome).collect(),
        }
    }

    #[test]
    fn the_summary_counts_every_kind_of_failure() {
        let report = report(&[
            Verdict::Passed,
            Verdict::Failed,
            Verdict::Splat,
            Verdict::Broken,
            Verdict::Skipped,
        ]);
        assert_eq!(report.summary(), "1 passed, 3 failed, 1 skipped");
        assert_eq!(super::Report::default().summary(), "0 passed, 0 failed");
    }

    #[test]
    fn failures_are_told_again_where_other_results_came_between() {
        let failures = report(&[Verdict::Splat, Verdict::Passed]).failures();
        assert!(matches!(&failures[..], [one] if one.contains("SPLAT  e1000e::a\n    why")));
        assert!(report(&[Verdict::Splat]).failures().is_empty());
        let many = [&[Verdict::Passed][..], &[Verdict::Failed; 12]].concat();
        let failures = report(&many).failures();
        assert!(failures.len() == 12 && failures[9].contains("why"));
        assert_eq!(failures[11], "    FAILED  e1000e::a");
        assert!(report(&[Verdict::Passed]).failures().is_empty());
    }

    #[test]
    fn what_was_repeated_says_how_often_it_failed() {
        let report = report(&[Verdict::Passed, Verdict::Splat, Verdict::Passed]);
        assert_eq!(report.repeated(3), ["e1000e::a: 1 of 3 failed"]);
        assert!(report.repeated(1).is_empty());
    }

    #[test]
    fn long_messages_keep_both_ends() {
        let long: String = (0..1000).map(|line| format!("line {line}\n")).collect();
        let short = super::shorten(&long);
        assert_eq!(short.len(), super::LONGEST_CARD + 1);
        assert_eq!(
            (short[0].as_str(), short[40].as_str()),
            ("line 0", "line 999")
        );
        assert_eq!(super::shorten("one\ntwo"), ["one", "two"]);
    }

    #[test]
    fn the_file_has_all_cases() {
        let value = report(&[Verdict::Passed, Verdict::Splat]).to_json();
        assert_eq!(value["passed"], 1);
        assert_eq!(value["failed"], 1);
        assert_eq!(value["cases"][1]["verdict"], "failed");
        assert_eq!(value["cases"][1]["seconds"], 1.234);
    }
}
