// SPDX-License-Identifier: GPL-2.0

//! The kernel's clocks.

use super::bindings;

/// CLOCK_MONOTONIC in nanoseconds, the clock of `bpf_ktime_get_ns()` and of announcements.
pub(crate) fn ktime_get_ns() -> u64 {
    // SAFETY: The fast monotonic clock may be read in any context.
    unsafe { bindings::rnic_ktime_get_ns() }
}

/// CLOCK_REALTIME in nanoseconds.
pub(crate) fn ktime_get_real_ns() -> u64 {
    // SAFETY: The fast clock may be read in any context.
    unsafe { bindings::rnic_ktime_get_real_ns() }
}

/// Sleeps for some milliseconds. Process context.
pub(crate) fn sleep_ms(ms: u32) {
    // SAFETY: Sleeps.
    unsafe { bindings::msleep(ms) };
}
