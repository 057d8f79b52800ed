// SPDX-License-Identifier: GPL-2.0

//! What the programs of a storm count (`bpf/later.bpf.h`): later readers, and where packets were sent.

use anyhow::{Context, Result};

use crate::programs::Programs;
use crate::score::LATER;
use crate::sys::bpf::Map;

/// Ways on from the driver's program, in the order in which it counts them.
pub(super) const PATHS: usize = 6;
/// Index of the stack among them; of the cpumap, the devmap, sockets.
pub(super) const TO_STACK: usize = 1;
pub(super) const TO_PROCESSOR: usize = 2;
pub(super) const TO_PORT: usize = 3;
pub(super) const TO_SOCKET: usize = 4;

const QUEUES: usize = 8;

/// What one later reader came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Later {
    /// Packets.
    pub(crate) packets: u64,
    /// Generations, counted for each queue.
    pub(crate) generations: u64,
    /// Packets of which it read something wrong.
    pub(crate) misparsed: u64,
    /// Records of another generation or layout than the driver's program saw.
    pub(crate) stale: u64,
    /// Values that the driver's program was told and this reader was not.
    pub(crate) missing: u64,
    /// Packets that came while no program was attached.
    pub(crate) bypassed: u64,
}

impl Later {
    /// Bytes of `struct later`.
    pub(crate) const LEN: usize = 56;

    /// One reader's counters, from the map.
    ///
    /// # Errors
    ///
    /// When they are too few.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let mut words = bytes.chunks_exact(8);
        let mut word = || {
            let bytes = words.next().context("counters are missing")?;
            anyhow::Ok(u64::from_ne_bytes(bytes.try_into()?))
        };
        let mut later = Self {
            packets: word()?,
            generations: word()?,
            misparsed: word()?,
            stale: word()?,
            missing: word()?,
            bypassed: 0,
        };
        // A value that could not be bound is one that the reader was not told.
        later.missing += word()?;
        later.bypassed = word()?;
        Ok(later)
    }
}

/// The maps.
#[derive(Debug)]
pub(super) struct Maps {
    later: Map,
    last: Map,
    routed: Map,
}

impl Maps {
    pub(super) fn open(programs: &Programs) -> Result<Self> {
        Ok(Self {
            later: programs.map("later", Later::LEN)?,
            last: programs.map("last", 4 * QUEUES)?,
            routed: programs.map("routed", 8)?,
        })
    }

    pub(super) fn clear(&self) -> Result<()> {
        for reader in 0..LATER.len() as u32 {
            self.later.set(reader, &[0; Later::LEN])?;
            self.last.set(reader, &[0; 4 * QUEUES])?;
        }
        for path in 0..PATHS as u32 {
            self.routed.set(path, &[0; 8])?;
        }
        Ok(())
    }

    pub(super) fn later(&self, reader: usize) -> Result<Later> {
        Later::parse(&self.later.get(reader as u32)?)
    }

    /// How many packets were sent that way.
    pub(super) fn routed(&self, path: usize) -> Result<u64> {
        let bytes = self.routed.get(path as u32)?;
        Ok(bytes[..].try_into().map(u64::from_ne_bytes)?)
    }
}
