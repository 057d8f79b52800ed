// SPDX-License-Identifier: GPL-2.0

//! The clock that BPF programs and announcements share.

use super::bindings;

/// CLOCK_MONOTONIC in nanoseconds, the clock of `bpf_ktime_get_ns()`.
pub(crate) fn ktime_get_ns() -> u64 {
    // SAFETY: The fast monotonic clock may be read in any context.
    unsafe { bindings::rnic_ktime_get_ns() }
}
