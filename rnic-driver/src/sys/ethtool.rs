// SPDX-License-Identifier: GPL-2.0

//! ethtool: what a driver is asked, and the table that the C side asks by.
//!
//! Every method but one runs under rtnl, one at a time, and may sleep. For an interface of this driver is not "ops
//! locked" (`netdev_need_ops_lock()`): it has no queue management and no shaper, so that nobody looks at `op_needs_rtnl`
//! either. The exception is [`Ethtool::timestamp_info`].
//!
//! The core answers for the driver's name, its version and its bus address by itself.
//!
//! C header: [`include/linux/ethtool.h`](srctree/include/linux/ethtool.h)

mod coalesce;
mod link;
mod queues;
mod registers;
mod rss;
mod self_test;
mod standard;
mod strings;
mod timestamp_info;

pub(crate) use link::Speed;
pub(crate) use queues::{Channels, RingSizes, Rings};
pub(crate) use self_test::Results;
pub(crate) use standard::{ControlStats, MacStats, RmonErrors, RmonRanges, RmonStats};
pub(crate) use strings::{Direction, Names};
pub(crate) use timestamp_info::TimestampInfo;

use super::{
    bindings,
    extack::ExtAck,
    hwtstamp,
    netdev::{Operations, Port},
    series::EOPNOTSUPP,
};
use crate::rss::{Config, PortHashing};
use kernel::prelude::*;

/// What ethtool asks of a driver.
///
/// A change that is refused leaves the old state in force, and says what to do instead where there is an [`ExtAck`].
pub(crate) trait Ethtool: Sized {
    /// The packet lengths that [`RmonStats`] counts by.
    const RMON_RANGES: &'static RmonRanges;

    /// The names of a kind. A list never changes. What is longer than 31 bytes is cut; `rx_queue_0_` takes 11 of a
    /// queue's names.
    fn names(&self, kind: Names) -> &'static [&'static CStr];

    /// `ethtool <if>`: how fast the link is, `None` while it is down.
    fn link_speed(&self, port: &Port<Self>) -> Option<Speed>
    where
        Self: Operations;

    /// `ethtool -r`: negotiates the link again.
    fn restart_autoneg(&self, _port: &Port<Self>) -> Result
    where
        Self: Operations,
    {
        Err(EOPNOTSUPP)
    }

    /// `ethtool -g`: how long the rings are, and may be.
    fn rings(&self, port: &Port<Self>) -> Rings
    where
        Self: Operations;

    /// `ethtool -G`: sizes of 1 to the maximum. The next larger ones that the hardware can have are as good.
    fn set_rings(&self, port: &Port<Self>, sizes: RingSizes, extack: &mut ExtAck<'_>) -> Result
    where
        Self: Operations;

    /// `ethtool -l`: how many pairs of queues there are, and may be.
    fn channels(&self, port: &Port<Self>) -> Channels
    where
        Self: Operations;

    /// `ethtool -L`: 1 to the maximum, and no less than a user's RSS table needs ([`Config::resized`] with
    /// `NetDevice::is_rxfh_configured`).
    fn set_channels(&self, port: &Port<Self>, count: usize) -> Result
    where
        Self: Operations;

    /// `ethtool -c`: microseconds between interrupts, of a queue that exists, or of all of them.
    fn coalesce_usecs(&self, port: &Port<Self>, queue: Option<usize>) -> u32
    where
        Self: Operations;

    /// `ethtool -C rx-usecs`, of a queue that exists, or of all of them.
    fn set_coalesce_usecs(
        &self,
        port: &Port<Self>,
        queue: Option<usize>,
        usecs: u32,
        extack: &mut ExtAck<'_>,
    ) -> Result
    where
        Self: Operations;

    /// `ethtool -x`: how packets are spread over the queues.
    fn rss(&self, port: &Port<Self>) -> Config
    where
        Self: Operations;

    /// `ethtool -X`, `ethtool -N rx-flow-hash`: the whole new configuration. Its table fits the queues that there are.
    fn set_rss(&self, port: &Port<Self>, config: Config, extack: &mut ExtAck<'_>) -> Result
    where
        Self: Operations;

    /// The flows whose ports the hardware can hash.
    fn hashable_ports(&self) -> PortHashing;

    /// `ethtool --show-priv-flags`: the flags that are on, by their index in [`Names::PrivateFlags`].
    fn private_flags(&self, port: &Port<Self>) -> u32
    where
        Self: Operations;

    /// `ethtool --set-priv-flags`: all flags; bits without a name are clear.
    fn set_private_flags(&self, port: &Port<Self>, flags: u32) -> Result
    where
        Self: Operations;

    /// `ethtool -S`: the interface's values, one for each of [`Names::Stats`].
    fn extra_stats(&self, port: &Port<Self>, values: &mut [u64])
    where
        Self: Operations;

    /// `ethtool -S`: a queue's values, one for each of [`Names::QueueStats`].
    fn extra_queue_stats(
        &self,
        port: &Port<Self>,
        direction: Direction,
        queue: usize,
        values: &mut [u64],
    ) where
        Self: Operations;

    /// `ethtool -S --groups eth-mac`.
    fn mac_stats(&self, port: &Port<Self>) -> MacStats
    where
        Self: Operations;

    /// `ethtool -S --groups eth-ctrl`. By default nothing is counted.
    fn control_stats(&self, _port: &Port<Self>) -> ControlStats
    where
        Self: Operations,
    {
        ControlStats::default()
    }

    /// `ethtool -S --groups rmon`.
    fn rmon_stats(&self, port: &Port<Self>) -> RmonStats
    where
        Self: Operations;

    /// How many words [`Ethtool::registers`] can fill. It never changes.
    fn register_count(&self) -> usize;

    /// `ethtool -d`: fills `words`, or as many of them as the user wants; returns a number that says what they are.
    fn registers(&self, port: &Port<Self>, words: &mut [u32]) -> u32
    where
        Self: Operations;

    /// `ethtool -t`: runs the tests of [`Names::Tests`]; those that disturb traffic only if `offline`.
    fn self_test(&self, port: &Port<Self>, offline: bool, results: &mut Results<'_>)
    where
        Self: Operations;

    /// `ethtool -T`. Must not sleep: it is called under RCU, and without rtnl too.
    fn timestamp_info(&self, port: &Port<Self>) -> TimestampInfo
    where
        Self: Operations;
}

pub(super) const fn table<T: Operations>() -> bindings::ethtool_ops {
    bindings::ethtool_ops {
        supported_coalesce_params: coalesce::SUPPORTED,
        get_link: Some(bindings::ethtool_op_get_link),
        get_link_ksettings: Some(link::get::<T>),
        set_link_ksettings: Some(link::set),
        nway_reset: Some(link::restart::<T>),
        get_ringparam: Some(queues::rings::<T>),
        set_ringparam: Some(queues::set_rings::<T>),
        get_channels: Some(queues::channels::<T>),
        set_channels: Some(queues::set_channels::<T>),
        get_coalesce: Some(coalesce::get::<T>),
        set_coalesce: Some(coalesce::set::<T>),
        get_per_queue_coalesce: Some(coalesce::get_queue::<T>),
        set_per_queue_coalesce: Some(coalesce::set_queue::<T>),
        get_rx_ring_count: Some(rss::queue_count::<T>),
        get_rxfh_key_size: Some(rss::key_size),
        get_rxfh_indir_size: Some(rss::table_size),
        get_rxfh: Some(rss::get::<T>),
        set_rxfh: Some(rss::set::<T>),
        get_rxfh_fields: Some(rss::fields::<T>),
        set_rxfh_fields: Some(rss::set_fields::<T>),
        get_sset_count: Some(strings::count::<T>),
        get_strings: Some(strings::names::<T>),
        get_ethtool_stats: Some(strings::stats::<T>),
        get_priv_flags: Some(strings::flags::<T>),
        set_priv_flags: Some(strings::set_flags::<T>),
        get_eth_mac_stats: Some(standard::mac::<T>),
        get_eth_ctrl_stats: Some(standard::control::<T>),
        get_rmon_stats: Some(standard::rmon::<T>),
        get_regs_len: Some(registers::len::<T>),
        get_regs: Some(registers::get::<T>),
        self_test: Some(self_test::run::<T>),
        get_ts_info: Some(timestamp_info::get::<T>),
        get_ts_stats: Some(hwtstamp::stats::<T>),
        ..pin_init::zeroed()
    }
}
