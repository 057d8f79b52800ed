// SPDX-License-Identifier: GPL-2.0

//! What whoever makes changes looks at and sets in a storm's programs, from any process.

use anyhow::Result;

use super::stage::STORM;
use crate::programs::pinned_map;
use crate::readers::XDP_DROP;
use crate::sys::bpf::Map;

/// Maps of the storm's program.
#[derive(Debug)]
pub(super) struct Counters {
    routed: Map,
    config: Map,
    /// All of the configuration but its last word.
    start: Vec<u8>,
}

impl Counters {
    /// Those of a storm that counts from this number and this time on.
    ///
    /// # Errors
    ///
    /// When there is no storm.
    pub(super) fn open(first_seq: u32, not_before: u64) -> Result<Self> {
        let verdict = [XDP_DROP.to_ne_bytes(), first_seq.to_ne_bytes()].concat();
        Ok(Self {
            routed: pinned_map(STORM, "routed", 8)?,
            config: pinned_map(STORM, "config", 24)?,
            start: [verdict, not_before.to_ne_bytes().to_vec()].concat(),
        })
    }

    /// Packets that the driver's program has sent on.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(super) fn packets(&self) -> Result<u64> {
        let mut all = 0;
        for path in 0..6 {
            let bytes = self.routed.get(path)?;
            all += u64::from_ne_bytes(bytes[..].try_into()?);
        }
        Ok(all)
    }

    /// Says whether packets may have no record.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(super) fn records_may_be_off(&self, off: bool) -> Result<()> {
        let value = [&self.start[..], &u64::from(off).to_ne_bytes()].concat();
        Ok(self.config.set(0, &value)?)
    }
}
