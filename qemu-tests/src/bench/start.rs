// SPDX-License-Identifier: GPL-2.0

//! How long this host takes to bring up a machine: powered on, and from its checkpoint.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{json, Value};

use crate::boot::{self, Workshop};
use crate::lane::Lane;
use crate::trouble::Trouble;
use crate::ui::Step;
use crate::vm::argv::{Machine, Mode};
use crate::vm::checkpoint::Checkpoint;
use crate::vm::{Event, Start, Vm};

/// An odd number, for the median's sake.
const TIMES: usize = 5;

/// Wall-clock seconds, all of them and the median.
///
/// # Errors
///
/// When a machine does not come up.
pub fn measure(workshop: &Workshop) -> Result<Value> {
    let lane = Lane::first();
    let checkpoint = Checkpoint::find_or_make(workshop, lane)?;
    let image = workshop.image(lane)?;
    let step = Step::new("start", "starting machines");
    let machine = Machine::new(lane, Mode::Test);
    let mut booted = Vec::new();
    let mut restored = Vec::new();
    for _ in 0..TIMES {
        let mut vm = Vm::start(
            &workshop.paths,
            &workshop.ground,
            &image,
            &machine,
            Start::Boot,
        )?;
        boot::wait_ready(&mut vm, &step)?;
        booted.push(vm.started.elapsed());
    }
    for _ in 0..TIMES {
        let started = Instant::now();
        let mut vm = checkpoint.restore(workshop)?;
        first_answer(&mut vm)?;
        restored.push(started.elapsed());
    }
    step.done(&format!("{TIMES} machines booted, {TIMES} restored"));
    Ok(json!({ "power_on_to_ready": times(booted), "restore_to_first_answer": times(restored) }))
}

/// A restored machine is up when its guest answers.
fn first_answer(vm: &mut Vm) -> Result<()> {
    vm.say("list")?;
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        match vm.next_until(end) {
            Event::Ctl(_) => return Ok(()),
            Event::Console(_) => {}
            Event::Gone(_) | Event::Silence => {
                return Err(
                    Trouble::Infrastructure(format!("no answer{}", boot::excerpt(vm))).into(),
                )
            }
        }
    }
}

fn times(mut all: Vec<Duration>) -> Value {
    let seconds = |time: &Duration| (time.as_secs_f64() * 1000.0).round() / 1000.0;
    let in_order: Vec<f64> = all.iter().map(seconds).collect();
    all.sort();
    json!({ "median": all.get(all.len() / 2).map(seconds), "all": in_order })
}
