// SPDX-License-Identifier: GPL-2.0

//! Receive buffers from a page_pool: mapped once, recycled for as long as the ring lives.
//!
//! A [`RxBuffer`] is one page and is owned by exactly one party: a ring slot, the receive loop, or (after
//! [`RxBuffer::into_page`]) the packet that was built around it. Dropping it returns the page to its pool.
//!
//! C header: [`include/net/page_pool/helpers.h`](srctree/include/net/page_pool/helpers.h)

use super::{bindings, napi::Napi, netdev::NetDevice, pci_device};
use crate::frame::BUFFER_SIZE;
use core::ptr::NonNull;
use kernel::{device::Bound, error::from_err_ptr, page::PAGE_SIZE, pci, prelude::*};

/// Bytes in front of a received packet, for the program's headers and metadata (XDP_PACKET_HEADROOM).
pub(crate) const HEADROOM: usize = 256;

const _: () = assert!(
    HEADROOM + BUFFER_SIZE + core::mem::size_of::<bindings::skb_shared_info>() + 64 <= PAGE_SIZE,
    "headroom, packet and skb_shared_info must fit into one page"
);

/// A pool of DMA-mapped pages for one receive ring.
///
/// # Invariants
///
/// `pool` is a live page_pool, destroyed by `Drop` alone.
pub(crate) struct PagePool {
    pool: NonNull<bindings::page_pool>,
}

// SAFETY: A pool is not bound to a thread; its lockless cache is used from NAPI context only.
unsafe impl Send for PagePool {}

impl PagePool {
    /// Creates the pool of receive queue `queue`, which belongs to no poll yet. Pages are mapped both ways: a program may send
    /// what was received into them.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, or what page_pool_create says.
    pub(crate) fn new(
        pdev: &pci::Device<Bound>,
        netdev: &NetDevice,
        queue: u32,
        size: u32,
    ) -> Result<Self> {
        // SAFETY: The device is bound and the net_device alive; the pool is destroyed before they go, as the ring that owns it
        // is.
        let pool = from_err_ptr(unsafe {
            bindings::rnic_page_pool_create(
                pci_device::device(pdev).as_ptr(),
                netdev.as_raw(),
                queue,
                size,
                HEADROOM as u32,
                BUFFER_SIZE as u32,
            )
        })?;
        // INVARIANT: `page_pool_create` gave a live pool.
        Ok(Self {
            pool: NonNull::new(pool).ok_or(ENOMEM)?,
        })
    }

    /// Lets pages that are released in a poll of `napi` go back without a lock.
    ///
    /// The kernel wants the instance to be disabled when such a pool is destroyed: a pool that is still to be exchanged, and may
    /// have to go because there is no memory for the rest, is no poll's yet.
    ///
    /// # Safety
    ///
    /// `napi` is disabled now, and when the pool is dropped; it outlives the pool.
    pub(super) unsafe fn belong_to<T>(&self, napi: &Napi<T>) {
        // SAFETY: Both are live.
        unsafe { bindings::rnic_page_pool_belong_to(self.pool.as_ptr(), napi.napi.get()) };
    }

    /// Takes a page from the pool. `None` when memory is short.
    #[inline]
    pub(crate) fn alloc(&self) -> Option<RxBuffer> {
        // SAFETY: The pool is live by the invariant. Callers are in NAPI context or have NAPI stopped, since they
        // hold the ring that owns the pool.
        let page = NonNull::new(unsafe { bindings::rnic_page_alloc(self.pool.as_ptr()) })?;
        // INVARIANT: A fresh page of this pool, owned by nobody else.
        Some(RxBuffer { page })
    }

    #[inline]
    pub(super) fn as_raw(&self) -> *mut bindings::page_pool {
        self.pool.as_ptr()
    }
}

impl Drop for PagePool {
    fn drop(&mut self) {
        // SAFETY: Live by the invariant; pages still in flight keep the C object alive until they return.
        unsafe { bindings::page_pool_destroy(self.pool.as_ptr()) };
    }
}

/// One page to receive into, owned.
///
/// # Invariants
///
/// `page` belongs to a page_pool, is mapped, and is referenced by `self` alone. A page keeps its pool alive.
pub(crate) struct RxBuffer {
    page: NonNull<bindings::page>,
}

// SAFETY: A page is not bound to a thread.
unsafe impl Send for RxBuffer {}

impl RxBuffer {
    /// Where the device is to write the packet.
    #[inline]
    pub(crate) fn dma_addr(&self) -> u64 {
        // SAFETY: The page is mapped by the invariant.
        unsafe { bindings::rnic_page_dma(self.page.as_ptr()) }.wrapping_add(HEADROOM as u64)
    }

    /// Makes the first `len` bytes that the device wrote visible to the processor.
    #[inline]
    pub(crate) fn sync_for_cpu(&self, len: usize) {
        // SAFETY: The page is mapped by the invariant, and the range lies in the mapping.
        unsafe {
            bindings::rnic_page_sync_for_cpu(self.page.as_ptr(), len.min(BUFFER_SIZE) as u32)
        };
    }

    /// The page's first byte.
    #[inline]
    pub(super) fn va(&self) -> *mut u8 {
        // SAFETY: Pages of a pool without GFP_HIGHMEM have a kernel address.
        unsafe { bindings::rnic_page_va(self.page.as_ptr()) }.cast()
    }

    /// The first `len` bytes of the packet in it; at most [`BUFFER_SIZE`]. The device is done with it.
    pub(crate) fn bytes(&self, len: usize) -> &[u8] {
        let data = self.va().wrapping_add(HEADROOM);
        // SAFETY: They lie in the page, which is owned, and initialised: what the device did not write was there before.
        unsafe { core::slice::from_raw_parts(data, len.min(BUFFER_SIZE)) }
    }

    /// Makes the buffer fit to be posted again, after the packet in it went nowhere.
    #[inline]
    pub(crate) fn sync_for_device(&self) {
        // SAFETY: The page is mapped by the invariant.
        unsafe { bindings::rnic_page_sync_for_device(self.page.as_ptr()) };
    }

    /// Hands the page to a packet that will return it.
    #[inline]
    pub(super) fn into_page(self) -> NonNull<bindings::page> {
        core::mem::ManuallyDrop::new(self).page
    }

    /// Takes the page back from a packet.
    ///
    /// # Safety
    ///
    /// `page` came from [`RxBuffer::into_page`] and nobody else owns it.
    #[inline]
    pub(super) unsafe fn from_page(page: NonNull<bindings::page>) -> Self {
        // INVARIANT: By the function's contract.
        Self { page }
    }
}

impl Drop for RxBuffer {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: Owned by the invariant; any context when not direct.
        unsafe { bindings::rnic_page_put(self.page.as_ptr()) };
    }
}
