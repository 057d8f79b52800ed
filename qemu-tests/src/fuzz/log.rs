// SPDX-License-Identifier: GPL-2.0

//! What libFuzzer prints, and whether it is the log of a fuzzer that saw something.

use std::process::Output;

/// A run that gets through fewer inputs has not run.
const FEWEST: u64 = 10_000;

/// The log of a run.
#[derive(Clone, Debug)]
pub struct Log {
    /// Whether libFuzzer ended without a finding.
    pub success: bool,
    /// All that it printed.
    pub text: String,
}

impl Log {
    /// The log of a process that has ended.
    pub fn new(output: &Output) -> Self {
        Self {
            success: output.status.success(),
            text: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// What was found, if anything, or what was missing for it to have been a search.
    pub fn finding(&self) -> Option<String> {
        if !self.success {
            return Some(self.tail());
        }
        let (Some(before), Some(after)) = (self.features("INITED"), self.features("DONE")) else {
            return Some(format!("no coverage in the log\n{}", self.tail()));
        };
        if after <= before {
            return Some(format!(
                "coverage did not grow: {before} features with the seeds, {after} at the end"
            ));
        }
        let runs = self.runs();
        (runs < FEWEST).then(|| format!("only {runs} inputs were tried"))
    }

    /// The end of it, where a finding is.
    pub fn tail(&self) -> String {
        let lines: Vec<&str> = self.text.lines().collect();
        lines[lines.len().saturating_sub(25)..].join("\n")
    }

    /// Features (edges, and how often each was taken) in the line with this word.
    fn features(&self, word: &str) -> Option<u64> {
        let line = self
            .text
            .lines()
            .find(|line| line.starts_with('#') && line.contains(word))?;
        number_behind(line, "ft: ")
    }

    fn runs(&self) -> u64 {
        self.text
            .lines()
            .find_map(|line| number_behind(line, "stat::number_of_executed_units: "))
            .unwrap_or(0)
    }
}

fn number_behind(line: &str, word: &str) -> Option<u64> {
    let (_, rest) = line.split_once(word)?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::Log;

    const GOOD: &str = "\
INFO: Running with entropic power schedule (0xFF, 100).
#8\tINITED cov: 551 ft: 559 corp: 2/2886b exec/s: 0 rss: 27Mb
#98255\tDONE   cov: 785 ft: 2705 corp: 467/637Kb lim: 1673 exec/s: 6140 rss: 29Mb
Done 98255 runs in 16 second(s)
stat::number_of_executed_units: 98255
";

    fn finding(text: &str, success: bool) -> Option<String> {
        let text = text.to_owned();
        Log { success, text }.finding()
    }

    #[test]
    fn a_run_that_saw_something_and_found_nothing_is_one() {
        assert_eq!(finding(GOOD, true), None);
    }

    #[test]
    fn anything_else_is_a_finding() {
        let blind = GOOD.replace("ft: 2705", "ft: 559");
        assert!(finding(&blind, true).unwrap().contains("did not grow"));
        let idle = GOOD.replace("units: 98255", "units: 3");
        assert_eq!(finding(&idle, true).unwrap(), "only 3 inputs were tried");
        assert!(finding("", true).unwrap().contains("no coverage"));
        assert!(finding(GOOD, false).is_some());
    }
}
