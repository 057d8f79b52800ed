// SPDX-License-Identifier: GPL-2.0

//! A booted machine saved to a file, from which every case starts: a fresh machine in a fifth of a second.
//!
//! The file belongs to one QEMU, one command line, one kernel and one initramfs; the hash of these is its name.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use serde_json::{json, Value};

use super::argv::Machine;
use super::ctl::Line;
use super::{Event, Start, Vm};
use crate::boot::Workshop;
use crate::build::Image;
use crate::hash::Key;
use crate::lane::Lane;
use crate::lock::{forget_old, write_whole, Lock};
use crate::setup::root;

/// A saved machine.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    state: PathBuf,
    machine: Machine,
    image: Image,
    /// The guest's cases, each with the lane it wants.
    pub cases: Vec<(String, Lane)>,
    /// How long a restored machine may be silent.
    pub patience: Duration,
}

impl Checkpoint {
    /// Finds the checkpoint of a lane or boots a machine and makes it.
    ///
    /// # Errors
    ///
    /// When the machine does not come up.
    pub fn find_or_make(workshop: &Workshop, lane: Lane) -> Result<Self> {
        let image = workshop.image(lane)?;
        let _lock = Lock::take(
            &workshop
                .paths
                .runs()
                .join(lane.name)
                .join("checkpoint.lock"),
            "this lane's checkpoint",
        )?;
        let machine = Machine::test(lane);
        let words = machine
            .argv(&workshop.ground.kernel.image(), &image.initramfs)
            .join("\n");
        let tools = root::recorded_tools(&workshop.ground.root)?;
        let key = Key::default()
            .with(tools)
            .with(words)
            .with(&image.key)
            .short();
        let dir = workshop.paths.runs().join(lane.name).join("checkpoint");
        let (state, record) = (
            dir.join(format!("{key}.state")),
            dir.join(format!("{key}.json")),
        );
        if let (Some((cases, boot)), true) = (read_record(&record), state.exists()) {
            return Ok(Self {
                state,
                machine,
                image,
                cases,
                patience: patience(boot),
            });
        }
        std::fs::create_dir_all(&dir)?;
        forget_old(&dir);
        let mut vm = workshop.boot(lane, &image)?;
        let boot = vm.started.elapsed();
        let cases = list(&mut vm)?;
        vm.qmp()?.save(&state).context("cannot save the machine")?;
        let named: Vec<Value> = cases
            .iter()
            .map(|(name, lane)| json!([name, lane.name]))
            .collect();
        write_whole(
            &record,
            json!({ "cases": named, "boot_ms": boot.as_millis() as u64 }).to_string(),
        )?;
        Ok(Self {
            state,
            machine,
            image,
            cases,
            patience: patience(boot),
        })
    }

    /// A machine that goes on from here.
    ///
    /// # Errors
    ///
    /// When QEMU cannot be started or the state not loaded.
    pub fn restore(&self, workshop: &Workshop) -> Result<Vm> {
        let mut vm = Vm::start(
            &workshop.paths,
            &workshop.ground,
            &self.image,
            &self.machine,
            Start::Restore(&self.state),
        )?;
        vm.patience(self.patience);
        match vm.qmp()?.resume() {
            Ok(()) => Ok(vm),
            Err(error) => Err(vm.explain(error).context("cannot restore the machine")),
        }
    }
}

/// A machine that was slow to boot is slow in everything.
fn patience(boot: Duration) -> Duration {
    Duration::from_secs(20).max(boot * 4)
}

/// Asks the guest for its cases.
fn list(vm: &mut Vm) -> Result<Vec<(String, Lane)>> {
    vm.say("list")?;
    let mut cases = Vec::new();
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        match vm.next_until(end) {
            Event::Ctl(line) => match Line::parse(&line) {
                Line::Case(name, lane) => cases.push((
                    name,
                    lane.map_or(Ok(Lane::first()), |lane| Lane::named(&lane))?,
                )),
                Line::Listed => return Ok(cases),
                _ => {}
            },
            Event::Console(_) => {}
            Event::Gone(why) => bail!(
                "the machine went off while listing its cases: {}",
                why.unwrap_or_default()
            ),
            Event::Silence => bail!("the guest did not list its cases"),
        }
    }
}

fn read_record(path: &Path) -> Option<(Vec<(String, Lane)>, Duration)> {
    let value: Value = serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()?;
    let mut cases = Vec::new();
    for case in value.get("cases")?.as_array()? {
        cases.push((
            case.get(0)?.as_str()?.to_owned(),
            Lane::named(case.get(1)?.as_str()?).ok()?,
        ));
    }
    Some((
        cases,
        Duration::from_millis(value.get("boot_ms")?.as_u64()?),
    ))
}
