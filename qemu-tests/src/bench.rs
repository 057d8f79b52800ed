// SPDX-License-Identifier: GPL-2.0

//! `cargo qemu bench`: what the driver costs, in instructions; what a machine costs, in seconds.
//!
//! Instructions are counted by a machine whose clock advances by one nanosecond for each of them, so they are the
//! same in every run; seconds are this host's. What must never happen: a figure from too few samples, or one that was
//! chosen among others.

pub mod core;
mod start;
mod statistics;
mod table;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};

use crate::boot::{self, Workshop};
use crate::build::module::Variant;
use crate::lane::{Kind, Lane};
use crate::report::write_json;
use crate::setup::root;
use crate::trouble::Trouble;
use crate::ui::Step;
use crate::vm::argv::{Machine, Mode};
use crate::vm::ctl::Line;
use crate::vm::{Event, Start, Vm};
use statistics::Histogram;

/// The machine that counts: one processor, as two take turns in an order that is the host's.
const LANE: Lane = Lane {
    name: "bench",
    kind: Kind::Plain,
    nic: "e1000e",
    processors: 1,
    variant: Variant::Plain,
};

/// Fewer packets than this say nothing.
const ENOUGH: u64 = 1000;

/// Runs the measurements, prints them and writes the file.
///
/// # Errors
///
/// When packets were lost, the kernel complained, or the machine failed.
pub fn run(workshop: &Workshop, json: Option<&Path>) -> Result<()> {
    let measured = count(workshop)?;
    let mut result = json!({
        "kernel": workshop.ground.kernel.name,
        "qemu": qemu_version(workshop)?,
        "unit": "guest instructions",
        "cases": summaries(&measured, "packet", ENOUGH)?,
        "fence": summaries(&measured, "call", 100)?,
    });
    result["start_seconds"] = start::measure(workshop)?;
    println!("{}", table::markdown(&result));
    json.map_or(Ok(()), |path| write_json(path, &result))
}

/// Boots the counting machine and collects what its guest measures.
fn count(workshop: &Workshop) -> Result<Vec<Value>> {
    let image = workshop.image(LANE)?;
    let step = Step::new(LANE.name, "starting the machine");
    let machine = Machine {
        lane: LANE,
        mode: Mode::Bench,
    };
    let mut vm = Vm::start(
        &workshop.paths,
        &workshop.ground,
        &image,
        &machine,
        Start::Boot,
    )?;
    let outcome = boot::wait_ready(&mut vm, &step).and_then(|()| {
        vm.say("run bench {}")?;
        step.message("counting instructions");
        follow(&mut vm, &step)
    });
    vm.drain(Duration::from_millis(50));
    vm.console
        .write(&workshop.paths.runs().join(LANE.name).join("console.log"));
    let measured = outcome?;
    if vm.console.first_splat().is_some() {
        return Err(boot::splat(&vm).into());
    }
    step.done(&format!("{} measurements", measured.len()));
    Ok(measured)
}

/// Listens to the guest until it is done.
fn follow(vm: &mut Vm, step: &Step) -> Result<Vec<Value>> {
    let mut measured = Vec::new();
    let broken =
        |vm: &Vm, what: &str| Trouble::Infrastructure(format!("{what}{}", boot::excerpt(vm)));
    loop {
        match vm.next_until(Instant::now() + Duration::from_secs(1)) {
            Event::Console(_) if vm.console.is_fatal() => {
                vm.drain(Duration::from_secs(2));
                return Err(boot::splat(vm).into());
            }
            Event::Console(_) => {}
            Event::Silence if vm.is_hung() => {
                return Err(broken(vm, "the guest went silent").into())
            }
            Event::Silence => step.tick(),
            Event::Gone(why) => {
                return Err(broken(
                    vm,
                    &format!("the machine went off: {}", why.unwrap_or_default()),
                )
                .into())
            }
            Event::Ctl(line) => match Line::parse(&line) {
                Line::Event(mut event) => {
                    let one = event["measured"].take();
                    step.message(one["name"].as_str().unwrap_or_default());
                    measured.push(one);
                }
                Line::Log(text) => step.message(&text),
                Line::Done { ok: true, .. } => return Ok(measured),
                Line::Done { message, .. } => {
                    return Err(
                        Trouble::Failed(format!("the measurement failed: {message}")).into(),
                    )
                }
                _ => {}
            },
        }
    }
}

/// Median and mode of all measurements of one kind.
fn summaries(measured: &[Value], what: &str, enough: u64) -> Result<Vec<Value>> {
    let of_kind = measured.iter().filter(|one| one["what"] == what);
    let summaries = of_kind.map(|one| {
        let name = one["name"]
            .as_str()
            .context("a measurement without a name")?;
        let histogram = Histogram::from_json(&one["histogram"]);
        let summary = histogram
            .and_then(|histogram| histogram.summary())
            .with_context(|| format!("{name}: nothing"))?;
        ensure!(
            summary.samples >= enough,
            "{name}: {} samples are too few",
            summary.samples
        );
        Ok(summary.json(name))
    });
    let summaries: Vec<Value> = summaries.collect::<Result<_>>()?;
    ensure!(!summaries.is_empty(), "the guest measured no {what}");
    Ok(summaries)
}

fn qemu_version(workshop: &Workshop) -> Result<String> {
    let tools = root::recorded_tools(&workshop.ground.root)?;
    let line = tools
        .lines()
        .find_map(|line| line.strip_prefix("qemu-system-x86_64: "));
    let line = line.context("the toolchain root does not say which QEMU it has")?;
    Ok(line.trim_start_matches("QEMU emulator version ").to_owned())
}
