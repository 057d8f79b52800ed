// SPDX-License-Identifier: GPL-2.0

//! Bringing a machine up to the point where its guest says `ready`.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::build::module::{Module, Variant};
use crate::build::{self, Image};
use crate::lane::Lane;
use crate::lock::Lock;
use crate::paths::Paths;
use crate::setup::{self, Ground, Which};
use crate::trouble::Trouble;
use crate::ui::Step;
use crate::vm::argv::{Machine, Mode};
use crate::vm::ctl::Line;
use crate::vm::{Event, Start, Vm};

/// What every verb needs: folders, tools and kernel.
#[derive(Debug)]
pub struct Workshop {
    /// Folders.
    pub paths: Paths,
    /// Tools, and the kernel that everything runs on which asks for no other.
    pub ground: Ground,
    /// The others, once they have been asked for.
    others: Mutex<BTreeMap<Which, Ground>>,
}

impl Workshop {
    /// A workshop on this ground.
    pub fn new(paths: Paths, ground: Ground) -> Self {
        Self {
            paths,
            ground,
            others: Mutex::default(),
        }
    }

    /// Tools and kernel of a lane; made when it is first asked for.
    ///
    /// # Errors
    ///
    /// Those of the set-up.
    pub fn ground_of(&self, lane: Lane) -> Result<Ground> {
        if lane.kernel == Which::Stock {
            return Ok(self.ground.clone());
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ground) = others.get(&lane.kernel) {
            return Ok(ground.clone());
        }
        let ground = setup::ground(&self.paths, lane.kernel)?;
        others.insert(lane.kernel, ground.clone());
        Ok(ground)
    }

    /// Builds what a lane boots.
    ///
    /// # Errors
    ///
    /// When a build fails.
    pub fn image(&self, lane: Lane) -> Result<Image> {
        let ground = self.ground_of(lane)?;
        let _lock = Lock::take(&self.paths.runs().join("build.lock"), "this tree's build")?;
        build::image(&self.paths, &ground, lane)
    }

    /// Builds a variant of the module.
    ///
    /// # Errors
    ///
    /// When the build fails.
    pub fn module(&self, variant: Variant) -> Result<Module> {
        let _lock = Lock::take(&self.paths.runs().join("build.lock"), "this tree's build")?;
        build::module(&self.paths, &self.ground, variant)
    }

    /// Boots a lane for cases and waits for its guest.
    ///
    /// # Errors
    ///
    /// [`Trouble`] with the end of the kernel's log.
    pub fn boot(&self, lane: Lane, image: &Image) -> Result<Vm> {
        self.boot_as(lane, image, Mode::Test)
    }

    /// Boots a lane and waits for its guest.
    ///
    /// # Errors
    ///
    /// [`Trouble`] with the end of the kernel's log.
    pub fn boot_as(&self, lane: Lane, image: &Image, mode: Mode) -> Result<Vm> {
        let step = Step::new(lane.name, "starting the machine");
        let machine = Machine::new(lane, mode);
        let ground = self.ground_of(lane)?;
        let mut vm = Vm::start(&self.paths, &ground, image, &machine, Start::Boot)?;
        let result = wait_ready(&mut vm, &step);
        vm.console
            .write(&self.paths.runs().join(lane.name).join("boot.log"));
        result?;
        step.done(&format!("{} up, {}", lane.nic, ground.kernel.name));
        Ok(vm)
    }
}

/// Reads until `ready`; the kernel's log must be clean by then.
///
/// # Errors
///
/// [`Trouble`] with the end of the kernel's log.
pub fn wait_ready(vm: &mut Vm, step: &Step) -> Result<()> {
    let infrastructure = |vm: &Vm, what: &str| -> anyhow::Error {
        Trouble::Infrastructure(format!("the guest did not come up: {what}{}", excerpt(vm))).into()
    };
    loop {
        match vm.next_until(Instant::now() + Duration::from_secs(1)) {
            Event::Console(_) if vm.console.is_fatal() => {
                vm.drain(Duration::from_secs(2));
                return Err(splat(vm).into());
            }
            Event::Console(line) => step.message(
                line.split_once(']')
                    .map_or(line.as_str(), |(_, text)| text.trim()),
            ),
            Event::Ctl(line) => match Line::parse(&line) {
                Line::Ready => break,
                Line::Done { message, .. } => {
                    vm.drain(Duration::from_millis(200));
                    return Err(infrastructure(vm, &message));
                }
                _ => {}
            },
            Event::Gone(why) => {
                return Err(infrastructure(
                    vm,
                    &why.unwrap_or_else(|| "the machine went off".into()),
                ))
            }
            Event::Silence if vm.is_hung() => return Err(infrastructure(vm, "it went silent")),
            Event::Silence => step.tick(),
        }
    }
    if vm.console.first_splat().is_some() {
        return Err(splat(vm).into());
    }
    Ok(())
}

/// The failure that a bad line in the log is.
pub fn splat(vm: &Vm) -> Trouble {
    Trouble::Splat(format!(
        "{}{}",
        vm.console.first_splat().unwrap_or("nothing"),
        excerpt(vm)
    ))
}

/// The telling part of the kernel's log, indented.
pub fn excerpt(vm: &Vm) -> String {
    let lines = vm.console.excerpt(30).iter().chain(vm.console.complaints());
    lines.map(|line| format!("\n    | {line}")).collect()
}
