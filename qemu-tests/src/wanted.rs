// SPDX-License-Identifier: GPL-2.0

//! What of a test run is wanted, and what every part of it is given to plan its jobs.

use std::ops::Range;

use crate::boot::Workshop;
use crate::cli::Test;
use crate::lane::{Lane, LANES};
use crate::quick;
use crate::schedule::load::Load;
use crate::schedule::times::Times;
use crate::schedule::{Desk, Job};
use crate::vm::argv::{Machine, Mode};

/// What the names of the runner's own checks begin with.
const OWN: &[&str] = &[
    "module::", "pins::", "peers::", "fuzz::", "deb::", "bench::",
];
/// What the names of the kernel tree's own tests begin with; the second is for its own drivers.
const UPSTREAM: &[&str] = &["upstream::", "control::"];
/// What the names of the workspace's tests begin with.
const HOST: &[&str] = &["host::"];

/// What QEMU takes besides a machine's memory: translated code, mostly.
const QEMUS_OWN: u32 = 256;

/// A run as it is planned.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// Folders, tools, kernel.
    pub workshop: &'a Workshop,
    /// What the user asked for.
    pub asked: &'a Test,
    /// How long jobs took before.
    pub recorded: &'a Times,
}

impl<'a> Plan<'a> {
    /// Whether a test of this name is to be run.
    pub fn wants(&self, name: &str) -> bool {
        let filter = self.filter();
        filter.is_none_or(|filter| name.contains(filter)) && (!self.asked.quick || quick::has(name))
    }

    /// A part of names.
    pub fn filter(&self) -> Option<&'a str> {
        self.asked.filter.as_deref()
    }

    /// How often each is run.
    pub fn times(&self) -> Range<u32> {
        0..self.asked.repeat
    }

    /// Which runs of a case there are; one that is run once has no number.
    pub fn numbers(&self) -> impl Iterator<Item = Option<u32>> {
        let is_one = self.asked.repeat == 1;
        self.times().map(move |number| (!is_one).then_some(number))
    }

    /// A job, with the time that it took before.
    pub fn job(&self, name: &str, load: Load, work: impl FnOnce(&Desk<'a>) + Send + 'a) -> Job<'a> {
        let mut job = Job::new(name, load, work);
        job.expected = self.recorded.of(name, load);
        job
    }

    /// A job with a machine.
    pub fn machine(
        &self,
        lane: &Lane,
        name: &str,
        load: Load,
        work: impl FnOnce(&Desk<'a>) + Send + 'a,
    ) -> Job<'a> {
        let mut job = self.job(name, load, work);
        job.megabytes = (Machine::new(*lane, Mode::Test).megabytes() + QEMUS_OWN).into();
        job
    }

    /// Whether the filter leaves room for the workspace's own tests.
    pub fn has_host(&self) -> bool {
        !self.names_a_lane() && !self.names(OWN) && !self.names(UPSTREAM)
    }

    /// Whether it does for the guest's cases.
    pub fn has_guest(&self) -> bool {
        !self.names(OWN) && !self.names(HOST) && !self.names(UPSTREAM)
    }

    /// Whether it does for the kernel tree's tests.
    pub fn has_upstream(&self) -> bool {
        !self.names(OWN) && !self.names(HOST) && !self.names_a_lane()
    }

    fn names(&self, what: &[&str]) -> bool {
        let filter = self.filter();
        filter.is_some_and(|filter| what.iter().any(|start| filter.starts_with(start)))
    }

    fn names_a_lane(&self) -> bool {
        LANES.iter().any(|lane| self.names_lane(lane))
    }

    /// Whether the filter is for a lane.
    pub fn names_lane(&self, lane: &Lane) -> bool {
        let start = format!("{}::", lane.name);
        self.filter()
            .is_some_and(|filter| filter.starts_with(&start))
    }
}
