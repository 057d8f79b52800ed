// SPDX-License-Identifier: GPL-2.0

//! `cargo qemu storm`: random changes under traffic on each NIC, and what every reader came to.

pub mod show;

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde_json::{json, Value};

use crate::boot::{self, Workshop};
use crate::follow::{follow, Audience};
use crate::lane::{Kind, Lane, LANES};
use crate::report::write_json;
use crate::results::keep;
use crate::setup::Which;
use crate::trouble::Trouble;
use crate::ui::Step;
use crate::vm::argv::Mode;

/// Runs a storm on one NIC or on each; `wanted` is what the guest is told.
///
/// # Errors
///
/// When a reader that must be right was wrong, the kernel complained, or a machine failed.
pub fn run(
    workshop: &Workshop,
    nic: Option<&str>,
    wanted: &Value,
    mode: Mode,
    to: Option<&Path>,
) -> Result<()> {
    let lanes = LANES.iter();
    let lanes = lanes.filter(|lane| lane.kind == Kind::Plain && lane.kernel == Which::Stock);
    let lanes = lanes.filter(|lane| nic.is_none_or(|nic| nic == lane.nic));
    let (mut results, mut failed) = (Vec::new(), Vec::new());
    for lane in lanes {
        let (result, message) = one(workshop, *lane, wanted, mode)?;
        results.extend(result);
        failed.extend(message.map(|message| format!("{}: {message}", lane.nic)));
        // What one NIC came to is not lost if the next one fails.
        if let Some(path) = to {
            write_json(path, &json!({ "wanted": wanted, "storms": results }))?;
        }
    }
    let result = json!({ "wanted": wanted, "storms": results });
    match failed.is_empty() {
        true => to.map_or(Ok(()), |path| keep(path, &result)),
        false => Err(Trouble::Failed(format!("the storm failed: {}", failed.join("; "))).into()),
    }
}

/// What a storm came to, and what was wrong.
fn one(
    workshop: &Workshop,
    lane: Lane,
    wanted: &Value,
    mode: Mode,
) -> Result<(Option<Value>, Option<String>)> {
    let image = workshop.image(lane)?;
    let mut vm = workshop.boot_as(lane, &image, mode)?;
    vm.say(&format!("run storm {wanted}"))?;
    let step = Step::new("storm", "traffic and changes");
    step.total(wanted["changes"].as_u64().unwrap_or(0));
    let mut watcher = Watcher { step, result: None };
    let outcome = follow(&mut vm, &mut watcher);
    let Watcher { step, result } = watcher;
    vm.settle();
    let log = workshop
        .paths
        .runs()
        .join(format!("storm-{}.log", lane.nic));
    vm.console.write(&log);
    step.clear();
    let (ok, message) = outcome?;
    if let Some(report) = &result {
        println!("{}", show::table(report));
    }
    if vm.console.first_splat().is_some() {
        return Err(boot::splat(&vm).into());
    }
    Ok((result, (!ok).then_some(message)))
}

/// Shows a line that moves, and keeps the result.
struct Watcher {
    step: Step,
    result: Option<Value>,
}

impl Audience for Watcher {
    fn event(&mut self, event: &Value) -> Result<()> {
        if let Some(report) = event.get("storm") {
            self.step.at(report["changes"].as_u64().unwrap_or(0));
            self.step
                .live(&show::counters(report), Duration::from_secs(2));
        }
        if let Some(report) = event.get("result") {
            self.result = Some(report.clone());
        }
        Ok(())
    }

    fn log(&mut self, text: &str) {
        self.step.println(&format!("{:>10}  {text}", "guest"));
    }

    fn tick(&mut self) -> Result<Duration> {
        self.step.tick();
        Ok(Duration::from_secs(1))
    }
}
