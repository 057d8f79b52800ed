// SPDX-License-Identifier: GPL-2.0

//! From what a test program said to a result for each of its cases. Pure.

use std::time::Duration;

use super::table::{Subject, Table};
use crate::ktap::End;
use crate::report::{Outcome, Verdict};

/// What the last line of a program's output begins with.
const TAIL: &str = "Totals:";

/// What came of one program.
#[derive(Debug, Default)]
pub struct Run {
    /// Its output.
    pub end: End,
    /// Its last lines, read or not.
    pub last: Vec<String>,
    /// How long each result took.
    pub times: Vec<Duration>,
    /// Why it did not come to a good end, if it did not.
    pub broken: Option<String>,
    /// What the kernel's log has that it should not have.
    pub splat: Option<String>,
}

/// What a program is judged by.
#[derive(Debug)]
pub struct Judge<'a> {
    /// The list.
    pub table: &'a Table,
    /// What it tests.
    pub subject: Subject<'a>,
    /// Its name.
    pub file: &'a str,
    /// The cases that were asked for.
    pub wanted: &'a [&'a str],
}

impl Judge<'_> {
    /// A result for each case that was asked for or came, named by the case; then `kernel_log` and `end` if they are bad.
    pub fn outcomes(&self, run: Run) -> Vec<Outcome> {
        let start = format!("{}.", self.file);
        let mut outcomes: Vec<Outcome> = Vec::new();
        for (at, leaf) in run.end.leaves.iter().enumerate() {
            let name = leaf.name.strip_prefix(&start).unwrap_or(&leaf.name);
            let (verdict, message) = if self.wanted.contains(&name) {
                self.table.judge(self.subject, self.file, name, leaf)
            } else {
                let text = "expect/upstream.toml has no such case, or it was not asked for";
                (Verdict::Failed, text.to_owned())
            };
            outcomes.push(Outcome {
                name: name.to_owned(),
                verdict,
                time: run.times.get(at).copied().unwrap_or_default(),
                message,
            });
        }
        let end = self.end(&run);
        for case in self.wanted {
            if !outcomes.iter().any(|outcome| outcome.name == **case) {
                let why = end.as_deref().unwrap_or("the program said nothing of it");
                outcomes.push(failure(
                    case,
                    Verdict::Failed,
                    format!("it did not come: {why}"),
                ));
            }
        }
        if let Some(splat) = run.splat {
            outcomes.push(failure("kernel_log", Verdict::Splat, splat));
        }
        if let Some(why) = end {
            outcomes.push(failure("end", Verdict::Failed, why));
        }
        outcomes
    }

    /// What is wrong with the output as a whole.
    fn end(&self, run: &Run) -> Option<String> {
        let has_tail = run.end.tail.iter().any(|line| line.starts_with(TAIL));
        let tail = (!has_tail).then(|| format!("the line that begins with `{TAIL}` is missing"));
        let mut wrong: Vec<&str> = [&run.broken, &run.end.error, &tail]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        if !wrong.is_empty() {
            // A program that dies says why, and not as test output.
            wrong.extend(run.last.iter().map(String::as_str));
        }
        (!wrong.is_empty()).then(|| wrong.join("\n"))
    }
}

fn failure(name: &str, verdict: Verdict, message: String) -> Outcome {
    Outcome {
        name: name.to_owned(),
        verdict,
        time: Duration::ZERO,
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::{Judge, Run, Subject, Table};
    use crate::ktap::Reader;
    use crate::report::Verdict;

    fn judge(output: &[&str], change: fn(&mut Run)) -> Vec<(String, Verdict)> {
        let mut reader = Reader::default();
        output.iter().for_each(|line| reader.feed(line));
        let mut run = Run {
            end: reader.end(),
            ..Run::default()
        };
        change(&mut run);
        let judge = Judge {
            table: &Table::default(),
            subject: Subject {
                nic: "igb",
                driver: "rnic",
            },
            file: "xdp",
            wanted: &["a", "b.ipv4"],
        };
        let outcomes = judge.outcomes(run).into_iter();
        outcomes
            .map(|outcome| (outcome.name, outcome.verdict))
            .collect()
    }

    fn failed(outcomes: &[(String, Verdict)]) -> Vec<&str> {
        let failed = outcomes
            .iter()
            .filter(|(_, verdict)| *verdict != Verdict::Passed);
        failed.map(|(name, _)| name.as_str()).collect()
    }

    const GOOD: &[&str] = &[
        "TAP version 13",
        "1..2",
        "ok 1 xdp.a",
        "ok 2 xdp.b.ipv4",
        "# Totals: pass:2",
    ];

    #[test]
    fn a_whole_output_is_a_result_for_each_case() {
        let outcomes = judge(GOOD, |_| {});
        assert_eq!(outcomes.len(), 2);
        assert!(failed(&outcomes).is_empty());
    }

    #[test]
    fn nothing_goes_missing() {
        assert_eq!(failed(&judge(&[], |_| {})), ["a", "b.ipv4", "end"]);
        assert_eq!(failed(&judge(&GOOD[..3], |_| {})), ["b.ipv4", "end"]);
        assert_eq!(failed(&judge(&GOOD[..4], |_| {})), ["end"]);
        let without_plan = [GOOD[0], GOOD[2], GOOD[3], GOOD[4]];
        assert_eq!(failed(&judge(&without_plan, |_| {})), ["end"]);
        let skipped_whole = ["TAP version 13", "1..1", "ok 1 xdp # SKIP no library"];
        assert_eq!(
            failed(&judge(&skipped_whole, |_| {})),
            ["xdp", "a", "b.ipv4", "end"]
        );
    }

    #[test]
    fn a_bad_end_and_a_bad_log_are_failures_of_their_own() {
        let broken = judge(GOOD, |run| run.broken = Some("hang".into()));
        assert_eq!(failed(&broken), ["end"]);
        let splat = judge(GOOD, |run| run.splat = Some("WARNING".into()));
        assert_eq!(failed(&splat), ["kernel_log"]);
    }

    #[test]
    fn a_case_that_the_list_lacks_is_a_failure() {
        let more = [
            "TAP version 13",
            "1..3",
            "ok 1 xdp.a",
            "ok 2 xdp.b.ipv4",
            "ok 3 xdp.new",
            "# Totals: pass:3",
        ];
        assert_eq!(failed(&judge(&more, |_| {})), ["new"]);
    }
}
