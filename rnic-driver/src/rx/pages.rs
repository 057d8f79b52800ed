// SPDX-License-Identifier: GPL-2.0

//! Receiving into pages of the ring's own pool.

use super::{
    handler::{Handler, Outbox, Tally},
    Parameters, REFILL,
};
use crate::{
    desc::Receive,
    frame::{Assembly, Frame, MAX_PARTS},
    ring::rx::{Buffer, RxRing},
    stats::RxStats,
    sys::{
        napi::StoppedNapi,
        page_pool::{PagePool, RxBuffer},
        xdp::{RxqInfo, XdpBuff},
    },
};
use kernel::prelude::*;
use meta_core::descriptor::Copied;

impl Buffer for RxBuffer {
    #[inline(always)]
    fn dma_addr(&self) -> u64 {
        Self::dma_addr(self)
    }
}

/// A ring of pages.
pub(super) struct Pages<D> {
    // The order is that of dropping: buffers, registration, pool.
    pub(super) ring: RxRing<D, RxBuffer>,
    chain: Chain,
    rxq: RxqInfo,
    pool: PagePool,
}

impl<D: Receive> Pages<D> {
    /// A full ring.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(super) fn new<T>(parameters: &Parameters<'_, T>) -> Result<Self> {
        let Parameters {
            pdev,
            dev,
            napi,
            index,
            len,
            descriptors,
        } = *parameters;
        let pool = PagePool::new(pdev, dev, index as u32, len.get() as u32)?;
        let mut pages = Self {
            ring: RxRing::new(pdev.as_ref(), descriptors, len)?,
            chain: Chain::default(),
            rxq: RxqInfo::new(dev, index as u32, napi, &pool)?,
            pool,
        };
        if pages.fill() {
            Ok(pages)
        } else {
            Err(ENOMEM)
        }
    }

    /// The ring is in use from now on: `napi` is stopped.
    pub(super) fn attach<T>(&self, stopped: &StoppedNapi<'_, T>) {
        stopped.adopt(&self.pool);
    }

    /// Drops the beginning of a packet whose end will not come.
    pub(super) fn forget_parts(&mut self) {
        self.chain.take().for_each(drop);
    }

    /// Posts buffers to all vacant slots; `false` if memory ran short.
    fn fill(&mut self) -> bool {
        for _ in 0..self.ring.vacant() {
            match self.pool.alloc() {
                Some(buffer) => self.ring.post(buffer),
                None => return false,
            }
        }
        true
    }

    /// Posts buffers if enough are missing; whether the ring is empty all the same, and has to be looked at again.
    #[inline]
    pub(super) fn refill(&mut self, stats: &RxStats) -> bool {
        let short = self.ring.vacant() >= REFILL && !self.fill();
        if short {
            stats.no_memory.add(1);
        }
        short && self.ring.is_empty()
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
            let Some((descriptor, buffer)) = self.ring.complete() else {
                return work;
            };
            let packet = match assembly.next(descriptor.get()) {
                Frame::Whole(len) => {
                    buffer.sync_for_cpu(len);
                    tally.packet(len);
                    XdpBuff::new(buffer, len, &self.rxq)
                }
                frame => match self.chained(frame, buffer, tally) {
                    Some(packet) => packet,
                    None => continue,
                },
            };
            self.handle(packet, &descriptor, handler, tally, outbox);
        }
        budget
    }

    /// Looks at the next packet, and posts its buffer again.
    pub(super) fn test_packet<R>(&mut self, look: impl FnOnce(Copied<D>, &[u8]) -> R) -> Option<R> {
        let (descriptor, buffer) = self.ring.complete()?;
        let len = descriptor.get().length();
        buffer.sync_for_cpu(len);
        let looked = look(descriptor, buffer.bytes(len));
        self.reuse(buffer);
        Some(looked)
    }

    #[inline]
    fn handle<H: Handler<D>>(
        &mut self,
        packet: XdpBuff,
        descriptor: &Copied<D>,
        handler: &H,
        tally: &mut Tally,
        outbox: &mut Outbox,
    ) {
        if let Some(buffer) = handler.packet(packet, descriptor, tally, outbox) {
            self.reuse(buffer);
        }
    }

    /// A descriptor that is not a packet by itself; the packet that ends in it.
    #[cold]
    fn chained(&mut self, frame: Frame, buffer: RxBuffer, tally: &mut Tally) -> Option<XdpBuff> {
        match frame {
            Frame::Whole(_) => None,
            Frame::Part(len) => {
                buffer.sync_for_cpu(len);
                if let Some(buffer) = self.chain.add(buffer, len) {
                    self.reuse(buffer);
                }
                None
            }
            Frame::Last(len) => {
                buffer.sync_for_cpu(len);
                let mut parts = self.chain.take();
                let (head, head_len) = parts.next()?;
                let mut bytes = head_len;
                let mut packet = XdpBuff::new(head, head_len, &self.rxq);
                for (part, len) in Iterator::chain(parts, [(buffer, len)]) {
                    bytes = bytes.wrapping_add(len);
                    // There is room: a chain is shorter than the list of fragments.
                    if packet.add_fragment(part, len).is_err() {
                        tally.length_errors = tally.length_errors.wrapping_add(1);
                        return None;
                    }
                }
                tally.packet(bytes);
                Some(packet)
            }
            Frame::Skipped | Frame::BadLength | Frame::Damaged => {
                match frame {
                    Frame::BadLength => tally.length_errors = tally.length_errors.wrapping_add(1),
                    Frame::Damaged => tally.errors = tally.errors.wrapping_add(1),
                    _ => {}
                }
                self.chain.take().for_each(drop);
                self.reuse(buffer);
                None
            }
        }
    }

    /// Posts a buffer again whose packet went nowhere, without a way through the pool: its slot has just become free.
    #[inline]
    fn reuse(&mut self, buffer: RxBuffer) {
        buffer.sync_for_device();
        self.ring.post(buffer);
    }
}

/// The parts of a packet whose end has not come yet. It may come in a later poll.
#[derive(Default)]
struct Chain {
    parts: [Option<(RxBuffer, usize)>; MAX_PARTS],
    used: usize,
}

impl Chain {
    /// Keeps a part; gives it back if there are too many, which the assembly does not let happen.
    fn add(&mut self, buffer: RxBuffer, len: usize) -> Option<RxBuffer> {
        match self.parts.get_mut(self.used) {
            Some(slot) => {
                *slot = Some((buffer, len));
                self.used = self.used.wrapping_add(1);
                None
            }
            None => Some(buffer),
        }
    }

    /// Takes all parts out, in order.
    fn take(&mut self) -> impl Iterator<Item = (RxBuffer, usize)> + '_ {
        let used = core::mem::take(&mut self.used);
        self.parts.iter_mut().take(used).filter_map(Option::take)
    }
}
