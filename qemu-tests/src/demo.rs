// SPDX-License-Identifier: GPL-2.0

//! `cargo qemu demo`: one machine, traffic, a hundred changes of configuration, three ways to read the metadata.

mod show;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{json, Value};

use crate::boot::{self, Workshop};
use crate::lane::Lane;
use crate::report::write_json;
use crate::trouble::Trouble;
use crate::ui::Step;
use crate::vm::ctl::Line;
use crate::vm::{Event, Vm};

/// Runs the demo.
///
/// # Errors
///
/// When a reader that must be right was wrong, the kernel complained, or the machine failed.
pub fn run(workshop: &Workshop, changes: u32, json: Option<&Path>) -> Result<()> {
    let lane = Lane::first();
    let image = workshop.image(lane)?;
    let mut vm = workshop.boot(lane, &image)?;
    vm.say(&format!("run demo {}", json!({ "changes": changes })))?;
    let step = Step::new("demo", "traffic and changes");
    step.total(u64::from(changes));
    let outcome = follow(&mut vm, &step);
    vm.settle();
    vm.console.write(&workshop.paths.runs().join("demo.log"));
    step.clear();
    let (result, ok, message) = outcome?;
    if let Some(result) = &result {
        println!("{}", show::table(result));
        if let Some(path) = json {
            write_json(path, result)?;
        }
    }
    if vm.console.first_splat().is_some() {
        return Err(boot::splat(&vm).into());
    }
    match (ok, result) {
        (true, Some(_)) => Ok(()),
        (true, None) => Err(Trouble::Infrastructure("the guest gave no result".into()).into()),
        (false, _) => Err(Trouble::Failed(format!("the demo failed: {message}")).into()),
    }
}

/// Answers the guest and shows what it reports, until it is done.
fn follow(vm: &mut Vm, step: &Step) -> Result<(Option<Value>, bool, String)> {
    let mut result = None;
    let mut announced = 0;
    loop {
        let line = match vm.next_until(Instant::now() + Duration::from_secs(1)) {
            Event::Ctl(line) => line,
            Event::Console(_) if vm.console.is_fatal() => {
                vm.drain(Duration::from_secs(2));
                return Err(boot::splat(vm).into());
            }
            Event::Console(_) => continue,
            Event::Silence if vm.is_hung() => {
                let text = format!("the guest went silent{}", boot::excerpt(vm));
                return Err(Trouble::Infrastructure(text).into());
            }
            Event::Silence => {
                step.tick();
                continue;
            }
            Event::Gone(why) => {
                let text = format!(
                    "the machine went off: {}{}",
                    why.unwrap_or_default(),
                    boot::excerpt(vm)
                );
                return Err(Trouble::Infrastructure(text).into());
            }
        };
        match Line::parse(&line) {
            Line::Wire(request) => {
                let answer = vm.answer(&request);
                vm.say(&format!("wired {answer}"))?;
            }
            Line::Event(event) => {
                if let Some(announcement) = event.get("announcement") {
                    announced += 1;
                    step.result(&show::announcement(announcement));
                }
                if let Some(btf) = event.get("btf") {
                    step.result(&show::btf(btf));
                }
                if let Some(progress) = event.get("progress") {
                    step.at(progress.get("changes").and_then(Value::as_u64).unwrap_or(0));
                    step.live(&show::counters(progress), Duration::from_secs(2));
                }
                if let Some(value) = event.get("result") {
                    result = Some(value.clone());
                }
            }
            Line::Log(text) => step.println(&format!("{:>10}  {text}", "guest")),
            Line::Done { ok, message } => {
                step.result(&format!(
                    "{:>10}  {announced} announcements were received",
                    "demo"
                ));
                return Ok((result, ok, message));
            }
            _ => {}
        }
    }
}
