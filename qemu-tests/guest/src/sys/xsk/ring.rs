// SPDX-License-Identifier: GPL-2.0

//! A ring that a process and the kernel share: one of them puts entries in, the other takes them.
//!
//! Indices only grow, and are read and written with the order that `libxdp` uses.

use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{io, ptr};

use super::mapping::Mapping;

/// One ring of `count` entries of `size` bytes.
#[derive(Debug)]
pub(super) struct Ring {
    memory: Mapping,
    producer: usize,
    consumer: usize,
    flags: usize,
    entries: usize,
    count: u32,
    size: usize,
}

impl Ring {
    /// Maps one that the kernel has made for a socket.
    pub(super) fn map(
        socket: &OwnedFd,
        offset: i64,
        at: &libc::xdp_ring_offset,
        (count, size): (u32, usize),
    ) -> io::Result<Self> {
        let entries = at.desc as usize;
        let len = entries + count as usize * size;
        let flags = libc::MAP_SHARED | libc::MAP_POPULATE;
        Ok(Self {
            memory: Mapping::new(socket.as_raw_fd(), offset, len, flags)?,
            producer: at.producer as usize,
            consumer: at.consumer as usize,
            flags: at.flags as usize,
            entries,
            count,
            size,
        })
    }

    fn index(&self, offset: usize) -> &AtomicU32 {
        let at = self.memory.at(offset, 4);
        // SAFETY: Mapped and aligned, and whatever is there is a number; the kernel changes it atomically.
        unsafe { &*at.cast::<AtomicU32>() }
    }

    /// Its entries.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Entries of which the other side has not heard, or that this one has not taken.
    pub(super) fn used(&self) -> u32 {
        let producer = self.index(self.producer).load(Ordering::Acquire);
        producer.wrapping_sub(self.index(self.consumer).load(Ordering::Acquire))
    }

    fn entry(&self, index: u32) -> *mut u8 {
        let at = self.entries + (index % self.count) as usize * self.size;
        self.memory.at(at, self.size)
    }

    /// Gives an entry to the kernel; `false`: no room.
    pub(super) fn push(&self, entry: &[u8]) -> bool {
        if self.used() == self.count {
            return false;
        }
        let producer = self.index(self.producer).load(Ordering::Relaxed);
        // SAFETY: The entry is ours until the index says otherwise, and has `size` bytes.
        unsafe { ptr::copy_nonoverlapping(entry.as_ptr(), self.entry(producer), self.size) };
        self.index(self.producer)
            .store(producer.wrapping_add(1), Ordering::Release);
        true
    }

    /// Takes an entry from the kernel.
    pub(super) fn pop(&self) -> Option<Vec<u8>> {
        if self.used() == 0 {
            return None;
        }
        let consumer = self.index(self.consumer).load(Ordering::Relaxed);
        let mut entry = vec![0; self.size];
        // SAFETY: The entry is ours until the index says otherwise, and has `size` bytes.
        unsafe { ptr::copy_nonoverlapping(self.entry(consumer), entry.as_mut_ptr(), self.size) };
        self.index(self.consumer)
            .store(consumer.wrapping_add(1), Ordering::Release);
        Some(entry)
    }

    /// Whether the kernel wants to be called.
    pub(super) fn needs_wakeup(&self) -> bool {
        self.index(self.flags).load(Ordering::Acquire) & libc::XDP_RING_NEED_WAKEUP != 0
    }
}
