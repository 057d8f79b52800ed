// SPDX-License-Identifier: GPL-2.0

//! A receive buffer in the memory of an AF_XDP socket: the twin of a page of the ring's own pool.
//!
//! Its `xdp_buff` is part of the pool (`struct xdp_buff_xsk`) and not of the receive loop's stack. User space may have
//! put the same piece of memory into its ring twice; then two of these share one `xdp_buff`, which the C side puts up
//! with (a packet is garbage, a second free does nothing). So it is never borrowed as a whole, and each use sets it anew.
//!
//! C header: [`include/net/xdp_sock_drv.h`](srctree/include/net/xdp_sock_drv.h)

use super::{
    bindings,
    metadata_ops::Stash,
    napi::NapiContext,
    netdev::NetDevice,
    page_pool::HEADROOM,
    skb::SkBuff,
    xdp::Prog,
    xdp_context::{Context, Verdict},
    xdp_frame::{self, XdpFrame},
};
use crate::frame::BUFFER_SIZE;
use core::{mem::ManuallyDrop, ptr::NonNull};
use kernel::prelude::*;
use meta_core::value::ByteArray;

/// A buffer to receive into, or the packet in it.
///
/// # Invariants
///
/// `xdp` is the first member of a live `struct xdp_buff_xsk`, which is in use, and whose memory is mapped. Behind `data`
/// there is room for [`BUFFER_SIZE`] bytes, before it for [`HEADROOM`], when the device has it.
pub(crate) struct XskBuff {
    xdp: NonNull<bindings::xdp_buff>,
}

// SAFETY: A buffer is not bound to a thread; it is used by the poll of its queue.
unsafe impl Send for XskBuff {}

impl XskBuff {
    /// # Safety
    ///
    /// `xdp` was just allocated from a pool that has the room and outlives the result.
    #[inline]
    pub(super) unsafe fn from_raw(xdp: NonNull<bindings::xdp_buff>) -> Self {
        // INVARIANT: By the function's contract.
        Self { xdp }
    }

    /// Where the device is to write the packet.
    #[inline]
    pub(crate) fn dma_addr(&self) -> u64 {
        // SAFETY: Live and mapped by the invariant.
        unsafe { bindings::rnic_xsk_buff_dma(self.xdp.as_ptr()) }
    }

    /// The device wrote a packet of `len` bytes, of which at most [`BUFFER_SIZE`] count. To be called first of all: what
    /// was left by an earlier packet goes.
    #[inline]
    pub(crate) fn received(&mut self, len: usize) {
        // SAFETY: Live and mapped by the invariant, with room for as much.
        unsafe {
            bindings::rnic_xsk_buff_received(self.xdp.as_ptr(), len.min(BUFFER_SIZE) as u32);
        }
    }

    /// Makes the buffer fit to be posted again, after the packet in it went nowhere.
    #[inline]
    pub(crate) fn sync_for_device(&self) {
        // SAFETY: Live and mapped by the invariant.
        unsafe { bindings::rnic_xsk_buff_sync_for_device(self.xdp.as_ptr()) };
    }

    /// Writes the packet's metadata record: the bytes that end at `data`. `data_meta` stays where it is. After
    /// [`XskBuff::received`], and before a program runs.
    #[inline]
    pub(crate) fn write_record<R: ByteArray>(&mut self, record: R) {
        const { assert!(size_of::<R>() <= HEADROOM - 40) };
        // SAFETY: Live by the invariant.
        let data = unsafe { (*self.xdp.as_ptr()).data_hard_start }.wrapping_byte_add(HEADROOM);
        // SAFETY: This is where `received` has put the packet; so the record lies in the headroom. A byte array has no
        // padding.
        unsafe {
            data.cast::<u8>()
                .sub(size_of::<R>())
                .cast::<R>()
                .write_unaligned(record);
        }
    }

    /// Runs `prog` on the packet. The metadata callbacks answer from `stash`.
    ///
    /// `S` is the stash of the interface's door.
    #[inline]
    pub(crate) fn run<S: Stash>(
        &mut self,
        prog: &Prog,
        dev: &NetDevice,
        context: &NapiContext<'_>,
        stash: &S,
    ) -> Verdict {
        // SAFETY: Part of a struct xdp_buff_xsk by the invariant. This is the queue's poll, so that nobody else uses it.
        let act = unsafe { Context::run(self.xdp.as_ptr().cast(), prog, stash, context) };
        Verdict::of(act, dev, prog)
    }

    /// Carries out [`Verdict::Redirect`]. What is under way arrives with [`xdp_frame::flush`].
    ///
    /// # Errors
    ///
    /// The packet and its buffer are gone; the caller reports it with [`Verdict::failed`]. `ENOBUFS`: the socket's receive
    /// ring is full.
    #[inline]
    pub(crate) fn redirect(
        self,
        dev: &NetDevice,
        prog: &Prog,
        context: &NapiContext<'_>,
    ) -> Result {
        // SAFETY: The live packet on which the program ran. On failure it is dropped: the C side may have freed it
        // already, and does nothing if it is freed again.
        let redirected = unsafe { xdp_frame::redirect(self.xdp.as_ptr(), dev, prog, context) };
        if redirected.is_ok() {
            core::mem::forget(self);
        }
        redirected
    }

    /// Copies the packet into a frame, for [`Verdict::Transmit`]: a frame may live longer than a socket's memory. Gives the
    /// buffer back when memory is short.
    #[inline]
    pub(crate) fn into_frame(self, _context: &NapiContext<'_>) -> Result<XdpFrame, Self> {
        let this = ManuallyDrop::new(self);
        // SAFETY: A live packet, in NAPI context; its `rxq` was set when the queue was registered. It is freed on success.
        match unsafe { XdpFrame::from_buff(this.xdp.as_ptr()) } {
            Some(frame) => Ok(frame),
            None => Err(ManuallyDrop::into_inner(this)),
        }
    }

    /// Copies the packet into an skb, with the metadata that a program exposed and the Ethernet header taken off, and frees
    /// the buffer. Gives it back when memory is short.
    #[inline]
    pub(crate) fn into_skb(self, context: &NapiContext<'_>) -> Result<SkBuff, Self> {
        // SAFETY: Live by the invariant, with a registered `rxq` and an Ethernet header; in the context of this NAPI
        // instance. The program's changes were kept inside of the buffer by the verifier and the helpers.
        let skb = unsafe { bindings::rnic_xsk_buff_copy(context.as_raw(), self.xdp.as_ptr()) };
        match NonNull::new(skb) {
            // SAFETY: A fresh skb, whose only reference is this.
            Some(skb) => Ok(unsafe { SkBuff::from_raw(skb) }),
            None => Err(self),
        }
    }
}

impl Drop for XskBuff {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: In use by the invariant; the queue's poll, or who has stopped it, has the pool's list alone.
        unsafe { bindings::rnic_xsk_buff_free(self.xdp.as_ptr()) };
    }
}
