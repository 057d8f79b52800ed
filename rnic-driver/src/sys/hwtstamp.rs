// SPDX-License-Identifier: GPL-2.0

//! Hardware time stamps: which packets get one, and the stamps on them.
//!
//! The `SIOCSHWTSTAMP` ioctl and ethtool's netlink message end in the same two functions. The ioctl gives back what the
//! setting function leaves in its argument; netlink starts from what the getting function says, changes a part of it, and
//! replies with what it says afterwards. So both are made from one [`Config`], the granted one.
//!
//! C header: [`include/linux/net_tstamp.h`](srctree/include/linux/net_tstamp.h)

use super::{
    bindings,
    extack::ExtAck,
    netdev::{Operations, Port},
    skb::SkBuff,
    vtable::port,
};
use kernel::{error::from_result, prelude::*};

/// Which received packets are stamped: `enum hwtstamp_rx_filters`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum RxFilter {
    /// None.
    None = bindings::hwtstamp_rx_filters_HWTSTAMP_FILTER_NONE,
    /// All.
    All = bindings::hwtstamp_rx_filters_HWTSTAMP_FILTER_ALL,
    /// What was asked for and more; only ever an answer.
    Some = bindings::hwtstamp_rx_filters_HWTSTAMP_FILTER_SOME,
    /// PTP version 1 in UDP, event messages.
    PtpV1L4Event = bindings::hwtstamp_rx_filters_HWTSTAMP_FILTER_PTP_V1_L4_EVENT,
    /// PTP version 1 in UDP, Sync.
    PtpV1L4Sync = bindings::hwtstamp_rx_filters_HWTSTAMP_FILTER_PTP_V1_L4_SYNC,
    /// PTP version 1 in UDP, Delay_Req.
    PtpV1L4DelayReq = bindings::hwtstamp_rx_filters_HWTSTAMP_FILTER_PTP_V1_L4_DELAY_REQ,
    /// PTP version 2 in UDP, event messages.
    PtpV2L4Event = bindings::hwtstamp_rx_filters_HWTSTAMP_FILTER_PTP_V2_L4_EVENT,
    /// PTP version 2 in UDP, Sync.
    PtpV2L4Sync = bindings::hwtstamp_rx_filters_HWTSTAMP_FILTER_PTP_V2_L4_SYNC,
    /// PTP version 2 in UDP, Delay_Req.
    PtpV2L4DelayReq = bindings::hwtstamp_rx_filters_HWTSTAMP_FILTER_PTP_V2_L4_DELAY_REQ,
    /// PTP version 2 in Ethernet, event messages.
    PtpV2L2Event = bindings::hwtstamp_rx_filters_HWTSTAMP_FILTER_PTP_V2_L2_EVENT,
    /// PTP version 2 in Ethernet, Sync.
    PtpV2L2Sync = bindings::hwtstamp_rx_filters_HWTSTAMP_FILTER_PTP_V2_L2_SYNC,
    /// PTP version 2 in Ethernet, Delay_Req.
    PtpV2L2DelayReq = bindings::hwtstamp_rx_filters_HWTSTAMP_FILTER_PTP_V2_L2_DELAY_REQ,
    /// PTP version 2 in anything, event messages.
    PtpV2Event = bindings::hwtstamp_rx_filters_HWTSTAMP_FILTER_PTP_V2_EVENT,
    /// PTP version 2 in anything, Sync.
    PtpV2Sync = bindings::hwtstamp_rx_filters_HWTSTAMP_FILTER_PTP_V2_SYNC,
    /// PTP version 2 in anything, Delay_Req.
    PtpV2DelayReq = bindings::hwtstamp_rx_filters_HWTSTAMP_FILTER_PTP_V2_DELAY_REQ,
    /// NTP.
    NtpAll = bindings::hwtstamp_rx_filters_HWTSTAMP_FILTER_NTP_ALL,
}

impl RxFilter {
    const EVERY: [Self; 16] = [
        Self::None,
        Self::All,
        Self::Some,
        Self::PtpV1L4Event,
        Self::PtpV1L4Sync,
        Self::PtpV1L4DelayReq,
        Self::PtpV2L4Event,
        Self::PtpV2L4Sync,
        Self::PtpV2L4DelayReq,
        Self::PtpV2L2Event,
        Self::PtpV2L2Sync,
        Self::PtpV2L2DelayReq,
        Self::PtpV2Event,
        Self::PtpV2Sync,
        Self::PtpV2DelayReq,
        Self::NtpAll,
    ];

    fn from_raw(raw: c_int) -> Option<Self> {
        Self::EVERY.into_iter().find(|f| *f as c_int == raw)
    }

    /// The filter's place in a set of them, as `ethtool -T` shows it.
    pub(crate) const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// Whether packets that ask for a transmit stamp get one: the part of `enum hwtstamp_tx_types` that these NICs can do.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum TxType {
    /// They do not.
    Off = bindings::hwtstamp_tx_types_HWTSTAMP_TX_OFF,
    /// They do.
    On = bindings::hwtstamp_tx_types_HWTSTAMP_TX_ON,
}

impl TxType {
    fn from_raw(raw: c_int) -> Option<Self> {
        [Self::Off, Self::On]
            .into_iter()
            .find(|t| *t as c_int == raw)
    }
}

/// What is stamped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Config {
    /// Sent packets.
    pub(crate) tx: TxType,
    /// Received packets.
    pub(crate) rx: RxFilter,
}

impl Config {
    /// Nothing is stamped.
    pub(crate) const OFF: Self = Self {
        tx: TxType::Off,
        rx: RxFilter::None,
    };

    /// Leaves the answer where the core looks for it. There is no flag that a NIC could set; the other members are the
    /// core's own.
    fn answer(self, to: &mut bindings::kernel_hwtstamp_config) {
        to.flags = 0;
        to.tx_type = self.tx as c_int;
        to.rx_filter = self.rx as c_int;
    }
}

/// Counters of transmit stamps, as `ethtool -I -T` shows them.
#[derive(Default)]
pub(crate) struct TxStamps {
    /// Stamps that reached their packet.
    pub(crate) delivered: u64,
    /// Stamps that the hardware owed and never gave.
    pub(crate) lost: u64,
    /// Packets that got none, because the hardware was busy with another.
    pub(crate) skipped: u64,
}

/// A driver whose packets have time stamps.
pub(crate) trait Timestamping: Sized {
    /// What is stamped now. Under rtnl.
    fn hwtstamp(&self) -> Config;

    /// Stamps what `config` asks for, under rtnl; returns what was granted, which [`Timestamping::hwtstamp`] gives from
    /// now on. It may be more than was asked for. On failure the old configuration stays in force.
    ///
    /// # Errors
    ///
    /// `ERANGE` for what cannot be granted.
    fn set_hwtstamp(
        &self,
        port: &Port<Self>,
        config: Config,
        extack: &mut ExtAck<'_>,
    ) -> Result<Config>
    where
        Self: Operations;

    /// Counters.
    fn tx_stamps(&self) -> TxStamps;
}

/// For `net_device_ops::ndo_hwtstamp_get`.
pub(super) unsafe extern "C" fn get<T: Operations + Timestamping>(
    dev: *mut bindings::net_device,
    config: *mut bindings::kernel_hwtstamp_config,
) -> c_int {
    // SAFETY: The kernel calls with an interface of this driver.
    let granted = unsafe { port::<T>(dev) }.driver().hwtstamp();
    // SAFETY: The kernel passes storage of its own.
    granted.answer(unsafe { &mut *config });
    0
}

/// For `net_device_ops::ndo_hwtstamp_set`. The core has refused what is in no enumeration.
pub(super) unsafe extern "C" fn set<T: Operations + Timestamping>(
    dev: *mut bindings::net_device,
    config: *mut bindings::kernel_hwtstamp_config,
    extack: *mut bindings::netlink_ext_ack,
) -> c_int {
    // SAFETY: As in `get`.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: The kernel passes storage of its own.
    let config = unsafe { &mut *config };
    // SAFETY: Null, or valid for the request.
    let mut extack = unsafe { ExtAck::from_raw(extack) };
    from_result(|| {
        grant(port, config, &mut extack)?.answer(config);
        Ok(0)
    })
}

fn grant<T: Operations + Timestamping>(
    port: &Port<T>,
    asked: &bindings::kernel_hwtstamp_config,
    extack: &mut ExtAck<'_>,
) -> Result<Config> {
    let Some(tx) = TxType::from_raw(asked.tx_type) else {
        return extack.refuse(ERANGE, c"the NIC stamps in two steps only; use tx on");
    };
    let Some(rx) = RxFilter::from_raw(asked.rx_filter) else {
        return extack.refuse(
            ERANGE,
            c"unknown filter; ethtool -T lists those that there are",
        );
    };
    port.driver().set_hwtstamp(port, Config { tx, rx }, extack)
}

/// For `ethtool_ops::get_ts_stats`. What is not written is not shown.
pub(super) unsafe extern "C" fn stats<T: Operations + Timestamping>(
    dev: *mut bindings::net_device,
    to: *mut bindings::ethtool_ts_stats,
) {
    // SAFETY: As in `get`.
    let stamps = unsafe { port::<T>(dev) }.driver().tx_stamps();
    // SAFETY: The kernel passes storage of its own; both variants of the union are the same four numbers.
    let to = unsafe { &mut (*to).__bindgen_anon_1.tx_stats };
    to.pkts = stamps.delivered;
    to.lost = stamps.lost;
    to.err = stamps.skipped;
}

impl SkBuff {
    /// The packet was received at `ns`, by the interface's clock.
    #[inline]
    pub(crate) fn set_rx_stamp(&mut self, ns: u64) {
        // SAFETY: Live and owned by the invariant.
        unsafe { bindings::rnic_skb_set_rx_stamp(self.as_raw(), ns) };
    }

    /// The hardware will stamp the packet, so that its socket gets no software stamp instead. To be called before
    /// [`SkBuff::tx_timestamp`].
    #[inline]
    pub(crate) fn tx_stamp_in_progress(&mut self) {
        // SAFETY: Live and owned by the invariant.
        unsafe { bindings::rnic_skb_tx_stamp_in_progress(self.as_raw()) };
    }

    /// Tells the packet's socket that it was sent at `ns`, by the interface's clock. Any context; may fail silently.
    pub(crate) fn tx_stamp(&mut self, ns: u64) {
        // SAFETY: Live and owned by the invariant.
        unsafe { bindings::rnic_skb_tx_stamp(self.as_raw(), ns) };
    }
}
