// SPDX-License-Identifier: GPL-2.0

//! Memory that a process and the kernel share, for as long as it is needed.

use std::{io, ptr};

/// A mapping, unmapped when dropped.
///
/// # Invariants
///
/// `len` bytes at `base` are mapped, for reading and writing.
#[derive(Debug)]
pub(super) struct Mapping {
    base: *mut u8,
    len: usize,
}

// SAFETY: A mapping is the whole process's, and this its only owner.
unsafe impl Send for Mapping {}

impl Mapping {
    /// Maps a file, or with no file (`-1`) new memory.
    pub(super) fn new(fd: i32, offset: i64, len: usize, flags: i32) -> io::Result<Self> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: A mapping at an address that the kernel chooses touches no other.
        let base = unsafe { libc::mmap(ptr::null_mut(), len, protection, flags, fd, offset) };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        // INVARIANT: The kernel has just mapped it.
        Ok(Self {
            base: base.cast(),
            len,
        })
    }

    /// Its first address.
    pub(super) fn addr(&self) -> u64 {
        self.base.addr() as u64
    }

    /// Its bytes.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Where so many bytes are; they are in the mapping.
    pub(super) fn at(&self, offset: usize, len: usize) -> *mut u8 {
        assert!(offset + len <= self.len, "outside of the mapping");
        self.base.wrapping_add(offset)
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: Mapped by the invariant, and nothing refers to it any more.
        unsafe { libc::munmap(self.base.cast(), self.len) };
    }
}
