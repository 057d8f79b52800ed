// SPDX-License-Identifier: GPL-2.0

//! `ethtool -T`: which packets can be stamped with a time, and by whom.
//!
//! C header: [`include/uapi/linux/net_tstamp.h`](srctree/include/uapi/linux/net_tstamp.h)

use super::super::{bindings, netdev::Operations, vtable::port};
use kernel::prelude::*;

/// What can be stamped, as bits of the C side's enumerations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimestampInfo {
    capabilities: u32,
    clock: Option<u32>,
    tx_types: u32,
    rx_filters: u32,
}

impl TimestampInfo {
    /// By software alone.
    pub(crate) const SOFTWARE: Self = Self {
        capabilities: bindings::SOF_TIMESTAMPING_TX_SOFTWARE
            | bindings::SOF_TIMESTAMPING_RX_SOFTWARE
            | bindings::SOF_TIMESTAMPING_SOFTWARE,
        clock: None,
        tx_types: 0,
        rx_filters: 0,
    };

    /// By the device's clock as well: every sent packet that asks for it, and received packets by `rx_filters`, a sum of
    /// `RxFilter::bit`. `clock` is the number of the device's clock, if it is registered as one.
    pub(crate) const fn hardware(clock: Option<u32>, rx_filters: u32) -> Self {
        Self {
            capabilities: Self::SOFTWARE.capabilities
                | bindings::SOF_TIMESTAMPING_TX_HARDWARE
                | bindings::SOF_TIMESTAMPING_RX_HARDWARE
                | bindings::SOF_TIMESTAMPING_RAW_HARDWARE,
            clock,
            tx_types: 1 << bindings::hwtstamp_tx_types_HWTSTAMP_TX_OFF
                | 1 << bindings::hwtstamp_tx_types_HWTSTAMP_TX_ON,
            rx_filters,
        }
    }
}

pub(super) unsafe extern "C" fn get<T: Operations>(
    dev: *mut bindings::net_device,
    info: *mut bindings::kernel_ethtool_ts_info,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    let stamps = port.driver().timestamp_info(port);
    // SAFETY: The kernel passes storage of its own, in which there is no clock.
    let info = unsafe { &mut *info };
    info.so_timestamping = stamps.capabilities;
    if let Some(clock) = stamps.clock.and_then(|clock| c_int::try_from(clock).ok()) {
        info.phc_index = clock;
    }
    info.tx_types = stamps.tx_types;
    info.rx_filters = stamps.rx_filters;
    0
}
