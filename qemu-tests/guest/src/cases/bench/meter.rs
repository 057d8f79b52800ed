// SPDX-License-Identifier: GPL-2.0

//! The guest's side of the counting plugin in QEMU (`plugin/count.c`), which sees each instruction and in whose work it is.
//!
//! The host must know where the driver is before it counts, so the guest says so and waits. What is executed for the
//! driver between two samples is one sample; the calls that take them are made by nothing else in the guest.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{ensure, Context, Result};
use rustix::io::Errno;
use rustix::system::{setdomainname, sethostname};
use serde_json::json;

use super::nic::Subject;
use crate::ctl::{self, Ctl};
use crate::tools;

/// What counts besides the driver's own work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Also {
    Nothing,
    /// The system calls that read from sockets, whose end gives buffers back.
    Sockets,
}

/// Counting; dropping it ends it.
#[derive(Debug)]
pub(super) struct Meter(());

impl Meter {
    /// Begins.
    pub(super) fn begin(ctl: &mut Ctl, subject: &Subject, also: Also) -> Result<Self> {
        Self::begin_with(ctl, subject, also, &[])
    }

    /// Begins; it is counted too how often the processor comes to each of these addresses.
    pub(super) fn begin_with(
        ctl: &mut Ctl,
        subject: &Subject,
        also: Also,
        steps: &[u64],
    ) -> Result<Self> {
        let steps: Vec<String> = steps.iter().map(|step| format!("{step:x}")).collect();
        ctl::event(&json!({ "watch": {
            "module": subject.module(),
            "sections": sections(subject.module())?,
            "programs": programs()?,
            "deferred": subject.peer_frees_at_once(),
            "sockets": also == Also::Sockets,
            "steps": steps,
        } }));
        let said = ctl.receive()?;
        ensure!(said == "go", "the host said {said}");
        mark();
        Ok(Self(()))
    }

    /// Everything since the beginning or the last sample is one.
    pub(super) fn sample(&self) {
        let _: Result<(), Errno> = sethostname(b"rnic");
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        mark();
    }
}

fn mark() {
    let _: Result<(), Errno> = setdomainname(b"rnic");
}

/// Where the sections of a module are.
fn sections(module: &str) -> Result<BTreeMap<String, String>> {
    let dir = format!("/sys/module/{module}/sections");
    let mut sections = BTreeMap::new();
    for entry in fs::read_dir(&dir).with_context(|| format!("read {dir}"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        sections.insert(name, tools::read(&entry.path().to_string_lossy())?);
    }
    Ok(sections)
}

/// Compiled BPF programs, as `address name`.
fn programs() -> Result<Vec<String>> {
    let all = tools::read("/proc/kallsyms")?;
    let of_bpf = all.lines().filter(|line| line.ends_with("[bpf]"));
    Ok(of_bpf
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some(format!("{} {}", words.next()?, words.nth(1)?))
        })
        .collect())
}
