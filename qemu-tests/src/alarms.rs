// SPDX-License-Identifier: GPL-2.0

//! Tests of the tests: what the guest does wrong on purpose must be found out, each in its own way.

use std::sync::Arc;
use std::time::Duration;

use crate::case;
use crate::lane::Lane;
use crate::report::{Outcome, Verdict};
use crate::schedule::load::Load;
use crate::schedule::Job;
use crate::trace::Trace;
use crate::vm::checkpoint::Checkpoint;
use crate::wanted::Plan;

/// Unlisted cases of the guest, the name that their test has here, and what must become of each.
const ALARMS: &[(&str, &str, Verdict)] = &[
    (
        "alarms::warning",
        "runner::notices_a_warning",
        Verdict::Splat,
    ),
    ("alarms::panic", "runner::notices_a_panic", Verdict::Splat),
    ("alarms::hang", "runner::notices_a_hang", Verdict::Broken),
    (
        "alarms::no_check",
        "runner::notices_that_nothing_was_checked",
        Verdict::Failed,
    ),
    (
        "alarms::failed_check",
        "runner::notices_a_failed_check",
        Verdict::Failed,
    ),
];

/// Silence that is a hang for this purpose.
const PATIENCE: Duration = Duration::from_secs(5);

/// Those that match, as jobs on the first lane.
pub fn jobs<'a>(plan: Plan<'a>, checkpoint: &Arc<Checkpoint>) -> Vec<Job<'a>> {
    let lane = Lane::first();
    let load = Load::Light;
    let wanted = ALARMS.iter().filter(|(_, name, _)| plan.wants(name));
    let jobs = wanted.map(|(alarm, name, expected)| {
        let mut checkpoint = Checkpoint::clone(checkpoint);
        checkpoint.patience = PATIENCE;
        plan.machine(&lane, name, load, move |desk| {
            let case = case::Asked::new(lane.name, alarm, load);
            for _ in plan.times() {
                let outcome = case.run(plan.workshop, &checkpoint, &mut Trace::default());
                desk.outcome(invert(outcome, name, *expected));
            }
        })
    });
    jobs.collect()
}

/// Whether any of them matches.
pub fn any(plan: Plan<'_>) -> bool {
    ALARMS.iter().any(|(_, name, _)| plan.wants(name))
}

/// A failure of the expected kind is a pass; anything else is a failure.
fn invert(outcome: Outcome, name: &str, expected: Verdict) -> Outcome {
    let (verdict, message) = if outcome.verdict == expected {
        (Verdict::Passed, String::new())
    } else {
        let text = format!(
            "{:?} where {expected:?} was due\n{}",
            outcome.verdict, outcome.message
        );
        (Verdict::Failed, text)
    };
    Outcome {
        name: name.to_owned(),
        verdict,
        time: outcome.time,
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::invert;
    use crate::report::{Outcome, Verdict};
    use std::time::Duration;

    #[test]
    fn only_the_expected_failure_passes() {
        for (verdict, expected) in [
            (Verdict::Splat, Verdict::Passed),
            (Verdict::Passed, Verdict::Failed),
            (Verdict::Failed, Verdict::Failed),
            (Verdict::Broken, Verdict::Failed),
            (Verdict::Skipped, Verdict::Failed),
        ] {
            let outcome = Outcome {
                name: "x".into(),
                verdict,
                time: Duration::ZERO,
                message: String::new(),
            };
            assert_eq!(
                invert(outcome, "runner::x", Verdict::Splat).verdict,
                expected,
                "{verdict:?}"
            );
        }
    }
}
