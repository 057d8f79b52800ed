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
    rx::{Parameters, RxQueue},
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
pub(super) struct Change<'a, N: Nic> {
    pub(super) config: &'a Config,
    /// The rings that it changes.
    pub(super) changed: [bool; MAX_QUEUES],
    /// One for each pair of queues that there can be, unless no ring is new. On the heap: a change is made in the depth of a system call.
    pub(super) fresh: KVec<Fresh<N>>,
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

    /// The generation of a ring.
    fn generation(&self, queue: usize) -> Generation {
        self.layouts
            .get(queue)
            .map_or(Generation::FIRST, |state: &LayoutState| {
                state.published().generation
            })
    }
}
