// SPDX-License-Identifier: GPL-2.0

//! The NIC's clock, as programs read it: `/dev/ptp*`.

use std::fs::{self, File};
use std::os::fd::AsFd;

use anyhow::{Context, Result};
use rustix::time::{clock_gettime_dynamic, DynamicClockId};

use crate::eth::NAME;

/// The clock of the interface under test.
#[derive(Debug)]
pub(crate) struct NicClock(File);

impl NicClock {
    /// Opens it.
    ///
    /// # Errors
    ///
    /// When the interface has none.
    pub(crate) fn open() -> Result<Self> {
        let folder = format!("/sys/class/net/{NAME}/device/ptp");
        let mut entries = fs::read_dir(&folder).with_context(|| format!("read {folder}"))?;
        let entry = entries.next().context("the NIC has no clock")??;
        let path = std::path::Path::new("/dev").join(entry.file_name());
        let file = File::options().read(true).write(true).open(&path);
        Ok(Self(
            file.with_context(|| format!("open {}", path.display()))?,
        ))
    }

    /// What it says, in nanoseconds.
    ///
    /// # Errors
    ///
    /// When the driver refuses.
    pub(crate) fn now(&self) -> Result<u64> {
        let now = clock_gettime_dynamic(DynamicClockId::Dynamic(self.0.as_fd()))?;
        Ok(u64::try_from(now.tv_sec)? * 1_000_000_000 + u64::try_from(now.tv_nsec)?)
    }
}
