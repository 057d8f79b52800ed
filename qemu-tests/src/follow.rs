// SPDX-License-Identifier: GPL-2.0

//! A case that tells what it does as it happens, for people who watch: its requests are answered, its events passed on.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;

use crate::boot;
use crate::trouble::Trouble;
use crate::ui::Step;
use crate::vm::ctl::Line;
use crate::vm::{Event, Vm};

/// Answers the guest and hands over what it reports, until it is done; whether it is content, or why not.
///
/// # Errors
///
/// When the kernel complained, or the machine failed.
pub fn follow(vm: &mut Vm, step: &Step, mut event: impl FnMut(&Value)) -> Result<(bool, String)> {
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
            Line::Event(value) => event(&value),
            Line::Log(text) => step.println(&format!("{:>10}  {text}", "guest")),
            Line::Done { ok, message } => return Ok((ok, message)),
            _ => {}
        }
    }
}
