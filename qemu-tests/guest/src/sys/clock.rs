// SPDX-License-Identifier: GPL-2.0

//! Setting a clock that is a device: `clock_settime` and `clock_adjtime` of `/dev/ptp*`.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

const ADJ_OFFSET_NANOSECONDS: libc::c_uint = 0x2000;
const ADJ_SETOFFSET: libc::c_uint = 0x0100;
const ADJ_FREQUENCY: libc::c_uint = 0x0002;

/// The clock of an open device (`FD_TO_CLOCKID`).
fn id(device: BorrowedFd<'_>) -> libc::clockid_t {
    !device.as_raw_fd() << 3 | 3
}

fn done(result: libc::c_int) -> io::Result<()> {
    match result {
        0.. => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Sets it, in nanoseconds.
///
/// # Errors
///
/// What the driver says.
pub(crate) fn set(device: BorrowedFd<'_>, ns: i64) -> io::Result<()> {
    let time = libc::timespec {
        tv_sec: ns.div_euclid(1_000_000_000),
        tv_nsec: ns.rem_euclid(1_000_000_000),
    };
    // SAFETY: `time` is readable.
    done(unsafe { libc::clock_settime(id(device), &raw const time) })
}

/// Moves it by some nanoseconds.
///
/// # Errors
///
/// What the driver says.
pub(crate) fn shift(device: BorrowedFd<'_>, ns: i64) -> io::Result<()> {
    adjust(device, |request| {
        request.modes = ADJ_SETOFFSET | ADJ_OFFSET_NANOSECONDS;
        request.time.tv_sec = ns.div_euclid(1_000_000_000);
        request.time.tv_usec = ns.rem_euclid(1_000_000_000);
    })
}

/// Lets it run faster by so many parts per million.
///
/// # Errors
///
/// What the driver says.
pub(crate) fn speed_up(device: BorrowedFd<'_>, ppm: i64) -> io::Result<()> {
    adjust(device, |request| {
        request.modes = ADJ_FREQUENCY;
        request.freq = ppm << 16;
    })
}

fn adjust(device: BorrowedFd<'_>, how: impl FnOnce(&mut libc::timex)) -> io::Result<()> {
    // SAFETY: All members are numbers.
    let mut request: libc::timex = unsafe { std::mem::zeroed() };
    how(&mut request);
    // SAFETY: `request` is readable and writable.
    done(unsafe { libc::clock_adjtime(id(device), &raw mut request) })
}
