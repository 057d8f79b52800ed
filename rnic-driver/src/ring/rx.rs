// SPDX-License-Identifier: GPL-2.0

//! A receive ring: empty buffers to the device, full ones back, in order.

use super::{Descriptors, Len};
use crate::desc::{Receive, Words};
use core::{
    marker::PhantomData,
    sync::atomic::{fence, Ordering},
};
use kernel::{
    device::{Bound, Device},
    prelude::*,
};
use meta_core::descriptor::Copied;

/// What the device can receive into.
pub(crate) trait Buffer {
    /// Where the device is to write the packet.
    fn dma_addr(&self) -> u64;
}

/// A receive ring with descriptors `D` and buffers `B`. Slots from `clean` to `used` belong to the device.
pub(crate) struct RxRing<D, B> {
    descriptors: Descriptors,
    buffers: KVec<Option<B>>,
    /// How many buffers it may have: fewer than descriptors, so that full and empty differ.
    most: usize,
    /// Next slot that the device completes.
    clean: usize,
    /// Next slot to be given to the device.
    used: usize,
    /// What the tail register says.
    told: usize,
    _format: PhantomData<D>,
}

impl<D: Receive, B: Buffer> RxRing<D, B> {
    /// An empty ring for as many buffers as one of `shown` descriptors has, of `len` descriptors, which are no fewer.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(dev: &Device<Bound>, len: Len, shown: Len) -> Result<Self> {
        let mut buffers = KVec::with_capacity(len.get(), GFP_KERNEL)?;
        for _ in 0..len.get() {
            buffers.push(None, GFP_KERNEL)?;
        }
        Ok(Self {
            descriptors: Descriptors::new(dev, len)?,
            buffers,
            most: len.mask().min(shown.mask()),
            clean: 0,
            used: 0,
            told: 0,
            _format: PhantomData,
        })
    }

    /// Where the device finds the ring.
    pub(crate) fn dma_addr(&self) -> u64 {
        self.descriptors.dma_addr()
    }

    /// Its length.
    #[inline]
    pub(crate) fn len(&self) -> Len {
        self.descriptors.len
    }

    /// Moves everything so that the ring ends where the tail register says, and returns where it begins then: with that as
    /// the head the device has all buffers without being told. `None` if the register says something that is not in this
    /// ring; then nothing has moved.
    ///
    /// The receive unit is off, and all completed descriptors were handled.
    pub(crate) fn end_at(&mut self, tail: u16) -> Option<u16> {
        let (len, tail) = (self.len(), usize::from(tail));
        if tail >= len.get() {
            return None;
        }
        let by = len.distance(self.used, tail);
        if by != 0 {
            self.buffers.rotate_right(by);
        }
        self.clean = len.distance(0, self.clean.wrapping_add(by));
        self.used = tail;
        self.told = tail;
        let mut at = self.clean;
        while at != self.used {
            if let Some(Some(buffer)) = self.buffers.get(at) {
                self.descriptors.write(at, D::posted(buffer.dma_addr()));
            }
            at = len.next(at);
        }
        Some(self.clean as u16)
    }

    /// Where the ring begins.
    pub(crate) fn head(&self) -> u16 {
        self.clean as u16
    }

    /// Slots that a buffer can be posted to.
    #[inline]
    pub(crate) fn vacant(&self) -> usize {
        let posted = self.len().distance(self.clean, self.used);
        self.most.wrapping_sub(posted)
    }

    /// Whether the device has no buffer at all.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.clean == self.used
    }

    /// Gives `buffer` to the device, once the tail is written. The ring is not full.
    #[inline]
    pub(crate) fn post(&mut self, buffer: B) {
        self.descriptors
            .write(self.used, D::posted(buffer.dma_addr()));
        if let Some(slot) = self.buffers.get_mut(self.used) {
            *slot = Some(buffer);
        }
        self.used = self.len().next(self.used);
    }

    /// Whether there is a completed descriptor.
    #[inline]
    pub(crate) fn is_pending(&self) -> bool {
        !self.is_empty() && D::from_words([0, self.descriptors.read(self.clean, 1)]).is_done()
    }

    /// The next completed descriptor and its buffer, in the order in which they were posted. A done bit on a slot that
    /// is not the device's, or out of order, is not looked at.
    #[inline]
    pub(crate) fn complete(&mut self) -> Option<(Copied<D>, B)> {
        if self.is_empty() {
            return None;
        }
        let second = self.descriptors.read(self.clean, 1);
        if !D::from_words([0, second]).is_done() {
            return None;
        }
        // The device writes the done bit last: what is read from here on is complete (dma_rmb).
        fence(Ordering::Acquire);
        let words: Words = [
            self.descriptors.read(self.clean, 0),
            self.descriptors.read(self.clean, 1),
        ];
        let buffer = self.buffers.get_mut(self.clean)?.take()?;
        self.clean = self.len().next(self.clean);
        Some((Copied::read_once(|word| words[word & 1]), buffer))
    }

    /// Buffers that were posted and that the device was not told of.
    #[inline]
    pub(crate) fn untold(&self) -> usize {
        self.len().distance(self.told, self.used)
    }

    /// What the tail register is to say; the caller writes it.
    #[inline]
    pub(crate) fn tell(&mut self) -> u16 {
        self.told = self.used;
        self.used as u16
    }
}
