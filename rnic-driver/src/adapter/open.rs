// SPDX-License-Identifier: GPL-2.0

//! The rings of an open interface, as the fence sees them.

use super::{
    change::{Change, Fresh, Lending, Lent},
    pair::Pair,
    Adapter,
};
use crate::{
    hal::Nic,
    ring::{
        self,
        tx::{TxCleaner, TxFiller},
        Len,
    },
    runtime::{fence::Rings, off},
    rx::RxQueue,
    sys::{
        napi::Stopped,
        netdev::{Port, MAX_QUEUES},
        time,
        xsk::XskPool,
    },
    tx,
};
use meta_core::{generation::Generation, layout::Layout};

/// The rings of an open interface, with polling stopped.
pub(super) struct Open<'a, 'n, 'bound, N: Nic> {
    pub(super) port: &'a Port<Adapter<'bound, N>>,
    pub(super) adapter: &'a Adapter<'bound, N>,
    pub(super) stopped: &'a mut Stopped<'n, Option<Pair<N>>>,
    pub(super) queues: usize,
}

impl<N: Nic> Open<'_, '_, '_, N> {
    fn pair(&mut self, queue: usize) -> Option<&mut Pair<N>> {
        self.stopped.state(queue)?.as_mut()
    }

    /// Waits for what was given to the device to be sent, until `done` says that it is enough; `false` if it takes too long.
    fn wait_tx(&mut self, queue: usize, mut done: impl FnMut(&mut Pair<N>) -> bool) -> bool {
        const TRIES: u32 = 50;
        for _ in 0..TRIES {
            let port = self.port;
            let stats = self.adapter.stats(queue);
            let mut enough = true;
            self.stopped.drain(|pair, context| {
                if let Some(pair) = pair.as_mut().filter(|pair| pair.index == queue) {
                    pair.clean_tx(port, stats, context, ring::MAX_LEN);
                    enough = done(pair);
                }
            });
            if enough {
                return true;
            }
            time::sleep_ms(1);
        }
        false
    }

    /// Stops a transmit ring, and forgets what was not sent.
    fn stop_tx(&mut self, queue: usize) {
        self.adapter.nic().tear_down_tx(queue);
        if let Some(pair) = self.pair(queue) {
            tx::abandon::<N>(&mut pair.tx);
            if let Some(pool) = pair.rx.socket() {
                pool.abandon();
            }
        }
        self.adapter.forget_tx_stamp();
    }

    /// Waits for what was given to the device to be sent, for a moment; the rest is lost. The stack sends nothing.
    pub(super) fn finish_tx(&mut self, queue: usize) {
        self.wait_tx(queue, |pair| pair.tx.is_empty());
        self.stop_tx(queue);
    }

    /// Waits until the device reads no packet of a socket's any more. The stack and XDP go on sending; if the device does not,
    /// what waits is lost, and the ring goes on from where it is.
    fn finish_socket(&mut self, queue: usize) {
        if self.wait_tx(queue, |pair| {
            pair.rx.socket().is_none_or(|pool| pool.is_idle())
        }) {
            return;
        }
        let port = self.port;
        let Some(guard) = port.lock_tx(queue) else {
            return;
        };
        self.stop_tx(queue);
        let nic = self.adapter.nic();
        if let Some(Pair { tx, .. }) = self.pair(queue) {
            nic.set_up_tx(queue, tx.dma_addr(), tx.len().get(), tx.at());
        }
        guard.queue().reset();
        guard.queue().wake();
    }

    /// Puts new rings in the place of those of `queue`; gives what the old receive ring had from a socket.
    fn exchange(
        &mut self,
        queue: usize,
        rx: Option<RxQueue<N>>,
        tx: Option<(TxFiller<N::Tx>, TxCleaner<N::Tx>)>,
    ) -> Option<XskPool> {
        let (mut rx, (filler, mut cleaner)) = (rx?, tx?);
        let nic = self.adapter.nic();
        nic.set_up_tx(queue, cleaner.dma_addr(), cleaner.len().get(), cleaner.at());
        if let Some(mut guard) = self.port.lock_tx(queue) {
            guard.queue().reset();
            *guard = Some(filler);
        }
        if let Some(pair) = self.pair(queue) {
            core::mem::swap(&mut pair.tx, &mut cleaner);
            drop(cleaner);
            core::mem::swap(&mut pair.rx, &mut rx);
            return rx.into_socket();
        }
        *self.stopped.state(queue)? = Some(Pair {
            index: queue,
            rx,
            tx: cleaner,
        });
        None
    }

    /// Takes the pair of queues `queue` out of use; what it lent of a socket comes back.
    pub(super) fn close(&mut self, queue: usize) -> Option<XskPool> {
        self.adapter.nic().tear_down_rx(queue);
        let pair = self.stopped.state(queue)?.take()?;
        pair.rx.into_socket()
    }
}

impl<'a, N: Nic> Rings for Open<'a, '_, '_, N> {
    type Change = Change<'a, N>;

    fn count(&self) -> usize {
        self.queues
    }

    fn count_after(&self, change: &Change<'a, N>) -> usize {
        change.config.queues
    }

    fn changes(&self, change: &Change<'a, N>, ring: usize) -> bool {
        change.changed.get(ring).is_some_and(|changed| *changed)
    }

    fn stop_receive(&mut self) {
        self.adapter.nic().mac().stop_receive();
    }

    fn drain(&mut self) {
        let port = self.port;
        self.stopped.drain(|pair, context| {
            if let Some(pair) = pair {
                pair.receive(port, context, ring::MAX_LEN);
            }
        });
    }

    fn apply(&mut self, change: &Change<'a, N>) {
        let nic = self.adapter.nic();
        let set_up = |queue: usize, (base, len): (u64, Len)| {
            nic.tear_down_rx(queue);
            nic.set_up_rx(queue, base, len.get());
        };
        for (queue, fresh) in change.fresh.iter().enumerate() {
            if let Some(rx) = &fresh.rx {
                set_up(queue, rx.ring());
            }
        }
        match &change.lending {
            Lending::None => {}
            Lending::Begins { queue, socket, .. } => set_up(*queue, socket.ring()),
            Lending::Ends { queue } => {
                if let Some(pair) = self.pair(*queue) {
                    set_up(*queue, pair.rx.own_ring());
                }
            }
        }
        nic.apply(&change.config.settings());
    }

    fn install(&mut self, mut change: Change<'a, N>, generation: impl Fn(usize) -> Generation) {
        let config = change.config;
        match core::mem::take(&mut change.lending) {
            Lending::None => {}
            Lending::Begins {
                queue,
                socket,
                pool,
            } => {
                if let Some(pair) = self.pair(queue) {
                    pair.rx.lend(socket, pool);
                }
            }
            Lending::Ends { queue } => {
                self.finish_socket(queue);
                if let Some(pair) = self.pair(queue) {
                    drop(pair.rx.take_back());
                }
            }
        }
        for queue in 0..MAX_QUEUES {
            let Fresh { rx, tx, socket } = change
                .fresh
                .get_mut(queue)
                .map(core::mem::take)
                .unwrap_or_default();
            if let (Some(rx), Some(napi)) = (&rx, self.stopped.napi(queue)) {
                rx.attach(&napi);
            }
            if tx.is_some() && queue < self.queues {
                self.finish_tx(queue);
            }
            if queue >= config.queues {
                if queue < self.queues {
                    self.finish_tx(queue);
                    // A queue with a socket is not taken away: the core has refused that.
                    drop(self.close(queue));
                }
                continue;
            }
            let old_pool = self.exchange(queue, rx, tx);
            let adapter = self.adapter;
            let pool = match socket {
                Lent::Nothing => None,
                Lent::Old => old_pool,
                Lent::Parked => adapter.parked.lock().take(queue),
            };
            if !self.changes(&change, queue) {
                continue;
            }
            if let Some(pair) = self.pair(queue) {
                if let Some(pool) = pool {
                    pair.rx.adopt(pool);
                }
                pair.rx.install(config.rx(queue), generation(queue));
                adapter
                    .nic()
                    .set_interval(queue, config.usecs.get(queue).copied().unwrap_or_default());
            }
        }
        self.queues = config.queues;
    }

    fn layout(&mut self, queue: usize) -> (&'static Layout, &'static [u8]) {
        match self.pair(queue) {
            Some(pair) => pair.rx.layout(),
            None => (&off::LAYOUT, off::BTF),
        }
    }

    fn start_receive(&mut self) {
        let nic = self.adapter.nic();
        for queue in 0..self.queues {
            if let Some(pair) = self.pair(queue) {
                pair.rx.rewind(nic);
            }
        }
        nic.mac().start_receive();
        for queue in 0..self.queues {
            if let Some(pair) = self.pair(queue) {
                pair.rx.start(nic);
            }
        }
    }
}
