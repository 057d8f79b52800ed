// SPDX-License-Identifier: GPL-2.0

//! Streaming DMA mappings of memory that the device reads, which unmap themselves.
//!
//! C header: [`include/linux/dma-mapping.h`](srctree/include/linux/dma-mapping.h)

use super::bindings;
use core::ptr::NonNull;

/// A mapped range of memory.
///
/// # Invariants
///
/// `dev` is bound for as long as this lives: a mapping is kept in a ring, which goes before the driver is unbound. The
/// range was mapped with `dma_map_single` or `dma_map_page` for this device, towards it, with this length.
pub(crate) struct Mapping {
    dev: NonNull<bindings::device>,
    addr: u64,
    len: u32,
    page: bool,
}

// SAFETY: A mapping is not bound to a thread.
unsafe impl Send for Mapping {}

impl Mapping {
    /// # Safety
    ///
    /// The type's invariants hold for the arguments.
    #[inline]
    pub(super) unsafe fn new(
        dev: NonNull<bindings::device>,
        addr: u64,
        len: u32,
        page: bool,
    ) -> Option<Self> {
        // INVARIANT: By the function's contract.
        (addr != u64::MAX).then_some(Self {
            dev,
            addr,
            len,
            page,
        })
    }

    /// Where the device reads.
    #[inline]
    pub(crate) fn addr(&self) -> u64 {
        self.addr
    }

    /// Bytes.
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        self.len
    }
}

impl Drop for Mapping {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: Mapped so by the invariant; whoever drops it knows that the device is done.
        unsafe { bindings::rnic_dma_unmap(self.dev.as_ptr(), self.addr, self.len, self.page) };
    }
}
