// SPDX-License-Identifier: GPL-2.0

//! `cargo qemu demo`: one machine, traffic, a hundred changes of configuration, three ways to read the metadata.

mod show;

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde_json::{json, Value};

use crate::boot::{self, Workshop};
use crate::follow::follow;
use crate::lane::Lane;
use crate::report::write_json;
use crate::trouble::Trouble;
use crate::ui::Step;

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
    let (mut result, mut announced) = (None, 0);
    let outcome = follow(&mut vm, &step, |event| {
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
    });
    step.result(&format!(
        "{:>10}  {announced} announcements were received",
        "demo"
    ));
    vm.settle();
    vm.console.write(&workshop.paths.runs().join("demo.log"));
    step.clear();
    let (ok, message) = outcome?;
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
