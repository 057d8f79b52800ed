// SPDX-License-Identifier: GPL-2.0

//! `cargo qemu shell`: a machine on the user's terminal.

use std::time::{Duration, Instant};

use anyhow::Result;
use rustix::termios::{tcgetattr, tcsetattr, OptionalActions, Termios};

use crate::boot::{self, Workshop};
use crate::lane::Lane;
use crate::trouble::Trouble;
use crate::ui::{self, Step};
use crate::vm::argv::{Machine, Mode};
use crate::vm::ctl::Line;
use crate::vm::{Event, Start, Vm};

/// The terminal's settings, put back when dropped: QEMU changes them, and may be killed before it undoes that.
struct Terminal(Option<Termios>);

impl Terminal {
    fn save() -> Self {
        Self(tcgetattr(std::io::stdin()).ok())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some(settings) = &self.0 {
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, settings);
        }
    }
}

/// Boots, hands the terminal over, and waits for the machine to go off.
///
/// # Errors
///
/// When the machine does not come up or QEMU dies.
pub fn run(workshop: &Workshop, nic: &str, traffic: bool) -> Result<()> {
    let lane = Lane::named(nic)?;
    let image = workshop.image(lane)?;
    let machine = Machine::new(lane, Mode::Shell);
    ui::note("shell", "eth0 is the NIC; `exit` switches the machine off");
    let _terminal = Terminal::save();
    let mut vm = Vm::start(
        &workshop.paths,
        &workshop.ground,
        &image,
        &machine,
        Start::Boot,
    )?;
    let step = Step::new("shell", "starting the machine");
    boot::wait_ready(&mut vm, &step)?;
    step.clear();
    // People think for as long as they like.
    vm.patience(Duration::from_secs(u64::from(u32::MAX)));
    if traffic {
        let answer = vm.answer(
            r#"{"background":true,"vlan":"mix","l4":"mix","flows":4,"gap_us":1000,"seed":1}"#,
        );
        if let Some(error) = answer.get("error") {
            ui::note("traffic", &error.to_string());
        }
    }
    let log = workshop.paths.runs().join("shell.log");
    loop {
        match vm.next_until(Instant::now() + Duration::from_secs(1)) {
            Event::Gone(Some(why)) => return Err(Trouble::Infrastructure(why).into()),
            Event::Gone(None) => break,
            Event::Ctl(line) => {
                if let Line::Wire(request) = Line::parse(&line) {
                    let answer = vm.answer(&request);
                    vm.say(&format!("wired {answer}"))?;
                }
            }
            Event::Console(_) | Event::Silence => {}
        }
        vm.console.write(&log);
    }
    if let Some(splat) = vm.console.first_splat() {
        ui::note("kernel", splat);
    }
    ui::note("shell", &format!("the kernel's log is {}", log.display()));
    Ok(())
}
