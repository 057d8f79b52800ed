// SPDX-License-Identifier: GPL-2.0

//! A transmit queue of an interface: stopping and waking it, its byte limits, and its lock with what is behind it.
//!
//! C header: [`include/linux/netdevice.h`](srctree/include/linux/netdevice.h)

use super::{bindings, netdev::NetDevice};
use core::{
    cell::UnsafeCell,
    ops::{Deref, DerefMut},
};

/// A `struct netdev_queue`.
#[derive(Clone, Copy)]
pub(crate) struct TxQueue<'a> {
    dev: &'a NetDevice,
    index: u32,
}

impl<'a> TxQueue<'a> {
    /// Queue `index` of `dev`; the last one, if there are not as many.
    #[inline]
    pub(super) fn new(dev: &'a NetDevice, index: usize) -> Self {
        Self {
            dev,
            index: index as u32,
        }
    }

    /// Which one it is.
    #[inline]
    pub(crate) fn index(self) -> usize {
        self.index as usize
    }

    /// The stack must not transmit: the ring is full.
    #[inline]
    pub(crate) fn stop(self) {
        // SAFETY: Live.
        unsafe { bindings::rnic_txq_stop(self.dev.as_raw(), self.index) };
    }

    /// Whether the driver told it to stop.
    #[inline]
    pub(crate) fn stopped_by_driver(self) -> bool {
        // SAFETY: Live.
        unsafe { bindings::rnic_txq_stopped_by_driver(self.dev.as_raw(), self.index) }
    }

    /// There is room again.
    #[inline]
    pub(crate) fn wake(self) {
        // SAFETY: Live.
        unsafe { bindings::rnic_txq_wake(self.dev.as_raw(), self.index) };
    }

    /// So many bytes were given to the device; `true` if it must be told now. Under the queue's lock.
    #[inline]
    pub(crate) fn sent(self, bytes: u32, more: bool) -> bool {
        // SAFETY: Live.
        unsafe { bindings::rnic_txq_sent(self.dev.as_raw(), self.index, bytes, more) }
    }

    /// The device has sent these.
    #[inline]
    pub(crate) fn completed(self, packets: u32, bytes: u32) {
        // SAFETY: Live.
        unsafe { bindings::rnic_txq_completed(self.dev.as_raw(), self.index, packets, bytes) };
    }

    /// Nothing is under way: the byte limits start anew. The queue is stopped, or locked.
    pub(crate) fn reset(self) {
        // SAFETY: Live.
        unsafe { bindings::rnic_txq_reset(self.dev.as_raw(), self.index) };
    }
}

/// The transmit state of a queue, locked.
///
/// # Invariants
///
/// `queue` is locked, `bh` says how; `state` is touched under that lock only.
pub(crate) struct XmitGuard<'a, X> {
    queue: TxQueue<'a>,
    state: &'a UnsafeCell<X>,
    bh: bool,
}

impl<'a, X> XmitGuard<'a, X> {
    /// # Safety
    ///
    /// `state` is only touched under the queue's lock. Process context.
    pub(super) unsafe fn lock_bh(queue: TxQueue<'a>, state: &'a UnsafeCell<X>) -> Self {
        // SAFETY: Live.
        unsafe { bindings::rnic_txq_lock_bh(queue.dev.as_raw(), queue.index) };
        // INVARIANT: Just locked.
        Self {
            queue,
            state,
            bh: true,
        }
    }

    /// # Safety
    ///
    /// As for `lock_bh`, but bottom halves are off.
    #[inline]
    pub(super) unsafe fn lock(queue: TxQueue<'a>, state: &'a UnsafeCell<X>) -> Self {
        // SAFETY: Live.
        unsafe { bindings::rnic_txq_lock(queue.dev.as_raw(), queue.index) };
        // INVARIANT: Just locked.
        Self {
            queue,
            state,
            bh: false,
        }
    }

    /// The queue.
    #[inline]
    pub(crate) fn queue(&self) -> TxQueue<'a> {
        self.queue
    }
}

impl<X> Deref for XmitGuard<'_, X> {
    type Target = X;
    #[inline]
    fn deref(&self) -> &X {
        // SAFETY: The transmit queue is locked.
        unsafe { &*self.state.get() }
    }
}

impl<X> DerefMut for XmitGuard<'_, X> {
    #[inline]
    fn deref_mut(&mut self) -> &mut X {
        // SAFETY: The transmit queue is locked.
        unsafe { &mut *self.state.get() }
    }
}

impl<X> Drop for XmitGuard<'_, X> {
    #[inline]
    fn drop(&mut self) {
        let (dev, index) = (self.queue.dev.as_raw(), self.queue.index);
        if self.bh {
            // SAFETY: Locked so by the invariant.
            unsafe { bindings::rnic_txq_unlock_bh(dev, index) };
        } else {
            // SAFETY: Locked so by the invariant.
            unsafe { bindings::rnic_txq_unlock(dev, index) };
        }
    }
}
