// SPDX-License-Identifier: GPL-2.0

//! Counters of each queue: `netdev_stat_ops`, and the interface's totals out of the same numbers.
//!
//! A driver counts for each queue that it could ever have, from the interface's beginning to its end. The C side asks
//! for the queues in use one by one, and for a base that holds the rest; the base is summed up here from the queues that
//! are not in use, and [`totals`] from all of them. So what a queue counted before `ethtool -L` took it away is not
//! lost, and `ip -s link` can never contradict it.
//!
//! C header: [`include/net/netdev_queues.h`](srctree/include/net/netdev_queues.h)

use super::{
    bindings,
    netdev::{NetDevice, Operations, Port},
    vtable::port,
};
use core::ops::Range;
use kernel::prelude::*;

/// A driver's counters of each queue.
///
/// Both methods are called in any context: they must not sleep, and may run while the queue counts. No value may ever
/// become smaller, neither when the interface goes down nor when the number of queues changes.
pub(crate) trait QueueStatistics {
    /// What receive queue `queue` counted, be it in use or not. Zeroes for one that there can never be.
    fn rx_queue_stats(&self, queue: usize) -> RxQueueStats;
    /// What transmit queue `queue` counted, be it in use or not. Zeroes for one that there can never be.
    fn tx_queue_stats(&self, queue: usize) -> TxQueueStats;
}

/// The counters of a direction: those that every driver has, and those that are `None` where nobody counts.
macro_rules! queue_stats {
    ($(#[$doc:meta])* $name:ident => $c:ident { $($(#[$field_doc:meta])* $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default)]
        pub(crate) struct $name {
            /// Packets.
            pub(crate) packets: u64,
            /// Bytes of these packets.
            pub(crate) bytes: u64,
            $($(#[$field_doc])* pub(crate) $field: Option<u64>,)*
        }

        impl $name {
            /// The sum; what one of the two does not count has none.
            fn plus(&self, other: &Self) -> Self {
                Self {
                    packets: self.packets.wrapping_add(other.packets),
                    bytes: self.bytes.wrapping_add(other.bytes),
                    $($field: match (self.$field, other.$field) {
                        (Some(a), Some(b)) => Some(a.wrapping_add(b)),
                        _ => None,
                    },)*
                }
            }

            /// The sum over no queue at all, where each one counts what `self` does.
            fn nothing(&self) -> Self {
                Self {
                    packets: 0,
                    bytes: 0,
                    $($field: self.$field.map(|_| 0),)*
                }
            }

            /// The sum over `queues`, of what queue 0 counts.
            fn sum(queues: Range<usize>, of: impl Fn(usize) -> Self) -> Self {
                queues.fold(of(0).nothing(), |sum, queue| sum.plus(&of(queue)))
            }

            /// Leaves alone what nobody counts: so the C side knows it.
            fn fill(&self, to: &mut bindings::$c) {
                to.packets = self.packets;
                to.bytes = self.bytes;
                $(if let Some(value) = self.$field {
                    to.$field = value;
                })*
            }
        }
    };
}

queue_stats! {
    /// What a receive queue counted. `packets` are those that reached a program or the stack: a program's drops too.
    RxQueueStats => netdev_queue_stats_rx {
        /// Buffers or skbs for which there was no memory.
        alloc_fail,
        /// Packets that entered the device and never left it.
        hw_drops,
        /// Those of them for which there was no descriptor.
        hw_drop_overruns,
        /// Packets whose checksum the device verified.
        csum_unnecessary,
        /// Packets whose checksum the device did not look at.
        csum_none,
        /// Packets whose checksum is wrong; the stack gets them nevertheless.
        csum_bad,
    }
}

queue_stats! {
    /// What a transmit queue counted. `packets` are those on the wire: each segment of a large one.
    TxQueueStats => netdev_queue_stats_tx {
        /// Packets that entered the device and never left it.
        hw_drops,
        /// Those of them that were malformed.
        hw_drop_errors,
        /// Packets whose checksum the device did not have to compute.
        csum_none,
        /// Packets whose checksum the device computed: each segment of a large one.
        needs_csum,
        /// Packets that the device cut into segments.
        hw_gso_packets,
        /// Their bytes.
        hw_gso_bytes,
        /// The segments.
        hw_gso_wire_packets,
        /// The segments' bytes.
        hw_gso_wire_bytes,
        /// How often the ring was full, and the stack was told to wait.
        stop,
        /// How often it was told to go on.
        wake,
    }
}

/// The queues of an interface that are not in use. They end where its queues do.
struct Queues {
    rx: Range<usize>,
    tx: Range<usize>,
}

impl Queues {
    fn unused(dev: &NetDevice) -> Self {
        // SAFETY: Live.
        let counts = unsafe { bindings::rnic_netdev_queue_counts(dev.as_raw()) };
        Self {
            rx: counts.real_rx as usize..counts.rx as usize,
            tx: counts.real_tx as usize..counts.tx as usize,
        }
    }
}

/// What all queues together counted, for `ip -s link`. Any context.
pub(crate) fn totals<T: Operations>(port: &Port<T>) -> (RxQueueStats, TxQueueStats) {
    let unused = Queues::unused(port.dev());
    (
        RxQueueStats::sum(0..unused.rx.end, |queue| {
            port.driver().rx_queue_stats(queue)
        }),
        TxQueueStats::sum(0..unused.tx.end, |queue| {
            port.driver().tx_queue_stats(queue)
        }),
    )
}

pub(super) const fn table<T: Operations>() -> bindings::netdev_stat_ops {
    bindings::netdev_stat_ops {
        get_queue_stats_rx: Some(rx::<T>),
        get_queue_stats_tx: Some(tx::<T>),
        get_base_stats: Some(base::<T>),
    }
}

unsafe extern "C" fn rx<T: Operations>(
    dev: *mut bindings::net_device,
    queue: c_int,
    stats: *mut bindings::netdev_queue_stats_rx,
) {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: The kernel passes filled storage of its own.
    let stats = unsafe { &mut *stats };
    port.driver().rx_queue_stats(queue as usize).fill(stats);
}

unsafe extern "C" fn tx<T: Operations>(
    dev: *mut bindings::net_device,
    queue: c_int,
    stats: *mut bindings::netdev_queue_stats_tx,
) {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    // SAFETY: The kernel passes filled storage of its own.
    let stats = unsafe { &mut *stats };
    port.driver().tx_queue_stats(queue as usize).fill(stats);
}

/// What the queues counted that are not in use. A counter that is not in here, be it 0, is not shown for the interface.
unsafe extern "C" fn base<T: Operations>(
    dev: *mut bindings::net_device,
    rx: *mut bindings::netdev_queue_stats_rx,
    tx: *mut bindings::netdev_queue_stats_tx,
) {
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    let unused = Queues::unused(port.dev());
    // SAFETY: The kernel passes filled storage of its own.
    let (rx, tx) = unsafe { (&mut *rx, &mut *tx) };
    RxQueueStats::sum(unused.rx, |queue| port.driver().rx_queue_stats(queue)).fill(rx);
    TxQueueStats::sum(unused.tx, |queue| port.driver().tx_queue_stats(queue)).fill(tx);
}
