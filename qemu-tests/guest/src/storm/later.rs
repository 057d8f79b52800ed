// SPDX-License-Identifier: GPL-2.0

//! What the programs of a storm count (`bpf/later.bpf.h`): later readers, and where packets were sent.

use anyhow::Result;

use crate::programs::Programs;
use crate::score::LATER;
use crate::sys::bpf::Map;

/// Ways on from the driver's program, in the order in which it counts them.
const PATHS: usize = 6;
/// Index of the stack among them; of the cpumap, the devmap, sockets.
pub(super) const TO_STACK: usize = 1;
pub(super) const TO_PROCESSOR: usize = 2;
pub(super) const TO_PORT: usize = 3;
pub(super) const TO_SOCKET: usize = 4;

/// Packets whose numbers have the same low bits share a place.
const TOLD: u32 = 16384;
const TOLD_LEN: usize = 72;
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

/// What the driver's program found out about a packet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) seq: u32,
    pub(super) layout_id: u32,
    pub(super) generation: u16,
    pub(super) queue: u16,
    pub(super) has: u32,
    pub(super) value: [u64; 6],
}

/// The maps.
#[derive(Debug)]
pub(super) struct Maps {
    later: Map,
    last: Map,
    routed: Map,
    told: Map,
}

impl Maps {
    pub(super) fn open(programs: &Programs) -> Result<Self> {
        Ok(Self {
            later: programs.map("later", 48)?,
            last: programs.map("last", 4 * QUEUES)?,
            routed: programs.map("routed", 8)?,
            told: programs.map("told", TOLD_LEN)?,
        })
    }

    pub(super) fn clear(&self) -> Result<()> {
        for reader in 0..LATER.len() as u32 {
            self.later.set(reader, &[0; 48])?;
            self.last.set(reader, &[0; 4 * QUEUES])?;
        }
        for path in 0..PATHS as u32 {
            self.routed.set(path, &[0; 8])?;
        }
        Ok(())
    }

    pub(super) fn later(&self, reader: usize) -> Result<Later> {
        let bytes = self.later.get(reader as u32)?;
        let word = |at: usize| bytes[8 * at..8 * at + 8].try_into().map(u64::from_ne_bytes);
        Ok(Later {
            packets: word(0)?,
            generations: word(1)?,
            misparsed: word(2)?,
            stale: word(3)?,
            missing: word(4)?,
            bypassed: word(5)?,
        })
    }

    /// How many packets were sent that way.
    pub(super) fn routed(&self, path: usize) -> Result<u64> {
        let bytes = self.routed.get(path as u32)?;
        Ok(bytes[..].try_into().map(u64::from_ne_bytes)?)
    }

    /// What is known of the packet with this number.
    pub(super) fn told(&self, seq: u32) -> Result<Told> {
        let bytes = self.told.get(seq % TOLD)?;
        let word = |at: usize| bytes[at..at + 4].try_into().map(u32::from_ne_bytes);
        let half = |at: usize| bytes[at..at + 2].try_into().map(u16::from_ne_bytes);
        let mut told = Told {
            seq: word(0)?,
            layout_id: word(4)?,
            generation: half(8)?,
            queue: half(10)?,
            has: word(16)?,
            value: [0; 6],
        };
        for (index, value) in told.value.iter_mut().enumerate() {
            *value = u64::from_ne_bytes(bytes[24 + 8 * index..32 + 8 * index].try_into()?);
        }
        Ok(told)
    }
}
