// SPDX-License-Identifier: GPL-2.0

//! A case that tells what it does as it happens, for people who watch: its requests are answered, its events passed on.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;

use crate::boot;
use crate::trouble::Trouble;
use crate::vm::ctl::Line;
use crate::vm::{Event, Vm};

/// Who watches. What any of them returns as an error ends the case.
pub trait Audience {
    /// Something has happened.
    ///
    /// # Errors
    ///
    /// When it means nothing.
    fn event(&mut self, event: &Value) -> Result<()>;

    /// The guest has something for the log.
    fn log(&mut self, text: &str);

    /// Time has passed; gives how long it may be until the next call.
    ///
    /// # Errors
    ///
    /// When the audience has left.
    fn tick(&mut self) -> Result<Duration>;
}

/// Answers the guest and hands over what it reports, until it is done; whether it is content, or why not.
///
/// # Errors
///
/// When the kernel complained, the machine failed, or the audience has an error.
pub fn follow(vm: &mut Vm, audience: &mut impl Audience) -> Result<(bool, String)> {
    loop {
        let patience = audience.tick()?;
        let line = match vm.next_until(Instant::now() + patience) {
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
            Event::Silence => continue,
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
            Line::Event(value) => audience.event(&value)?,
            Line::Log(text) => audience.log(&text),
            Line::Done { ok, message } => return Ok((ok, message)),
            _ => {}
        }
    }
}
