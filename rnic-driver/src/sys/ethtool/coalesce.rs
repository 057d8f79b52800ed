// SPDX-License-Identifier: GPL-2.0

//! Interrupt coalescing: how long a queue's interrupt waits.
//!
//! A channel has one interrupt, and one interval rules both of its directions. So there is one parameter, `rx-usecs`, as
//! in e1000e. The core refuses all others, `tx-usecs` among them: two names for one value could contradict each other.

use super::super::{bindings, extack::ExtAck, netdev::Operations, vtable::port};
use core::ptr;
use kernel::{error::from_result, prelude::*};

/// What the core lets through.
pub(super) const SUPPORTED: u32 = bindings::rnic_ethtool_RNIC_COALESCE_RX_USECS;

/// The interval of a queue, or of all. A queue that does not exist has none.
///
/// # Safety
///
/// `dev` is an interface of driver `T`; `coalesce` is valid for writes.
unsafe fn read<T: Operations>(
    dev: *mut bindings::net_device,
    queue: Option<usize>,
    coalesce: *mut bindings::ethtool_coalesce,
) -> c_int {
    // SAFETY: By the function's contract.
    let port = unsafe { port::<T>(dev) };
    if queue.is_some_and(|queue| queue >= port.driver().channels(port).now) {
        return EINVAL.to_errno();
    }
    let usecs = port.driver().coalesce_usecs(port, queue);
    // SAFETY: By the function's contract. What a set of some queues keeps for its own failure is not initialised.
    unsafe { (&raw mut (*coalesce).rx_coalesce_usecs).write(usecs) };
    0
}

/// Sets the interval of a queue, or of all.
///
/// # Safety
///
/// `dev` is an interface of driver `T`; `coalesce` is a request whose `rx_coalesce_usecs` is filled; `extack` is null or
/// valid.
unsafe fn write<T: Operations>(
    dev: *mut bindings::net_device,
    queue: Option<usize>,
    coalesce: *const bindings::ethtool_coalesce,
    extack: *mut bindings::netlink_ext_ack,
) -> c_int {
    // SAFETY: By the function's contract.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: By the function's contract. What a set of some queues puts back is initialised no further than this.
    let usecs = unsafe { (&raw const (*coalesce).rx_coalesce_usecs).read() };
    // SAFETY: By the function's contract.
    let mut extack = unsafe { ExtAck::from_raw(extack) };
    if queue.is_some_and(|queue| queue >= port.driver().channels(port).now) {
        return EINVAL.to_errno();
    }
    from_result(|| {
        port.driver()
            .set_coalesce_usecs(port, queue, usecs, &mut extack)
            .map(|()| 0)
    })
}

pub(super) unsafe extern "C" fn get<T: Operations>(
    dev: *mut bindings::net_device,
    coalesce: *mut bindings::ethtool_coalesce,
    _kernel: *mut bindings::kernel_ethtool_coalesce,
    _extack: *mut bindings::netlink_ext_ack,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver and storage of its own.
    unsafe { read::<T>(dev, None, coalesce) }
}

pub(super) unsafe extern "C" fn set<T: Operations>(
    dev: *mut bindings::net_device,
    coalesce: *mut bindings::ethtool_coalesce,
    _kernel: *mut bindings::kernel_ethtool_coalesce,
    extack: *mut bindings::netlink_ext_ack,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver, a filled request and its extack.
    unsafe { write::<T>(dev, None, coalesce, extack) }
}

pub(super) unsafe extern "C" fn get_queue<T: Operations>(
    dev: *mut bindings::net_device,
    queue: u32,
    coalesce: *mut bindings::ethtool_coalesce,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver and storage of its own.
    unsafe { read::<T>(dev, Some(queue as usize), coalesce) }
}

/// The kernel puts back with this, when a later queue refuses, what [`get_queue`] said before.
pub(super) unsafe extern "C" fn set_queue<T: Operations>(
    dev: *mut bindings::net_device,
    queue: u32,
    coalesce: *mut bindings::ethtool_coalesce,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver and a filled request.
    unsafe { write::<T>(dev, Some(queue as usize), coalesce, ptr::null_mut()) }
}
