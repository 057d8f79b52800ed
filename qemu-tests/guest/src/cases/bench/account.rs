// SPDX-License-Identifier: GPL-2.0

//! What a burst of packets costs the driver under test: instructions of its polls, interrupts and transmissions, of what
//! it leaves to be freed later, and of the receiving system calls, as `bench_account.bpf.c` keeps them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{json, Value};

use super::nic::{self, Subject};
use crate::ctl;
use crate::eth::Eth;
use crate::sys::bpf::Map;
use crate::tools;

const PINS: &str = "/sys/fs/bpf/account";
const MAPS: &str = "/sys/fs/bpf/account_maps";
/// As in the program; the first is everything else.
const PARTS: usize = 6;

/// The hooks; dropping it takes them away.
#[derive(Debug)]
pub(super) struct Account {
    map: Map,
}

/// What was counted up to now.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading {
    time: [u64; PARTS],
    times: [u64; PARTS],
}

/// What one burst took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Burst(Reading);

impl Account {
    /// Attaches the hooks and tells them whose work to count.
    pub(super) fn open(subject: &Subject) -> Result<Self> {
        tools::line(&format!(
            "bpftool prog loadall /bpf/bench_account.bpf.o {PINS} pinmaps {MAPS} autoattach"
        ))
        // The verifier has more to say than one line.
        .inspect_err(|error| ctl::log(&format!("{error:#}")))
        .context("attach the hooks that count")?;
        let map = |name: &str, size: usize| {
            Map::open(&Path::new(MAPS).join(name), size).with_context(|| format!("map {name}"))
        };
        let interrupts = map("interrupts", 4)?;
        for number in subject.interrupts()? {
            interrupts.set(number, &1_u32.to_ne_bytes())?;
        }
        let defers = u32::from(subject.peer_frees_at_once());
        let whose = [Eth::new().ifindex()?, nic::namespace()?, defers];
        map("subject", 12)?.set(0, &whose.map(u32::to_ne_bytes).concat())?;
        Ok(Self {
            map: map("account", 16 * PARTS)?,
        })
    }

    /// What was counted up to now.
    pub(super) fn read(&self) -> Result<Reading> {
        let bytes = self.map.get(0)?;
        let mut words = bytes
            .chunks_exact(8)
            .map(|word| word.try_into().map_or(0, u64::from_ne_bytes));
        let mut next = || words.next().unwrap_or(0);
        Ok(Reading {
            time: std::array::from_fn(|_| next()),
            times: std::array::from_fn(|_| next()),
        })
    }

    /// What `work` took.
    pub(super) fn of(&self, work: impl FnOnce() -> Result<()>) -> Result<Burst> {
        let before = self.read()?;
        work()?;
        let after = self.read()?;
        let difference = |after: [u64; PARTS], before: [u64; PARTS]| {
            std::array::from_fn(|part| after[part].wrapping_sub(before[part]))
        };
        Ok(Burst(Reading {
            time: difference(after.time, before.time),
            times: difference(after.times, before.times),
        }))
    }
}

impl Burst {
    /// `[instructions, times]` of polls, interrupts, transmissions, late frees and receiving calls.
    pub(super) fn json(&self) -> Value {
        let Reading { time, times } = self.0;
        json!((1..PARTS)
            .map(|part| (time[part], times[part]))
            .collect::<Vec<_>>())
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        for dir in [PINS, MAPS] {
            let _ = fs::remove_dir_all(dir);
        }
    }
}
