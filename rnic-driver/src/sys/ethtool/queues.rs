// SPDX-License-Identifier: GPL-2.0

//! How many queues there are, and how long: channels and rings.
//!
//! A channel is a receive queue and a transmit queue that share an interrupt. The core compares with the maxima that the
//! driver says; it knows no minimum of a ring, so that is checked here.

use super::super::{bindings, extack::ExtAck, netdev::Operations, vtable::port};
use kernel::{error::from_result, prelude::*};

/// Descriptors in each ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RingSizes {
    /// Of a receive ring.
    pub(crate) rx: u32,
    /// Of a transmit ring.
    pub(crate) tx: u32,
}

/// What the rings' sizes are, and may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rings {
    /// Now.
    pub(crate) now: RingSizes,
    /// At most.
    pub(crate) max: RingSizes,
}

/// What the number of channels is, and may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Channels {
    /// Now.
    pub(crate) now: usize,
    /// At most.
    pub(crate) max: usize,
}

pub(super) unsafe extern "C" fn rings<T: Operations>(
    dev: *mut bindings::net_device,
    ring: *mut bindings::ethtool_ringparam,
    _kernel: *mut bindings::kernel_ethtool_ringparam,
    _extack: *mut bindings::netlink_ext_ack,
) {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    let Rings { now, max } = port.driver().rings(port);
    // SAFETY: The kernel passes zeroed storage of its own.
    let ring = unsafe { &mut *ring };
    ring.rx_pending = now.rx;
    ring.rx_max_pending = max.rx;
    ring.tx_pending = now.tx;
    ring.tx_max_pending = max.tx;
}

/// The core has refused what is larger than the maximum, and every other kind of ring.
pub(super) unsafe extern "C" fn set_rings<T: Operations>(
    dev: *mut bindings::net_device,
    ring: *mut bindings::ethtool_ringparam,
    _kernel: *mut bindings::kernel_ethtool_ringparam,
    extack: *mut bindings::netlink_ext_ack,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: The kernel passes a filled request.
    let ring = unsafe { &*ring };
    // SAFETY: The extack is valid for the request.
    let mut extack = unsafe { ExtAck::from_raw(extack) };
    let sizes = RingSizes {
        rx: ring.rx_pending,
        tx: ring.tx_pending,
    };
    from_result(|| {
        if sizes.rx == 0 || sizes.tx == 0 {
            return extack.refuse(EINVAL, c"a ring has at least one descriptor");
        }
        port.driver()
            .set_rings(port, sizes, &mut extack)
            .map(|()| 0)
    })
}

pub(super) unsafe extern "C" fn channels<T: Operations>(
    dev: *mut bindings::net_device,
    channels: *mut bindings::ethtool_channels,
) {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    let Channels { now, max } = port.driver().channels(port);
    // SAFETY: The kernel passes zeroed storage of its own.
    let channels = unsafe { &mut *channels };
    channels.combined_count = now as u32;
    channels.max_combined = max as u32;
}

/// The core has refused no channels, more than the maximum, those that are not combined, and fewer than a user's table
/// or an AF_XDP socket needs.
pub(super) unsafe extern "C" fn set_channels<T: Operations>(
    dev: *mut bindings::net_device,
    channels: *mut bindings::ethtool_channels,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: The kernel passes a filled request.
    let count = unsafe { (*channels).combined_count } as usize;
    from_result(|| port.driver().set_channels(port, count).map(|()| 0))
}
