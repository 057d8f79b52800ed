// SPDX-License-Identifier: GPL-2.0

//! The counters of each queue, as the kernel asks for them.

use super::Adapter;
use crate::{
    hal::Nic,
    stats::PairStats,
    sys::queue_stats::{QueueStatistics, RxQueueStats, TxQueueStats},
};

impl<N: Nic> QueueStatistics for Adapter<'_, N> {
    fn rx_queue_stats(&self, queue: usize) -> RxQueueStats {
        let Some(PairStats { rx, .. }) = self.stats.get(queue) else {
            return RxQueueStats::default();
        };
        RxQueueStats {
            packets: rx.packets.get(),
            bytes: rx.bytes.get(),
            alloc_fail: Some(rx.no_memory.get()),
            csum_unnecessary: Some(rx.checksum_good.get()),
            ..RxQueueStats::default()
        }
    }

    fn tx_queue_stats(&self, queue: usize) -> TxQueueStats {
        let Some(PairStats { tx, queued, .. }) = self.stats.get(queue) else {
            return TxQueueStats::default();
        };
        TxQueueStats {
            packets: tx.packets.get(),
            bytes: tx.bytes.get(),
            stop: Some(queued.stop.get()),
            wake: Some(tx.wake.get()),
            ..TxQueueStats::default()
        }
    }
}
