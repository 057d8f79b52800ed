// SPDX-License-Identifier: GPL-2.0

//! The workspace's own tests, run by cargo and counted one by one.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::build::guest::cargo;
use crate::job;
use crate::paths::Paths;
use crate::pins;
use crate::quick;
use crate::report::{Outcome, Verdict};
use crate::schedule::load::Load;
use crate::schedule::Job;
use crate::timing;
use crate::ui::Step;
use crate::wanted::Plan;

/// The job's name.
const NAME: &str = "host tests";

/// Those that match, and then what works in the same folder; one cargo at a time is all that it takes.
pub fn jobs(plan: Plan<'_>) -> Vec<Job<'_>> {
    if !plan.has_host() && !pins::any_after_host_tests(plan) {
        return Vec::new();
    }
    vec![plan.job(NAME, Load::Background, move |desk| {
        let packages = if plan.asked.quick {
            quick::PACKAGES
        } else {
            &["--workspace"]
        };
        for _ in plan.times().filter(|_| plan.has_host()) {
            let step = Step::new("host", "building and running the workspace's tests");
            let paths = &plan.workshop.paths;
            let mut count = 0;
            let done = run(paths, plan.filter(), packages, &step, |outcome| {
                count += 1;
                desk.outcome(outcome);
            });
            match done {
                Ok(()) => step.done(&format!("{count} host tests")),
                Err(error) => desk.outcome(Outcome {
                    name: "host::build".into(),
                    verdict: Verdict::Broken,
                    time: step.elapsed(),
                    message: format!("{error:#}"),
                }),
            }
        }
        pins::after_host_tests(plan, &mut |outcome| desk.outcome(outcome));
    })]
}

/// Runs `cargo test`; each result goes to `each`.
///
/// # Errors
///
/// When cargo cannot be started. Tests that fail, or do not compile, are outcomes.
fn run(
    paths: &Paths,
    filter: Option<&str>,
    packages: &[&str],
    step: &Step,
    mut each: impl FnMut(Outcome),
) -> Result<()> {
    let mut command = cargo();
    command.current_dir(&paths.project).arg("test");
    command.args(packages);
    command.args(["--no-fail-fast", "--color", "never"]);
    // trybuild colours what it prints, whoever reads it.
    command.env("NO_COLOR", "1");
    if let Some(filter) = filter {
        command.arg("--").arg(libtest_filter(filter));
    }
    let log = paths.runs().join("host-tests.log");
    let _ = std::fs::remove_file(&log);
    let started = Instant::now();
    let mut reader = Reader::default();
    let mut last = Instant::now();
    let mut built = None;
    let done = job::run(command, &log, step, |line| {
        let compiling = line.trim_start();
        if compiling.starts_with("Compiling")
            || compiling.starts_with("Running")
            || compiling.starts_with("Doc-tests")
        {
            step.message(compiling);
            if !compiling.starts_with("Compiling") {
                built.get_or_insert_with(|| started.elapsed());
                // What is compiled or looked for is no test's time.
                last = Instant::now();
            }
        }
        let seen = reader.results.len();
        reader.feed(line);
        if reader.results.len() > seen {
            step.advance();
            reader.results[seen].2 = last.elapsed();
            last = Instant::now();
        }
    })?;
    if let Some(time) = built {
        timing::add("build", "the workspace's tests", time);
    }
    let none_failed = !reader
        .results
        .iter()
        .any(|(_, verdict, _)| *verdict == Verdict::Failed);
    for (name, verdict, time) in &reader.results {
        let message = match verdict {
            Verdict::Failed => reader.message(name),
            Verdict::Skipped => "ignored".to_owned(),
            _ => String::new(),
        };
        each(Outcome {
            name: format!("host::{name}"),
            verdict: *verdict,
            time: *time,
            message,
        });
    }
    if let (Err(failure), true) = (done, none_failed) {
        // Nothing ran, or a test binary died: cargo's words are the message.
        let message = format!("{:#}", failure.into_error("cargo test"));
        each(Outcome {
            name: "host::build".into(),
            verdict: Verdict::Failed,
            time: started.elapsed(),
            message,
        });
    }
    Ok(())
}

/// Our names begin with `host::<crate>::`, which libtest does not know.
fn libtest_filter(filter: &str) -> &str {
    let Some(rest) = filter.strip_prefix("host::") else {
        return filter;
    };
    rest.split_once("::").map_or("", |(_, test)| test)
}

/// Reads what cargo and libtest print.
#[derive(Debug, Default)]
struct Reader {
    krate: String,
    results: Vec<(String, Verdict, Duration)>,
    /// Output of failed tests.
    output: BTreeMap<String, String>,
    section: Option<String>,
}

impl Reader {
    fn feed(&mut self, line: &str) {
        let text = line.trim();
        if let Some(rest) = text.strip_prefix("Running ") {
            // Running unittests src/lib.rs (target/debug/deps/meta_core-0123456789abcdef)
            let binary = rest
                .rsplit_once('(')
                .map_or(rest, |(_, path)| path.trim_end_matches(')'));
            let file = binary.rsplit('/').next().unwrap_or(binary);
            self.krate = file
                .rsplit_once('-')
                .map_or(file, |(name, _)| name)
                .to_owned();
            self.section = None;
        } else if let Some(rest) = text.strip_prefix("Doc-tests ") {
            self.krate = format!("{}::doc", rest.trim());
            self.section = None;
        } else if let Some(name) = text
            .strip_prefix("---- ")
            .and_then(|rest| rest.strip_suffix(" stdout ----"))
        {
            self.section = Some(format!("{}::{name}", self.krate));
        } else if text == "failures:" || text.starts_with("test result:") {
            self.section = None;
        } else if let Some(section) = &self.section {
            self.output
                .entry(section.clone())
                .or_default()
                .push_str(&format!("{line}\n"));
        } else if let Some((name, result)) = text
            .strip_prefix("test ")
            .and_then(|rest| rest.rsplit_once(" ... "))
        {
            let verdict = match result.split([',', ' ']).next() {
                Some("ok") => Verdict::Passed,
                Some("ignored") => Verdict::Skipped,
                _ => Verdict::Failed,
            };
            self.results
                .push((format!("{}::{name}", self.krate), verdict, Duration::ZERO));
        }
    }

    fn message(&self, name: &str) -> String {
        self.output
            .get(name)
            .map(|text| text.trim().to_owned())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{libtest_filter, Reader};
    use crate::report::Verdict;

    const OUTPUT: &str = "\
     Running unittests src/lib.rs (target/debug/deps/meta_core-0123456789abcdef)

running 3 tests
test field::tests::sizes ... ok
test field::tests::slow ... ignored, takes long
test field::tests::bad ... FAILED

failures:

---- field::tests::bad stdout ----
thread 'field::tests::bad' panicked at src/field.rs:1:1:
left: 1

failures:
    field::tests::bad

test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s

   Doc-tests meta_core
test meta-core/src/field.rs - field::Field (line 10) ... ok
";

    #[test]
    fn every_test_is_counted_under_its_crate() {
        let mut reader = Reader::default();
        OUTPUT.lines().for_each(|line| reader.feed(line));
        let seen: Vec<(&str, Verdict)> = reader
            .results
            .iter()
            .map(|(name, verdict, _)| (name.as_str(), *verdict))
            .collect();
        assert_eq!(
            seen,
            [
                ("meta_core::field::tests::sizes", Verdict::Passed),
                ("meta_core::field::tests::slow", Verdict::Skipped),
                ("meta_core::field::tests::bad", Verdict::Failed),
                (
                    "meta_core::doc::meta-core/src/field.rs - field::Field (line 10)",
                    Verdict::Passed
                ),
            ]
        );
        assert!(reader
            .message("meta_core::field::tests::bad")
            .contains("left: 1"));
    }

    #[test]
    fn filters_lose_what_libtest_does_not_know() {
        assert_eq!(
            libtest_filter("host::meta_core::field::tests::bad"),
            "field::tests::bad"
        );
        assert_eq!(libtest_filter("host"), "host");
        assert_eq!(libtest_filter("sizes"), "sizes");
    }
}
