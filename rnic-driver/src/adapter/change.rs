// SPDX-License-Identifier: GPL-2.0

//! What a change makes anew, and the memory for it.
//!
//! A change that only concerns what descriptors and records mean leaves the rings where they are. One that concerns the
//! rings themselves makes new ones beside the old, which are exchanged behind the fence.

use super::{config::Config, Adapter};
use crate::{
    hal::Nic,
    ring::{
        self,
        tx::{TxCleaner, TxFiller},
        Len,
    },
    runtime::LayoutState,
    rx::{Parameters, RxQueue, Socket},
    sys::{
        netdev::{Port, MAX_QUEUES},
        xsk::XskPool,
    },
};
use kernel::prelude::*;
use meta_core::generation::Generation;

/// Which rings a change makes anew, and whose generation ends.
pub(super) enum Scope {
    /// None, and that of all.
    Settings,
    /// None, and that of these queues.
    Queues([bool; MAX_QUEUES]),
    /// All.
    Rings,
    /// None; receive queue `queue` is lent a socket's memory, or gives it back.
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
pub(super) struct Fresh<N: Nic> {
    pub(super) rx: Option<RxQueue<N>>,
    pub(super) tx: Option<(TxFiller<N::Tx>, TxCleaner<N::Tx>)>,
    pub(super) socket: Lent,
}

/// Where a new receive ring gets a socket's memory from, once it is free.
#[derive(Default)]
pub(super) enum Lent {
    /// It has none.
    #[default]
    Nothing,
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

/// What becomes of the socket of one queue.
#[derive(Default)]
pub(super) enum Lending<N: Nic> {
    /// Nothing.
    #[default]
    None,
    /// It comes: the queue receives into its memory from now on, and keeps its pages.
    Begins {
        queue: usize,
        socket: Socket<N::Rx>,
        pool: XskPool,
    },
    /// It goes: the queue goes back to its pages, which takes no memory.
    Ends { queue: usize },
}

/// A change that has all the memory that it needs.
pub(super) struct Change<'a, N: Nic> {
    pub(super) config: &'a Config,
    /// The rings that it changes.
    pub(super) changed: [bool; MAX_QUEUES],
    /// One for each pair of queues that there can be, unless no ring is new. On the heap: a change is made in the depth of a system call.
    pub(super) fresh: KVec<Fresh<N>>,
    pub(super) lending: Lending<N>,
}

impl<N: Nic> Change<'_, N> {
    /// The rings of up to `queues` that it concerns.
    pub(super) fn rings(&self, queues: usize) -> impl Iterator<Item = usize> + '_ {
        let changed = self.changed.iter().take(queues).enumerate();
        changed.filter_map(|(queue, changed)| changed.then_some(queue))
    }

    /// Whether it takes something away: a program, or a socket. Nothing can refuse that.
    pub(super) fn takes_away(&self) -> bool {
        self.config.prog.is_none() || matches!(self.lending, Lending::Ends { .. })
    }
}

impl<N: Nic> Adapter<'_, N> {
    /// Takes the memory for a change.
    pub(super) fn prepare<'a>(
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
            lending: Lending::None,
        };
        let parameters = |queue: usize| {
            // A ring that is made shorter keeps its descriptors and has fewer buffers: see `RxQueue::rewind`.
            let tail = usize::from(self.nic.rx_tail(queue));
            let least = self.nic.rx_len(queue).max(tail.wrapping_add(1));
            Ok::<_, Error>(Parameters {
                pdev: self.pdev,
                dev: port.dev(),
                napi: port.pollers().get(queue).ok_or(EINVAL)?,
                index: queue,
                len: config.rings.rx,
                descriptors: Len::at_least(config.rings.rx.get().max(least)),
            })
        };
        match scope {
            Scope::Settings | Scope::Queues(_) => {}
            Scope::Socket { queue, pool: None } => change.lending = Lending::Ends { queue },
            Scope::Socket {
                queue,
                pool: Some(pool),
            } => {
                change.lending = Lending::Begins {
                    queue,
                    socket: Socket::new(&parameters(queue)?)?,
                    pool,
                };
            }
            Scope::Rings => {
                for queue in 0..MAX_QUEUES {
                    let mut fresh = Fresh::default();
                    if queue < config.queues {
                        let has_socket = self.parked.lock().has_socket(queue);
                        fresh.rx = Some(RxQueue::new(
                            &parameters(queue)?,
                            has_socket,
                            config.rx(queue),
                            self.generation(queue),
                        )?);
                        fresh.tx = Some(ring::tx::ring(self.pdev.as_ref(), config.rings.tx)?);
                        fresh.socket = match (has_socket, queues) {
                            (false, _) => Lent::Nothing,
                            (true, 0) => Lent::Parked,
                            (true, _) => Lent::Old,
                        };
                    }
                    change.fresh.push(fresh, GFP_KERNEL)?;
                }
            }
        }
        Ok(change)
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
