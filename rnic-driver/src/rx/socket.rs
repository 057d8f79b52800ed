// SPDX-License-Identifier: GPL-2.0

//! Receiving into the memory of an AF_XDP socket.

use super::{
    handler::{Handler, Outbox, Tally},
    Parameters, REFILL,
};
use crate::{
    desc::Receive,
    frame::{Assembly, Frame},
    ring::rx::{Buffer, RxRing},
    sys::{napi::Napi, netdev::NetDevice, xdp::RxqInfo, xsk::XskPool, xsk_buff::XskBuff},
};
use kernel::prelude::*;

impl Buffer for XskBuff {
    #[inline(always)]
    fn dma_addr(&self) -> u64 {
        Self::dma_addr(self)
    }
}

/// A ring of a socket's buffers.
pub(super) struct Socket<D> {
    // The order is that of dropping: buffers, registration, pool.
    pub(super) ring: RxRing<D, XskBuff>,
    rxq: Option<RxqInfo>,
    /// None before the queue has taken over from the one before, or if it could not.
    pub(super) pool: Option<XskPool>,
}

impl<D: Receive> Socket<D> {
    /// An empty ring.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(super) fn new<T>(parameters: &Parameters<'_, T>) -> Result<Self> {
        Ok(Self {
            ring: RxRing::new(
                parameters.pdev.as_ref(),
                parameters.descriptors,
                parameters.len,
            )?,
            rxq: None,
            pool: None,
        })
    }

    /// Takes a socket's memory, and posts as many buffers as user space has provided so far, which may be none. Without
    /// memory for the registration nothing is received.
    pub(super) fn adopt<T>(
        &mut self,
        dev: &NetDevice,
        queue: usize,
        napi: &Napi<T>,
        pool: XskPool,
    ) {
        self.rxq = RxqInfo::of_socket(dev, queue as u32, napi, &pool).ok();
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
        let Self { ring, rxq, pool } = self;
        let wanted = ring.vacant();
        match pool {
            Some(pool) if rxq.is_some() => pool.alloc(wanted, |buffer| ring.post(buffer)) == wanted,
            _ => true,
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
