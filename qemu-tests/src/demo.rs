// SPDX-License-Identifier: GPL-2.0

//! `cargo qemu demo`: one machine, traffic, a hundred changes of configuration, three ways to read the metadata.
//!
//! Drawn on a terminal, told line by line elsewhere; either way the same story is kept, and ends as a table and a page.

mod lines;
mod map;
pub mod rehearsal;
mod report;
#[cfg(test)]
mod samples;
mod screen;
mod story;

use anyhow::{Context, Result};
use serde_json::json;

use crate::boot::{self, Workshop};
use crate::cli::Demo;
use crate::follow::follow;
use crate::lane::Lane;
use crate::results;
use crate::timing;
use crate::trouble::Trouble;
use crate::vm::Vm;
use lines::Lines;
use report::Setting;
use screen::Screen;
use story::Story;

/// Milliseconds between two changes for somebody who watches them.
const PACE: u64 = 100;

/// Runs the demo.
///
/// # Errors
///
/// When a reader that must be right was wrong, the kernel complained, the machine failed, or it was ended from the keyboard.
pub fn run(workshop: &Workshop, wanted: &Demo) -> Result<()> {
    let lane = Lane::first();
    let image = workshop.image(lane)?;
    let mut vm = workshop.boot(lane, &image)?;
    let drawn = !wanted.plain && screen::possible();
    let pause = wanted.pause.unwrap_or(if drawn { PACE } else { 0 });
    ask(&mut vm, wanted.changes, pause, wanted.seed)?;
    let story = Story::new(lane.nic, wanted.changes);
    let (story, outcome) = watch(&mut vm, story, drawn)?;
    vm.console.write(&workshop.paths.runs().join("demo.log"));
    let (ok, message) = outcome?;
    println!("{}", lines::table(&story));
    let splat = vm.console.first_splat().is_some();
    let verdict = match (ok, &story.result) {
        _ if splat => Err(boot::splat(&vm)),
        (true, Some(_)) => Ok(()),
        (true, None) => Err(Trouble::Infrastructure("the guest gave no result".into())),
        (false, _) => Err(Trouble::Failed(format!("the demo failed: {message}"))),
    };
    if let (Some(path), Some(result)) = (&wanted.json, &story.result) {
        let mut result = result.clone();
        result["run"] = timing::account(&workshop.paths.cache);
        results::keep(path, &result)?;
    }
    if story.result.is_some() {
        let usual = workshop.paths.runs().join("demo.html");
        let path = wanted.html.as_ref().unwrap_or(&usual);
        let setting = Setting {
            kernel: &workshop.ground.kernel.name,
            seed: wanted.seed,
            pause,
            trouble: verdict.as_ref().err().map(Trouble::to_string),
        };
        std::fs::write(path, report::page(&story, &setting))
            .with_context(|| format!("cannot write {}", path.display()))?;
        println!("\nreport: {}", path.display());
    }
    Ok(verdict?)
}

/// Has the guest begin.
fn ask(vm: &mut Vm, changes: u32, pause: u64, seed: u64) -> Result<()> {
    let asked = json!({ "changes": changes, "pause_ms": pause, "seed": seed });
    vm.say(&format!("run demo {asked}"))
}

/// Shows it to its end; the terminal is as it was when this returns, whatever has happened.
fn watch(vm: &mut Vm, story: Story, drawn: bool) -> Result<(Story, Result<(bool, String)>)> {
    if !drawn {
        let mut lines = Lines::new(story);
        let outcome = follow(vm, &mut lines);
        vm.settle();
        return Ok((lines.end(), outcome));
    }
    let mut screen = Screen::open(story)?;
    let outcome = follow(vm, &mut screen);
    let (story, log) = screen.close();
    for line in log {
        eprintln!("{:>10}  {line}", "guest");
    }
    if outcome.is_ok() {
        vm.settle();
    }
    Ok((story, outcome))
}
