// SPDX-License-Identifier: GPL-2.0

//! What whoever makes changes looks at in a storm's programs, from any process.

use anyhow::Result;

use super::later::PATHS;
use super::stage::STORM;
use crate::programs::pinned_map;
use crate::sys::bpf::Map;

/// A map of the storm's program.
#[derive(Debug)]
pub(super) struct Counters {
    routed: Map,
}

impl Counters {
    /// Those of the storm that there is.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub(super) fn open() -> Result<Self> {
        Ok(Self {
            routed: pinned_map(STORM, "routed", 8)?,
        })
    }

    /// Packets that the driver's program has sent on.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(super) fn packets(&self) -> Result<u64> {
        let mut all = 0;
        for path in 0..PATHS as u32 {
            let bytes = self.routed.get(path)?;
            all += u64::from_ne_bytes(bytes[..].try_into()?);
        }
        Ok(all)
    }
}
