// SPDX-License-Identifier: GPL-2.0

//! How many processors there are.

use super::bindings;

/// Those that are online.
pub(crate) fn online() -> usize {
    // SAFETY: Reads a number.
    unsafe { bindings::rnic_cpus_online() as usize }
}
