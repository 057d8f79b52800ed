// SPDX-License-Identifier: GPL-2.0

//! How an open interface gets from one configuration to another: memory first, then the fence, then the rest.
//!
//! A change that only concerns what descriptors and records mean leaves the rings where they are. One that concerns the
//! rings themselves makes new ones beside the old, and exchanges them behind the fence. In either case nothing has been
//! touched when memory is short.

use super::{config::Config, Adapter, Pair};
use crate::{
    hal::Nic,
    ring::{
        self,
        tx::{TxCleaner, TxFiller},
        Len,
    },
    runtime::{
        fence::{self, Rings},
        off, LayoutState,
    },
    rx::{Outbox, Parameters, RxQueue},
    sys::{
        napi::Stopped,
        netdev::{Port, MAX_QUEUES},
        time, xdp_frame,
        xsk::XskPool,
    },
    tx,
};
use kernel::prelude::*;
use meta_core::{announce::Reason, generation::Generation, layout::Layout};

/// Which rings a change makes anew, and whose generation ends.
pub(super) enum Scope {
    /// None, and that of all.
    Settings,
    /// None, and that of these queues.
    Queues([bool; MAX_QUEUES]),
    /// All.
    Rings,
    /// Receive ring `queue`, into a socket's memory or back into pages.
    Socket { queue: usize, pool: Option<XskPool> },
}

impl Scope {
    /// Whether one of `queues` rings is concerned.
    pub(super) fn is_any(&self, queues: usize) -> bool {
        (0..queues).any(|queue| self.changes(queue))
    }

    /// Whether ring `queue` has another generation afterwards.
    fn changes(&self, queue: usize) -> bool {
        match self {
            Self::Settings | Self::Rings => true,
            Self::Queues(queues) => queues.get(queue).is_some_and(|changed| *changed),
            Self::Socket { queue: its, .. } => *its == queue,
        }
    }
}

/// New rings of one pair of queues.
struct Fresh<N: Nic> {
    rx: Option<RxQueue<N>>,
    tx: Option<(TxFiller<N::Tx>, TxCleaner<N::Tx>)>,
    socket: Lent,
}

/// Where a new receive ring gets a socket's memory from, once it is free.
#[derive(Default)]
enum Lent {
    /// It has none.
    #[default]
    Nothing,
    /// From the core.
    New(XskPool),
    /// From the ring that it takes the place of.
    Old,
    /// From where it waited while the interface was closed.
    Parked,
}

impl<N: Nic> Default for Fresh<N> {
    fn default() -> Self {
        Self {
            rx: None,
            tx: None,
            socket: Lent::Nothing,
        }
    }
}

/// A change that has all the memory that it needs.
struct Change<'a, N: Nic> {
    config: &'a Config,
    /// The rings that it changes.
    changed: [bool; MAX_QUEUES],
    /// One for each pair of queues that there can be, unless no ring is new. On the heap: a change is made in the depth of a system call.
    fresh: KVec<Fresh<N>>,
}

/// The rings of an open interface, with polling stopped.
struct Open<'a, 'n, 'bound, N: Nic> {
    port: &'a Port<Adapter<'bound, N>>,
    adapter: &'a Adapter<'bound, N>,
    stopped: &'a mut Stopped<'n, Option<Pair<N>>>,
    queues: usize,
}

impl<N: Nic> Open<'_, '_, '_, N> {
    fn pair(&mut self, queue: usize) -> Option<&mut Pair<N>> {
        self.stopped.state(queue)?.as_mut()
    }

    /// Waits for what was given to the device to be sent, for a moment; the rest is lost. The stack sends nothing.
    fn finish_tx(&mut self, queue: usize) {
        const TRIES: u32 = 50;
        let nic = self.adapter.nic();
        for _ in 0..TRIES {
            let port = self.port;
            let stats = self.adapter.stats(queue);
            let mut done = true;
            self.stopped.drain(|pair, context| {
                let Some(pair) = pair.as_mut().filter(|pair| pair.index == queue) else {
                    return;
                };
                pair.clean_tx(port, stats, context, ring::MAX_LEN);
                done = pair.tx.is_empty();
            });
            if done {
                break;
            }
            time::sleep_ms(1);
        }
        nic.tear_down_tx(queue);
        if let Some(pair) = self.pair(queue) {
            tx::abandon::<N>(&mut pair.tx);
            if let Some(pool) = pair.rx.socket() {
                pool.abandon();
            }
        }
        self.adapter.forget_tx_stamp();
    }

    /// Takes the pair of queues `queue` out of use; what it lent of a socket comes back.
    fn close(&mut self, queue: usize) -> Option<XskPool> {
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

    fn apply(&mut self, change: &Change<'a, N>) -> Result {
        let nic = self.adapter.nic();
        for (queue, fresh) in change.fresh.iter().enumerate() {
            if let Some(rx) = &fresh.rx {
                let (base, len) = rx.ring();
                nic.tear_down_rx(queue);
                nic.set_up_rx(queue, base, len.get());
            }
        }
        nic.apply(&change.config.settings());
        Ok(())
    }

    fn install(&mut self, mut change: Change<'a, N>, generation: impl Fn(usize) -> Generation) {
        let config = change.config;
        for queue in 0..MAX_QUEUES {
            let Fresh { rx, tx, socket } = change
                .fresh
                .get_mut(queue)
                .map(core::mem::take)
                .unwrap_or_default();
            if let (Some(rx), Some(napi)) = (&rx, self.stopped.napi(queue)) {
                rx.attach(&napi);
            }
            let mut old_pool = None;
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
            if let Some((filler, cleaner)) = tx {
                let nic = self.adapter.nic();
                nic.set_up_tx(queue, cleaner.dma_addr(), cleaner.len().get());
                if let Some(mut guard) = self.port.lock_tx(queue) {
                    guard.queue().reset();
                    *guard = Some(filler);
                }
                match (self.pair(queue), rx) {
                    (Some(pair), Some(mut rx)) => {
                        let old = core::mem::replace(&mut pair.tx, cleaner);
                        drop(old);
                        core::mem::swap(&mut pair.rx, &mut rx);
                        old_pool = rx.into_socket();
                    }
                    (None, Some(rx)) => {
                        if let Some(state) = self.stopped.state(queue) {
                            *state = Some(Pair {
                                index: queue,
                                rx,
                                tx: cleaner,
                            });
                        }
                    }
                    // Transmit rings are made together with receive rings.
                    (_, None) => {}
                }
            } else if let (Some(pair), Some(mut rx)) = (self.pair(queue), rx) {
                core::mem::swap(&mut pair.rx, &mut rx);
                old_pool = rx.into_socket();
            }
            let (port, adapter) = (self.port, self.adapter);
            let pool = match socket {
                Lent::Nothing => None,
                Lent::New(pool) => Some(pool),
                Lent::Old => old_pool,
                Lent::Parked => adapter.parked.lock().take(queue),
            };
            if !self.changes(&change, queue) {
                continue;
            }
            if let Some(pair) = self.pair(queue) {
                if let Some(pool) = pool {
                    pair.rx.adopt(port.dev(), port.pollers().get(queue), pool);
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

impl<'bound, N: Nic> Adapter<'bound, N> {
    /// Takes an open interface of `queues` pairs of queues (none, if it is being opened) to `config`.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, and what the core says of another number of queues; then nothing has changed.
    pub(super) fn cross(
        &self,
        port: &Port<Self>,
        queues: usize,
        config: &Config,
        scope: Scope,
        reason: Reason,
    ) -> Result {
        let exchange_tx = matches!(scope, Scope::Rings);
        let change = self.prepare(port, queues, config, scope)?;
        let dev = port.dev();
        if exchange_tx {
            dev.tx_disable();
            if let Err(e) = self.resize(port, queues, config.queues) {
                if queues > 0 {
                    dev.tx_wake_all();
                }
                return Err(e);
            }
            // XDP does not ask whether the stack may send.
            for queue in 0..queues {
                if let Some(mut guard) = port.lock_tx(queue) {
                    *guard = None;
                }
            }
        }
        let mut stopped = port.pollers().stop();
        let mut open = Open {
            port,
            adapter: self,
            stopped: &mut stopped,
            queues,
        };
        let crossed = fence::cross(
            &mut open,
            &self.layouts,
            dev,
            change,
            reason,
            config.prog.is_some(),
        );
        if crossed.is_ok() {
            stopped.set_enabled(config.queues);
        }
        drop(stopped);
        if exchange_tx {
            port.link_napis(config.queues);
            dev.tx_wake_all();
        }
        // What arrived or was sent meanwhile did not interrupt.
        for queue in 0..config.queues {
            if let Some(napi) = port.pollers().get(queue) {
                napi.kick();
            }
        }
        crossed
    }

    /// Takes the memory for a change.
    fn prepare<'a>(
        &self,
        port: &Port<Self>,
        queues: usize,
        config: &'a Config,
        scope: Scope,
    ) -> Result<Change<'a, N>> {
        let mut change = Change {
            config,
            changed: core::array::from_fn(|queue| scope.changes(queue)),
            fresh: KVec::new(),
        };
        if !matches!(scope, Scope::Settings | Scope::Queues(_)) {
            for _ in 0..MAX_QUEUES {
                change.fresh.push(Fresh::default(), GFP_KERNEL)?;
            }
        }
        let new_rx = |queue: usize, socket: bool| {
            let napi = port.pollers().get(queue).ok_or(EINVAL)?;
            // A ring that is made shorter keeps its descriptors and has fewer buffers: see `RxQueue::rewind`.
            let tail = usize::from(self.nic.rx_tail(queue));
            let least = self.nic.rx_len(queue).max(tail.wrapping_add(1));
            let parameters = Parameters {
                pdev: self.pdev,
                dev: port.dev(),
                napi,
                index: queue,
                len: config.rings.rx,
                descriptors: Len::at_least(config.rings.rx.get().max(least)),
            };
            RxQueue::new(
                &parameters,
                socket,
                config.rx(queue),
                self.generation(queue),
            )
        };
        match scope {
            Scope::Settings | Scope::Queues(_) => {}
            Scope::Socket { queue, pool } => {
                if let Some(fresh) = change.fresh.get_mut(queue) {
                    fresh.rx = Some(new_rx(queue, pool.is_some())?);
                    fresh.socket = pool.map_or(Lent::Nothing, Lent::New);
                }
            }
            Scope::Rings => {
                for (queue, fresh) in change.fresh.iter_mut().enumerate().take(config.queues) {
                    let has_socket = self.parked.lock().has_socket(queue);
                    fresh.rx = Some(new_rx(queue, has_socket)?);
                    fresh.tx = Some(ring::tx::ring(self.pdev.as_ref(), config.rings.tx)?);
                    fresh.socket = match (has_socket, queues) {
                        (false, _) => Lent::Nothing,
                        (true, 0) => Lent::Parked,
                        (true, _) => Lent::Old,
                    };
                }
            }
        }
        Ok(change)
    }

    /// Tells the core of another number of queues, from whose view queues come last and go first.
    fn resize(&self, port: &Port<Self>, from: usize, to: usize) -> Result {
        if from == 0 || from == to {
            return Ok(());
        }
        port.link_napis(from.min(to));
        port.dev().set_queues(to)
    }

    /// Takes an open interface out of use: what was received is handled, then each ring's generation ends.
    pub(super) fn uncross(&self, port: &Port<Self>, queues: usize) {
        let nic = self.nic();
        let dev = port.dev();
        dev.tx_disable();
        for queue in 0..queues {
            // Once the state is gone, a late packet is dropped.
            if let Some(mut guard) = port.lock_tx(queue) {
                *guard = None;
            }
        }
        nic.mask_all();
        let mut stopped = port.pollers().stop();
        let mut open = Open {
            port,
            adapter: self,
            stopped: &mut stopped,
            queues,
        };
        fence::close(&mut open, &self.layouts, dev);
        for queue in 0..queues {
            open.finish_tx(queue);
            let pool = open.close(queue);
            self.parked.lock().park(queue, pool);
            dev.tx_queue(queue).reset();
        }
        nic.mac().stop_transmit();
        stopped.set_enabled(0);
        drop(stopped);
        port.link_napis(0);
    }

    /// The generation of a ring.
    fn generation(&self, queue: usize) -> Generation {
        self.layouts
            .get(queue)
            .map_or(Generation::FIRST, |state: &LayoutState| {
                state.published().generation
            })
    }
}

impl<N: Nic> Pair<N> {
    /// Handles what was received, and carries out what programs decided.
    #[inline]
    pub(super) fn receive(
        &mut self,
        port: &Port<Adapter<'_, N>>,
        context: &crate::sys::napi::NapiContext<'_>,
        budget: usize,
    ) -> usize {
        let adapter = port.driver();
        let mut outbox = Outbox::default();
        let work = self.rx.poll(
            &crate::rx::Poll {
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
