// SPDX-License-Identifier: GPL-2.0

//! What the built module consists of: promises about the data path that only its machine code can keep or break.

mod data_path;
pub mod straight_line;

use crate::boot::Workshop;
use crate::report::Report;
use crate::ui::Step;

/// Makes the checks whose names match.
pub fn run(workshop: &Workshop, matches: &dyn Fn(&str) -> bool, report: &mut Report) {
    if matches(data_path::NAME) {
        let outcome = data_path::run(workshop);
        report.add(outcome, &Step::new("module", "its disassembly was read"));
    }
    if matches(straight_line::NAME) {
        let outcome = straight_line::run(workshop);
        report.add(outcome, &Step::new("module", "its writers were read"));
    }
}
