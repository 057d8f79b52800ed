// SPDX-License-Identifier: GPL-2.0

//! Results of one case as a KTAP document.
//!
//! KTAP wants its plan first and a case learns the number of its checks by running, so the document is
//! kept and sent at the end. A case that dies on the way sends none, which the host takes as an error.

use std::fmt::{Debug, Display};

use crate::ctl;

/// The checks of one case.
#[derive(Debug, Default)]
pub(crate) struct Ktap {
    lines: Vec<String>,
    count: usize,
    failed: Vec<String>,
}

impl Ktap {
    /// Records one check; `detail` is said only when it fails.
    pub(crate) fn check(&mut self, name: &str, ok: bool, detail: impl Display) -> bool {
        self.count += 1;
        if !ok {
            self.diagnostic(&detail);
            self.failed.push(name.to_owned());
        }
        let verdict = if ok { "ok" } else { "not ok" };
        self.lines.push(format!("{verdict} {} {name}", self.count));
        ok
    }

    /// Records that two values are the same.
    pub(crate) fn equal<T: PartialEq<U> + Debug, U: Debug>(
        &mut self,
        name: &str,
        got: T,
        want: U,
    ) -> bool {
        let ok = got == want;
        self.check(name, ok, format_args!("got {got:?}, want {want:?}"))
    }

    /// Records a check that cannot be made here.
    pub(crate) fn skip(&mut self, name: &str, why: &str) {
        self.count += 1;
        self.lines
            .push(format!("ok {} {name} # SKIP {why}", self.count));
    }

    /// Adds an explanation in front of the next check.
    pub(crate) fn diagnostic(&mut self, text: &dyn Display) {
        self.lines
            .extend(text.to_string().lines().map(|line| format!("# {line}")));
    }

    /// The verdict without the document.
    ///
    /// # Errors
    ///
    /// Names the checks that failed, with what was said about the first.
    pub(crate) fn verdict(&self) -> Result<(), String> {
        match self.failed.as_slice() {
            [] => Ok(()),
            failed => {
                let first = self
                    .lines
                    .iter()
                    .find_map(|line| line.strip_prefix("# "))
                    .unwrap_or("");
                Err(format!("failed: {}: {first}", failed.join(", ")))
            }
        }
    }

    /// Sends the document; `Err` tells which checks failed.
    ///
    /// # Errors
    ///
    /// When a check failed or there was none.
    pub(crate) fn finish(mut self) -> Result<(), String> {
        if self.count == 0 {
            self.check("has a check", false, "the case checked nothing");
        }
        ctl::send("ktap", "KTAP version 1");
        ctl::send("ktap", &format!("1..{}", self.count));
        ctl::send("ktap", &self.lines.join("\n"));
        self.verdict()
    }
}
