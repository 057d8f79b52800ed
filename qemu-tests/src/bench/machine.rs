// SPDX-License-Identifier: GPL-2.0

//! The machine that counts: boots, runs the guest's measurements, and collects what they say.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{json, Value};

use super::watcher::Watcher;
use super::Choice;
use crate::boot::{self, Workshop};
use crate::build::{self, Image};
use crate::lane::Lane;
use crate::lock::{write_whole, Lock};
use crate::trouble::Trouble;
use crate::ui::Step;
use crate::vm::argv::{Machine, Mode};
use crate::vm::ctl::Line;
use crate::vm::{Event, Start, Vm};

/// What came out of one machine.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Everything that was counted.
    pub measured: Vec<Value>,
    /// What the guest said last of the driver that was counted.
    pub watched: Value,
    /// What could not be.
    pub failed: Option<String>,
}

/// Boots the machine with this NIC and measures all chosen drivers of it.
///
/// # Errors
///
/// When the machine fails or the kernel complains.
pub fn count(workshop: &Workshop, nic: &'static str, choice: &Choice<'_>) -> Result<Outcome> {
    let drivers = choice.drivers();
    let order = json!({ "nic": nic, "drivers": drivers, "case": choice.case, "part": choice.part });
    let order = format!("run bench {order}");
    let mut watcher = Watcher::new(workshop, folder(workshop, nic), false)?;
    run(workshop, nic, &drivers, &order, &mut watcher)
}

/// Where logs and the plugin's files go.
pub fn folder(workshop: &Workshop, nic: &'static str) -> PathBuf {
    workshop.paths.runs().join(lane(nic).name)
}

/// One processor, as two take turns in an order that is the host's.
fn lane(nic: &'static str) -> Lane {
    Lane {
        name: match nic {
            "igb" => "bench-igb",
            _ => "bench-e1000e",
        },
        nic,
        processors: 1,
        ..Lane::first()
    }
}

/// Boots, gives the order and listens.
///
/// # Errors
///
/// When the machine fails or the kernel complains.
pub fn run(
    workshop: &Workshop,
    nic: &'static str,
    drivers: &[&str],
    order: &str,
    watcher: &mut Watcher<'_>,
) -> Result<Outcome> {
    let lane = lane(nic);
    // The plugin's files are one machine's.
    let lock = folder(workshop, nic).join("lock");
    let _lock = Lock::take(&lock, "this tree's measurements")?;
    let image = image(workshop, lane, drivers, watcher)?;
    let step = Step::new(lane.name, "starting the machine");
    let machine = Machine::new(lane, Mode::Bench);
    let plugin = watcher.plugin()?;
    let (paths, ground, start) = (&workshop.paths, &workshop.ground, Start::Watched(&plugin));
    let mut vm = Vm::start(paths, ground, &image, &machine, start)?;
    // A row takes some seconds, and says nothing before it is done.
    vm.patience(Duration::from_secs(300));
    let mut said = String::new();
    let outcome = boot::wait_ready(&mut vm, &step).and_then(|()| {
        vm.say(order)?;
        step.message("counting instructions");
        follow(&mut vm, &step, &mut said, watcher)
    });
    vm.drain(Duration::from_millis(50));
    let logs = folder(workshop, nic);
    vm.console.write(&logs.join("console.log"));
    write_whole(&logs.join("guest.log"), said)?;
    let outcome = outcome?;
    if vm.console.first_splat().is_some() {
        return Err(boot::splat(&vm).into());
    }
    step.done(&format!("{} measurements", outcome.measured.len()));
    Ok(outcome)
}

/// The C drivers can be measured while our module does not compile.
fn image(
    workshop: &Workshop,
    lane: Lane,
    drivers: &[&str],
    watcher: &mut Watcher<'_>,
) -> Result<Image> {
    let lock = workshop.paths.runs().join("build.lock");
    let _lock = Lock::take(&lock, "this tree's build")?;
    let (paths, ground) = (&workshop.paths, &workshop.ground);
    if drivers.contains(&"rnic") {
        watcher.with_rnic()?;
        return build::image(paths, ground, lane);
    }
    build::image_without_module(paths, ground, lane.name)
}

/// Listens to the guest until it is done.
fn follow(
    vm: &mut Vm,
    step: &Step,
    said: &mut String,
    watcher: &mut Watcher<'_>,
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
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
                let why = why.unwrap_or_default();
                return Err(broken(vm, &format!("the machine went off: {why}")).into());
            }
            Event::Ctl(line) => match Line::parse(&line) {
                Line::Event(mut event) if event.get("watch").is_some() => {
                    watcher.watch(&event["watch"])?;
                    outcome.watched = event["watch"].take();
                    vm.say("go")?;
                }
                Line::Event(mut event) => {
                    let mut one = event["measured"].take();
                    step.message(&described(&one));
                    if ["row", "reader", "call"].contains(&one["what"].as_str().unwrap_or_default())
                    {
                        one["bursts"] = watcher.samples()?;
                    }
                    outcome.measured.push(one);
                }
                Line::Log(text) => {
                    step.message(&text);
                    said.push_str(&text);
                    said.push('\n');
                }
                Line::Done { ok, message } => {
                    outcome.failed = (!ok).then_some(message);
                    return Ok(outcome);
                }
                _ => {}
            },
        }
    }
}

fn described(measured: &Value) -> String {
    let words = [
        "what", "driver", "case", "size", "records", "name", "way", "count",
    ];
    let word = |key: &&str| match &measured[*key] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let said: Vec<String> = words.iter().filter_map(word).collect();
    said.join(" ")
}
