// SPDX-License-Identifier: GPL-2.0

//! A receive and a transmit ring that are polled together.

use super::Adapter;
use crate::{
    hal::Nic,
    ring::tx::TxCleaner,
    rx::{Outbox, Poll, RxQueue},
    stats::PairStats,
    sys::{napi::NapiContext, netdev::Port, xdp_frame},
    tx,
};

/// What a poll function works on while the interface is open.
pub(crate) struct Pair<N: Nic> {
    pub(super) index: usize,
    pub(super) rx: RxQueue<N>,
    pub(super) tx: TxCleaner<N::Tx>,
}

impl<N: Nic> Pair<N> {
    /// Whether the device has completed something.
    #[inline]
    pub(super) fn is_pending(&mut self) -> bool {
        self.rx.is_pending() || self.tx.is_pending()
    }

    /// Releases what was sent; a socket's user is told.
    #[inline]
    pub(super) fn clean_tx(
        &mut self,
        port: &Port<Adapter<'_, N>>,
        stats: &PairStats,
        context: &NapiContext<'_>,
        budget: usize,
    ) {
        let queue = port.dev().tx_queue(self.index);
        let sockets = tx::clean::<N>(&mut self.tx, queue, stats, context, budget, |skb| {
            port.driver().deliver_tx_stamp(skb);
        });
        if let Some(pool) = self.rx.socket() {
            pool.completed(sockets);
        }
    }

    /// Handles what was received, and carries out what programs decided.
    #[inline]
    pub(super) fn receive(
        &mut self,
        port: &Port<Adapter<'_, N>>,
        context: &NapiContext<'_>,
        budget: usize,
    ) -> usize {
        let adapter = port.driver();
        let mut outbox = Outbox::default();
        let work = self.rx.poll(
            &Poll {
                port,
                nic: adapter.nic(),
                clock: adapter.clock(),
                stats: &adapter.stats(self.index).rx,
                context,
                budget,
            },
            &mut outbox,
        );
        if !outbox.is_empty() {
            tx::send_frames(port, self.index, context, &mut outbox);
        }
        if outbox.redirected {
            xdp_frame::flush(context);
        }
        work
    }
}
