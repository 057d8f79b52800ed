// SPDX-License-Identifier: GPL-2.0

//! The demo as a test: a short one, to its end, and whether its story is complete.
//!
//! Guest and host agree on the story's shape in two places; this is where they meet. What must never happen is a demo that
//! passes and shows too little.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;

use super::report::{page, Setting};
use super::story::{Event, Story, READERS};
use super::{ask, lines};
use crate::boot::{self, Workshop};
use crate::follow::{follow, Audience};
use crate::lane::Lane;
use crate::report::{Outcome, Verdict};
use crate::schedule::load::Load;
use crate::schedule::Job;
use crate::vm::checkpoint::Checkpoint;
use crate::wanted::Plan;

/// The test's name.
pub const NAME: &str = "demo::rehearsal";

/// Every kind of change once.
const CHANGES: u32 = 16;

/// It, as a job on the first lane.
pub fn job<'a>(plan: Plan<'a>, checkpoint: &Arc<Checkpoint>) -> Job<'a> {
    let load = Load::Light;
    let checkpoint = checkpoint.in_a_crowd(load.crowd());
    plan.machine(&Lane::first(), NAME, load, move |desk| {
        for _ in plan.times() {
            desk.outcome(outcome(plan.workshop, &checkpoint));
        }
    })
}

fn outcome(workshop: &Workshop, checkpoint: &Checkpoint) -> Outcome {
    let started = Instant::now();
    let (verdict, message) = Verdict::of(rehearse(workshop, checkpoint));
    Outcome {
        name: NAME.to_owned(),
        verdict,
        time: started.elapsed(),
        message,
    }
}

/// What is wrong.
fn rehearse(workshop: &Workshop, checkpoint: &Checkpoint) -> Result<Vec<String>> {
    let mut vm = checkpoint.restore(workshop)?;
    ask(&mut vm, CHANGES, 0, 1)?;
    let mut listener = Listener(Story::new(Lane::first().nic, CHANGES));
    let (ok, message) = follow(&mut vm, &mut listener)?;
    vm.settle();
    if vm.console.first_splat().is_some() {
        return Err(boot::splat(&vm).into());
    }
    let mut wrong = missing(&listener.0);
    if !ok {
        wrong.push(message);
    }
    Ok(wrong)
}

/// Only listens.
struct Listener(Story);

impl Audience for Listener {
    fn event(&mut self, event: &Value) -> Result<()> {
        self.0.hear(Event::parse(event)?)
    }

    fn log(&mut self, _: &str) {}

    fn tick(&mut self) -> Result<Duration> {
        Ok(Duration::from_secs(1))
    }
}

/// What a complete story has and this one has not.
fn missing(story: &Story) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |what: &str, ok: bool| {
        if !ok {
            wrong.push(format!("not so: {what}"));
        }
    };
    let names: Vec<&str> = story.knobs.iter().map(|knob| &*knob.name).collect();
    let all = [
        "hash", "vlan", "csum", "tstamp", "ptype", "records", "ring", "mtu",
    ];
    check("every knob is told", names == all);
    let turned = story.knobs.iter().filter(|knob| knob.turned > 0).count();
    check(
        "every knob but the records' is turned",
        turned == all.len() - 1,
    );
    check("every change is told", story.changes() == CHANGES);
    check(
        "counters after every change",
        story.progress.len() == CHANGES as usize,
    );
    // One more: the program was attached.
    let announced = story.announcements.len();
    check(
        "every generation is announced",
        announced == CHANGES as usize + 1,
    );
    check(
        "a layout before and one after a change",
        story.btf.len() == 2,
    );
    check("layouts differ", story.layouts().len() > 4);
    let packets: u64 = story.shares.iter().map(|share| share.packets).sum();
    let seen = |reader: &str| story.score(reader).unwrap_or_default().packets;
    for (reader, name, _) in READERS {
        check(
            &format!("{name} has the layouts' packets"),
            packets > 0 && packets == seen(reader),
        );
    }
    check(
        "a table for each reader",
        lines::table(story).lines().count() == 3 + READERS.len(),
    );
    let shape = story.result.as_ref().map(keys).unwrap_or_default();
    check(
        "machines find what they are used to",
        shape == ["nic", "changes", "generations", "announced", "readers"],
    );
    let setting = Setting {
        kernel: "",
        seed: 1,
        pause: 0,
        trouble: None,
    };
    check("a page", page(story, &setting).contains("Passed"));
    wrong
}

fn keys(value: &Value) -> Vec<String> {
    let keys = value
        .as_object()
        .into_iter()
        .flat_map(|object| object.keys());
    keys.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::missing;

    #[test]
    fn a_story_that_lacks_something_is_noticed() {
        let wrong = missing(&samples::story(16, false)).join("\n");
        for what in [
            "every knob is told",
            "layouts differ",
            "machines find",
            "late-bound has",
            "a table",
        ] {
            assert!(wrong.contains(what), "{what} in {wrong}");
        }
        assert!(!wrong.contains("every change is told"), "{wrong}");
    }
}
