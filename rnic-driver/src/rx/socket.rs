// SPDX-License-Identifier: GPL-2.0

//! Receiving into the memory of an AF_XDP socket.

use super::{
    handler::{Handler, Outbox, Tally},
    Parameters, REFILL,
};
use crate::{
    desc::Receive,
    frame::{Assembly, Frame},
    ring::{
        rx::{Buffer, RxRing},
        Len,
    },
    sys::{xdp::RxqInfo, xsk::XskPool, xsk_buff::XskBuff},
};
use kernel::prelude::*;

impl Buffer for XskBuff {
    #[inline(always)]
    fn dma_addr(&self) -> u64 {
        Self::dma_addr(self)
    }
}

/// A ring of a socket's buffers.
pub(crate) struct Socket<D> {
    // The order is that of dropping: buffers, registration, pool.
    pub(super) ring: RxRing<D, XskBuff>,
    rxq: RxqInfo,
    /// None before the queue has taken over from the one before.
    pub(super) pool: Option<XskPool>,
}

impl<D: Receive> Socket<D> {
    /// An empty ring, which [`adopts`](Self::adopt) a socket's memory before it is used.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, or what xdp_rxq_info_reg says.
    pub(crate) fn new<T>(parameters: &Parameters<'_, T>) -> Result<Self> {
        let Parameters {
            pdev,
            dev,
            napi,
            index,
            len,
            descriptors,
        } = *parameters;
        Ok(Self {
            ring: RxRing::new(pdev.as_ref(), descriptors, len)?,
            rxq: RxqInfo::of_socket(dev, index as u32, napi)?,
            pool: None,
        })
    }

    /// Where the device finds the ring, and its length.
    pub(crate) fn ring(&self) -> (u64, Len) {
        (self.ring.dma_addr(), self.ring.len())
    }

    /// Takes a socket's memory, and posts as many buffers as user space has provided so far, which may be none.
    pub(super) fn adopt(&mut self, mut pool: XskPool) {
        pool.belong_to(&self.rxq);
        self.pool = Some(pool);
        self.fill();
    }

    /// The socket's memory, of which nothing is used any more.
    pub(super) fn into_pool(self) -> Option<XskPool> {
        // The other members are dropped here, before the pool is.
        self.pool
    }

    /// Posts buffers to all vacant slots; `false` if user space has not enough of them.
    fn fill(&mut self) -> bool {
        let Self { ring, pool, .. } = self;
        let wanted = ring.vacant();
        match pool {
            Some(pool) => pool.alloc(wanted, |buffer| ring.post(buffer)) == wanted,
            None => true,
        }
    }

    /// Posts buffers if enough are missing; whether nobody would tell when user space has more, so that the ring has to be
    /// looked at again.
    #[inline]
    pub(super) fn refill(&mut self) -> bool {
        let starved = self.ring.vacant() >= REFILL && !self.fill();
        match &mut self.pool {
            Some(pool) => !pool.set_starved(starved),
            None => false,
        }
    }

    /// Handles up to `budget` completed descriptors; returns how many there were.
    #[inline]
    pub(super) fn receive<H: Handler<D>>(
        &mut self,
        assembly: &mut Assembly,
        budget: usize,
        handler: &H,
        tally: &mut Tally,
        outbox: &mut Outbox,
    ) -> usize {
        for work in 0..budget {
            let Some((descriptor, mut buffer)) = self.ring.complete() else {
                return work;
            };
            let left = match assembly.next(descriptor.get()) {
                Frame::Whole(len) => {
                    buffer.received(len);
                    tally.packet(len);
                    handler.packet(buffer, &descriptor, tally, outbox)
                }
                frame => {
                    match frame {
                        Frame::BadLength => {
                            tally.length_errors = tally.length_errors.wrapping_add(1);
                        }
                        Frame::Damaged => tally.errors = tally.errors.wrapping_add(1),
                        // A packet is one buffer here.
                        _ => {}
                    }
                    Some(buffer)
                }
            };
            if let Some(buffer) = left {
                buffer.sync_for_device();
                self.ring.post(buffer);
            }
        }
        budget
    }
}
