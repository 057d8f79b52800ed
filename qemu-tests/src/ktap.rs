// SPDX-License-Identifier: GPL-2.0

//! A streaming reader of KTAP, the kernel's test output format (`Documentation/dev-tools/ktap.rst`). Pure.
//!
//! Suspicious by design: no version line, no plan, a count that does not match, or numbers out of order are errors,
//! never a pass. Unknown lines are allowed, as the format says.

/// How one test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// `ok`, or an expected failure.
    Passed,
    /// `not ok`.
    Failed,
    /// `# SKIP`.
    Skipped,
}

/// A leaf of the tree of tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Names from the outermost test to this one, joined by `::`.
    pub name: String,
    /// How it ended.
    pub status: Status,
    /// Diagnostic lines before it, and a directive's reason.
    pub notes: Vec<String>,
    /// The directive after its name, such as `SKIP no clock`; empty without one.
    pub directive: String,
}

/// What was read of an output, whole or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// The leaves that came.
    pub leaves: Vec<Leaf>,
    /// Diagnostic lines behind the last result.
    pub tail: Vec<String>,
    /// What was wrong with it, if anything.
    pub error: Option<String>,
}

/// A reader, fed line by line.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    levels: Vec<Level>,
    leaves: Vec<Leaf>,
    notes: Vec<String>,
    error: Option<String>,
}

#[derive(Clone, Debug, Default)]
struct Level {
    plan: Option<usize>,
    seen: usize,
    first_leaf: usize,
}

impl Reader {
    /// Takes one line.
    pub fn feed(&mut self, line: &str) {
        let text = line.trim_start_matches(' ');
        let depth = (line.len() - text.len()) / 2;
        if text.starts_with("KTAP version ") || text.starts_with("TAP version ") {
            self.open(depth);
        } else if let Some(plan) = text.strip_prefix("1..") {
            self.plan(depth, plan);
        } else if let Some(rest) = text.strip_prefix("not ok ") {
            self.result(depth, rest, false);
        } else if let Some(rest) = text.strip_prefix("ok ") {
            self.result(depth, rest, true);
        } else if let Some(note) = text.strip_prefix('#') {
            self.notes.push(note.trim().to_owned());
        } else if text.starts_with("Bail out!") {
            self.complain(text.to_owned());
        }
    }

    /// Ends the input.
    ///
    /// # Errors
    ///
    /// What was wrong with it, if anything.
    pub fn finish(self) -> Result<Vec<Leaf>, String> {
        let end = self.end();
        match end.error {
            Some(error) => Err(error),
            None => Ok(end.leaves),
        }
    }

    /// Ends the input and gives also what came before a mistake.
    pub fn end(mut self) -> End {
        if self.levels.is_empty() {
            self.complain("no test output: the KTAP version line is missing".into());
        }
        while let Some(level) = self.levels.pop() {
            let depth = self.levels.len();
            self.close(&level, depth);
        }
        End {
            leaves: self.leaves,
            tail: self.notes,
            error: self.error,
        }
    }

    fn open(&mut self, depth: usize) {
        if depth != self.levels.len() {
            self.complain(format!(
                "a version line at depth {depth} where depth {} was open",
                self.levels.len()
            ));
            self.levels.truncate(depth);
        }
        self.levels.push(Level {
            first_leaf: self.leaves.len(),
            ..Level::default()
        });
    }

    fn plan(&mut self, depth: usize, text: &str) {
        let number = text.split([' ', '#']).next().unwrap_or_default();
        match (number.parse(), self.levels.get_mut(depth)) {
            (Ok(plan), Some(level)) if level.plan.is_none() => level.plan = Some(plan),
            (Err(_), _) => self.complain(format!("the plan `1..{text}` is not a number")),
            (Ok(_), Some(_)) => self.complain("a second plan".into()),
            (Ok(_), None) => self.complain("a plan before the version line".into()),
        }
    }

    fn result(&mut self, depth: usize, rest: &str, ok: bool) {
        // A result line closes the level below it, of which it is the summary.
        let mut has_children = false;
        while self.levels.len() > depth + 1 {
            if let Some(level) = self.levels.pop() {
                has_children = level.seen > 0;
                let at = self.levels.len();
                self.close(&level, at);
            }
        }
        let Some(level) = self.levels.get_mut(depth) else {
            return self.complain(format!("a result before the version line: {rest}"));
        };
        level.seen += 1;
        let expected = level.seen;
        let (number, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        if number.parse() != Ok(expected) {
            self.complain(format!("result {number} where {expected} was due"));
        }
        let (name, directive) = rest.split_once('#').unwrap_or((rest, ""));
        let name = name.trim().trim_start_matches("- ").trim().to_owned();
        let directive = directive.trim().to_owned();
        let word = directive
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_uppercase();
        let status = match word.as_str() {
            "SKIP" => Status::Skipped,
            "XFAIL" | "TODO" => Status::Passed,
            "TIMEOUT" | "ERROR" => Status::Failed,
            _ if ok => Status::Passed,
            _ => Status::Failed,
        };
        let mut notes = std::mem::take(&mut self.notes);
        if !directive.is_empty() {
            notes.push(directive.clone());
        }
        let leaf = Leaf {
            name,
            status,
            notes,
            directive,
        };
        if has_children {
            self.summarise(leaf);
        } else {
            self.leaves.push(leaf);
        }
    }

    /// Names the leaves below a result; one that failed although all its parts passed is a leaf of its own.
    fn summarise(&mut self, summary: Leaf) {
        let unnamed = self.levels.last().map_or(0, |level| level.first_leaf);
        let mut parts_failed = false;
        for leaf in &mut self.leaves[unnamed..] {
            parts_failed |= leaf.status == Status::Failed;
            leaf.name = format!("{}::{}", summary.name, leaf.name);
        }
        if let Some(level) = self.levels.last_mut() {
            level.first_leaf = self.leaves.len();
        }
        if summary.status == Status::Failed && !parts_failed {
            self.leaves.push(summary);
        }
    }

    fn close(&mut self, level: &Level, depth: usize) {
        match level.plan {
            None => self.complain(format!("no plan at depth {depth}")),
            Some(plan) if plan != level.seen => {
                self.complain(format!(
                    "{plan} results were planned and {} came",
                    level.seen
                ));
            }
            Some(0) if depth == 0 => self.complain("the plan is empty".into()),
            Some(_) => {}
        }
    }

    /// Keeps the first complaint: the others follow from it.
    fn complain(&mut self, text: String) {
        self.error.get_or_insert(text);
    }
}

#[cfg(test)]
mod tests;
