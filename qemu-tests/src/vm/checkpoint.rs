// SPDX-License-Identifier: GPL-2.0

//! A booted machine saved to a file, from which every case starts: a fresh machine in a fifth of a second.
//!
//! The file belongs to one QEMU, one command line, one kernel and one initramfs; the hash of these is its name. A machine that cannot
//! be saved is booted instead.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use serde::{Deserialize, Serialize};

use super::argv::{Machine, Mode};
use super::ctl::Line;
use super::{Event, Start, Vm};
use crate::boot::Workshop;
use crate::build::Image;
use crate::hash::Key;
use crate::lane::Lane;
use crate::lock::{forget_old, write_whole, Lock};
use crate::setup::root;
use crate::timing;
use crate::trace::Trace;

/// A saved machine.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// `None`: the machine cannot be saved.
    state: Option<PathBuf>,
    machine: Machine,
    image: Image,
    /// The guest's cases, each with what it asks for ([`Lane::takes`]).
    pub cases: Vec<(String, Option<String>)>,
    /// What QEMU's models warned about while the machine booted.
    pub trace: Trace,
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
        let ground = workshop.ground_of(lane)?;
        let _lock = Lock::take(
            &workshop
                .paths
                .runs()
                .join(lane.name)
                .join("checkpoint.lock"),
            "this lane's checkpoint",
        )?;
        let machine = Machine::new(lane, Mode::Test);
        let words = machine
            .argv(&ground.kernel.image(), &image.initramfs)
            .join("\n");
        let tools = root::recorded_tools(&ground.root)?;
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
        // The device of a virtio NIC is in this process, which no file has.
        let state = (!lane.is_virtio()).then_some(state);
        let is_saved = state.as_deref().is_none_or(Path::exists);
        if let (Some(record), true) = (Record::read(&record), is_saved) {
            return Ok(record.checkpoint(state, machine, image));
        }
        std::fs::create_dir_all(&dir)?;
        forget_old(&dir);
        let mut vm = timing::part("boot", lane.name, || workshop.boot(lane, &image))?;
        let boot = vm.started.elapsed();
        let cases = list(&mut vm)?;
        if let Some(state) = &state {
            timing::part("checkpoint", lane.name, || vm.qmp()?.save(state))
                .context("cannot save the machine")?;
        }
        let new = Record {
            cases,
            boot_ms: boot.as_millis() as u64,
            trace: vm
                .trace
                .iter()
                .map(|(event, count)| (event.to_owned(), count))
                .collect(),
        };
        write_whole(&record, serde_json::to_string(&new)?)?;
        Ok(new.checkpoint(state, machine, image))
    }

    /// The same, for a machine that others run beside: it may be that much slower than it was when it booted.
    pub fn in_a_crowd(&self, times: u32) -> Self {
        Self {
            patience: self.patience * times,
            ..self.clone()
        }
    }

    /// The same, for a machine whose processors run one at a time, which takes longer: see [`splat::is_patching`].
    ///
    /// [`splat::is_patching`]: crate::splat::is_patching
    pub fn one_at_a_time(&self) -> Self {
        Self {
            machine: Machine {
                mode: Mode::Soak,
                ..self.machine
            },
            patience: self.patience * 2,
            ..self.clone()
        }
    }

    /// A machine that goes on from here.
    ///
    /// # Errors
    ///
    /// When QEMU cannot be started or the state not loaded.
    pub fn restore(&self, workshop: &Workshop) -> Result<Vm> {
        let Some(state) = &self.state else {
            return workshop.boot(self.machine.lane, &self.image);
        };
        let ground = workshop.ground_of(self.machine.lane)?;
        let mut vm = Vm::start(
            &workshop.paths,
            &ground,
            &self.image,
            &self.machine,
            Start::Restore(state),
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

/// What is kept beside the state.
#[derive(Debug, Deserialize, Serialize)]
struct Record {
    cases: Vec<(String, Option<String>)>,
    boot_ms: u64,
    trace: Vec<(String, u64)>,
}

impl Record {
    fn read(path: &Path) -> Option<Self> {
        serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
    }

    fn checkpoint(self, state: Option<PathBuf>, machine: Machine, image: Image) -> Checkpoint {
        Checkpoint {
            state,
            machine,
            image,
            cases: self.cases,
            trace: self.trace.into_iter().collect(),
            patience: patience(Duration::from_millis(self.boot_ms)),
        }
    }
}

/// Asks the guest for its cases.
fn list(vm: &mut Vm) -> Result<Vec<(String, Option<String>)>> {
    vm.say("list")?;
    let mut cases = Vec::new();
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        match vm.next_until(end) {
            Event::Ctl(line) => match Line::parse(&line) {
                Line::Case(name, wanted) => cases.push((name, wanted)),
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
