// SPDX-License-Identifier: GPL-2.0

//! `cargo qemu test --quick`: a fair cross-section in a few minutes, for each commit. It shows that nothing is badly wrong; the whole
//! run shows that nothing is.
//!
//! What must never happen: a name in the table that is no longer there, and so a run that shows less than it says. A test
//! compares the names with the guest's, and the run itself fails if one of them did not come.

use std::time::Duration;

use serde_json::{json, Value};

use crate::report::{Outcome, Verdict};

/// What cargo is told of the workspace's tests: the crates that the kernel compiles too and the one that reads, without what
/// runs compilers on texts.
pub const PACKAGES: &[&str] = &[
    "--package",
    "meta-core",
    "--package",
    "meta-derive",
    "--package",
    "meta-reader",
    "--package",
    "rnic-driver",
    "--lib",
];

/// Starts of names, and what each stands for.
const CHOSEN: &[(&str, &str)] = &[
    ("host::meta_core::", "layouts, BTF and writers"),
    ("host::meta_derive::", "what the derives make and refuse"),
    ("host::meta_reader::", "the readers in user space"),
    ("host::rnic_driver::", "descriptors, rings, registers"),
    (
        "module::data_path_has_no_panic",
        "the module builds, and its data path",
    ),
    ("pins::format", "the cheapest of what a reviewer would say"),
    ("e1000e::probe::", "the driver loads and finds its NIC"),
    ("e1000e::traffic::", "packets both ways"),
    ("e1000e::vlan::", "a field that moves when it is switched"),
    ("e1000e::updown::", "rings are made and taken down"),
    ("e1000e::features::", "knobs and what they change"),
    ("e1000e::layouts::", "what is published"),
    ("e1000e::records::", "what is written in front of packets"),
    ("e1000e::announce::", "each generation is announced in time"),
    ("e1000e::hints::", "the kernel's standard functions"),
    ("e1000e::reconfig::", "changes under traffic"),
    ("e1000e::trace::clean", "QEMU's model has nothing to say"),
    (STORM, "all of it at once, every reader, shortly"),
];

/// The storm.
const STORM: &str = "e1000e::storm::every_reader";

/// Whether a test belongs to it.
pub fn has(name: &str) -> bool {
    CHOSEN.iter().any(|(start, _)| name.starts_with(start))
}

/// What a case is told: a storm is to be short.
pub fn arguments(case: &str) -> Value {
    match case {
        STORM => json!({ "changes": 150, "packets": 15_000 }),
        _ => json!({}),
    }
}

/// A failure for each line of the table of which nothing came.
pub fn missing(outcomes: &[Outcome]) -> Vec<Outcome> {
    let is_missing = |start: &str| {
        !outcomes
            .iter()
            .any(|outcome| outcome.name.starts_with(start))
    };
    let missing = CHOSEN.iter().filter(|(start, _)| is_missing(start));
    missing
        .map(|(start, what)| Outcome {
            name: format!("{start}quick"),
            verdict: Verdict::Failed,
            time: Duration::ZERO,
            message: format!("nothing came of {start} ({what}): was it renamed?"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{arguments, has, missing, CHOSEN, STORM};
    use crate::report::{Outcome, Verdict};
    use crate::schedule::names;
    use std::time::Duration;

    #[test]
    fn every_case_of_the_table_is_one_of_the_guests() {
        let cases = names::of_guest_cases();
        for (start, what) in CHOSEN {
            assert!(what.len() > 8, "{start}");
            let Some(case) = start.strip_prefix("e1000e::") else {
                continue;
            };
            let exists = cases.iter().any(|known| known.starts_with(case));
            assert!(exists || case == "trace::clean", "{start}");
        }
    }

    #[test]
    fn what_does_not_come_is_a_failure() {
        let came = |name: &str| Outcome {
            name: name.into(),
            verdict: Verdict::Passed,
            time: Duration::ZERO,
            message: String::new(),
        };
        assert_eq!(missing(&[]).len(), CHOSEN.len());
        let all: Vec<Outcome> = CHOSEN.iter().map(|(start, _)| came(start)).collect();
        assert!(missing(&all).is_empty());
        assert_eq!(missing(&all[1..]).len(), 1);
    }

    #[test]
    fn it_is_a_part_and_its_storm_is_short() {
        assert!(has("e1000e::vlan::any") && has(STORM));
        assert!(!has("igb::vlan::any") && !has("fuzz::reader"));
        assert!(arguments(STORM)["changes"].as_u64().unwrap() < 600);
        assert_eq!(arguments("e1000e::vlan::any"), serde_json::json!({}));
    }
}
