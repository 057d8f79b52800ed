// SPDX-License-Identifier: GPL-2.0

//! The NIC's registers behind the driver's back: BAR 0 through sysfs. For breaking it.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::ptr;

/// Bytes that are mapped: the registers that cases break are among the first.
const LEN: usize = 1 << 16;

/// The mapped registers.
///
/// # Invariants
///
/// `LEN` bytes at `base` are mapped.
#[derive(Debug)]
pub(crate) struct Registers {
    base: *mut u32,
}

impl Registers {
    /// Maps the registers of an interface's device.
    ///
    /// # Errors
    ///
    /// When the kernel does not let anybody do so.
    pub(crate) fn map(interface: &str) -> io::Result<Self> {
        let path = format!("/sys/class/net/{interface}/device/resource0");
        let file = File::options().read(true).write(true).open(path)?;
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let fd = file.as_raw_fd();
        // SAFETY: A mapping at an address that the kernel chooses touches no other.
        let base = unsafe { libc::mmap(ptr::null_mut(), LEN, protection, libc::MAP_SHARED, fd, 0) };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        // INVARIANT: The kernel has just mapped it.
        Ok(Self { base: base.cast() })
    }

    /// Changes the register at `offset`.
    pub(crate) fn update(&self, offset: usize, change: impl FnOnce(u32) -> u32) {
        assert!(offset % 4 == 0 && offset < LEN, "no register");
        let register = self.base.wrapping_add(offset / 4);
        // SAFETY: Mapped and aligned.
        unsafe { register.write_volatile(change(register.read_volatile())) };
    }
}

impl Drop for Registers {
    fn drop(&mut self) {
        // SAFETY: Mapped by the invariant, and nothing refers to it any more.
        unsafe { libc::munmap(self.base.cast(), LEN) };
    }
}
