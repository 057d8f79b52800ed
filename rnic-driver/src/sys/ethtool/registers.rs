// SPDX-License-Identifier: GPL-2.0

//! `ethtool -d`: registers, as words.

use super::super::{bindings, netdev::Operations, vtable::port};
use core::slice;
use kernel::prelude::*;

const WORD: usize = core::mem::size_of::<u32>();

pub(super) unsafe extern "C" fn len<T: Operations>(dev: *mut bindings::net_device) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    c_int::try_from(port.driver().register_count().saturating_mul(WORD)).unwrap_or(0)
}

pub(super) unsafe extern "C" fn get<T: Operations>(
    dev: *mut bindings::net_device,
    regs: *mut bindings::ethtool_regs,
    to: *mut c_void,
) {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: The kernel passes a filled request.
    let regs = unsafe { &mut *regs };
    let words = (regs.len as usize / WORD).min(port.driver().register_count());
    // SAFETY: The kernel passes zeroed pages of as many bytes as `len` said; the driver's number never changes.
    let words = unsafe { slice::from_raw_parts_mut(to.cast::<u32>(), words) };
    regs.version = port.driver().registers(port, words);
}
