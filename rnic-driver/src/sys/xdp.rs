// SPDX-License-Identifier: GPL-2.0

//! XDP: the attached program, the queue's registration, and the packet as a program sees it.
//!
//! C header: [`include/net/xdp.h`](srctree/include/net/xdp.h)

pub(crate) use super::xdp_context::Verdict;

use super::{
    bindings,
    metadata_ops::Stash,
    napi::{Napi, NapiContext},
    netdev::NetDevice,
    page_pool::{PagePool, RxBuffer, HEADROOM},
    skb::SkBuff,
    xdp_context::Context,
    xdp_frame::{self, XdpFrame},
};
use crate::frame::BUFFER_SIZE;
use core::{mem::ManuallyDrop, ptr::NonNull};
use kernel::{error::to_result, page::PAGE_SIZE, prelude::*};
use meta_core::value::ByteArray;

/// A reference to a loaded XDP program.
///
/// # Invariants
///
/// `prog` is live, and `self` owns one reference to it.
pub(crate) struct Prog {
    prog: NonNull<bindings::bpf_prog>,
}

// SAFETY: Programs are reference-counted and shared by all processors.
unsafe impl Send for Prog {}
// SAFETY: As above.
unsafe impl Sync for Prog {}

impl Prog {
    /// # Safety
    ///
    /// `prog` is live and one reference to it passes to the result.
    pub(super) unsafe fn from_raw(prog: NonNull<bindings::bpf_prog>) -> Self {
        // INVARIANT: by the function's contract.
        Self { prog }
    }

    #[inline]
    pub(super) fn as_raw(&self) -> *mut bindings::bpf_prog {
        self.prog.as_ptr()
    }

    /// Whether the program takes packets in several buffers (`xdp.frags`).
    pub(crate) fn takes_fragments(&self) -> bool {
        // SAFETY: Live by the invariant.
        unsafe { bindings::rnic_prog_takes_frags(self.prog.as_ptr()) }
    }
}

impl Clone for Prog {
    fn clone(&self) -> Self {
        // SAFETY: Live by the invariant.
        unsafe { bindings::bpf_prog_inc(self.prog.as_ptr()) };
        // INVARIANT: The reference was just taken.
        Self { prog: self.prog }
    }
}

impl Drop for Prog {
    fn drop(&mut self) {
        // SAFETY: One reference is owned by the invariant.
        unsafe { bindings::bpf_prog_put(self.prog.as_ptr()) };
    }
}

/// The registration of a receive queue with XDP, and of its pages' pool.
///
/// # Invariants
///
/// `rxq` is registered.
pub(crate) struct RxqInfo {
    pub(super) rxq: KBox<bindings::xdp_rxq_info>,
}

// SAFETY: The registration is not bound to a thread.
unsafe impl Send for RxqInfo {}

impl RxqInfo {
    /// Registers receive queue `queue` of `dev`.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, or what xdp_rxq_info_reg says.
    pub(crate) fn new<T>(
        dev: &NetDevice,
        queue: u32,
        napi: &Napi<T>,
        pool: &PagePool,
    ) -> Result<Self> {
        let mut rxq = KBox::new(bindings::xdp_rxq_info::default(), GFP_KERNEL)?;
        // SAFETY: All four are alive, and the registration ends before them: the ring owns it and the pool.
        to_result(unsafe {
            bindings::rnic_xdp_rxq_reg(
                &mut *rxq,
                dev.as_raw(),
                queue,
                napi.napi.get(),
                pool.as_raw(),
            )
        })?;
        // INVARIANT: Registered.
        Ok(Self { rxq })
    }
}

impl Drop for RxqInfo {
    fn drop(&mut self) {
        // SAFETY: Registered by the invariant.
        unsafe { bindings::xdp_rxq_info_unreg(&mut *self.rxq) };
    }
}

/// A received packet in pages of the ring's pool.
///
/// # Invariants
///
/// - `xdp.data_hard_start` is the first byte of the head's page, which is owned; the packet's head lies in
///   `[data, data_end)` inside of it, at least [`HEADROOM`] from its start when the buffer is made.
/// - Fragments, if there are any, are pages of the same pool, and owned.
pub(crate) struct XdpBuff {
    context: Context,
    page: NonNull<bindings::page>,
}

impl XdpBuff {
    /// The packet of `len` bytes that the device wrote into `buffer`. At most [`BUFFER_SIZE`] bytes count.
    #[inline]
    pub(crate) fn new(buffer: RxBuffer, len: usize, rxq: &RxqInfo) -> Self {
        let start = buffer.va();
        let data = start.wrapping_add(HEADROOM);
        let mut xdp = bindings::xdp_buff {
            data: data.cast(),
            data_end: data.wrapping_add(len.min(BUFFER_SIZE)).cast(),
            data_meta: data.cast(),
            data_hard_start: start.cast(),
            rxq: core::ptr::from_ref(&*rxq.rxq).cast_mut(),
            ..Default::default()
        };
        // SAFETY: Any number is a valid value; on little-endian machines this is frame_sz, with flags 0.
        unsafe { *xdp.__bindgen_anon_1.frame_sz_flags_init.as_mut() = PAGE_SIZE as u64 };
        // INVARIANT: The page has room for HEADROOM + BUFFER_SIZE, as page_pool.rs asserts, and is owned by the packet now.
        Self {
            context: Context::new(xdp),
            page: buffer.into_page(),
        }
    }

    /// Adds a fragment: the first `len` bytes that the device wrote into `buffer`. Gives the buffer back when there is no
    /// room for more.
    #[inline]
    pub(crate) fn add_fragment(&mut self, buffer: RxBuffer, len: usize) -> Result<(), RxBuffer> {
        let page = buffer.into_page();
        let len = len.min(BUFFER_SIZE) as u32;
        // SAFETY: The page is owned and has so many bytes behind the headroom; the packet's own page has room for the list
        // of fragments at its end.
        let added = unsafe {
            bindings::rnic_xdp_add_frag(self.as_raw(), page.as_ptr(), HEADROOM as u32, len)
        };
        if added {
            Ok(())
        } else {
            // SAFETY: Still owned.
            Err(unsafe { RxBuffer::from_page(page) })
        }
    }

    /// Writes the packet's metadata record: the bytes that end at `data`. `data_meta` stays where it is, so that a
    /// program which knows nothing of records sees none.
    #[inline]
    pub(crate) fn write_record<R: ByteArray>(&mut self, record: R) {
        const { assert!(core::mem::size_of::<R>() <= HEADROOM - 40) };
        // SAFETY: `data` is HEADROOM bytes into the page by the invariant (no program ran yet), so the record lies in
        // the headroom, behind the 40 bytes that the kernel uses for a struct xdp_frame. A byte array has no padding.
        unsafe {
            self.context
                .xdp
                .data
                .cast::<u8>()
                .sub(core::mem::size_of::<R>())
                .cast::<R>()
                .write_unaligned(record);
        }
    }

    /// Runs `prog` on the packet. The metadata kfuncs answer from `stash`.
    #[inline]
    pub(crate) fn run<S: Stash>(
        &mut self,
        prog: &Prog,
        dev: &NetDevice,
        context: &NapiContext<'_>,
        stash: &S,
    ) -> Verdict {
        // SAFETY: The packet is borrowed exclusively; the door of the interface is the one that `S` belongs to.
        let act = unsafe { Context::run(&raw mut self.context, prog, stash, context) };
        Verdict::of(act, dev, prog)
    }

    #[inline]
    fn as_raw(&mut self) -> *mut bindings::xdp_buff {
        &raw mut self.context.xdp
    }

    #[inline]
    fn has_fragments(&self) -> bool {
        // SAFETY: Always a valid number.
        let flags = unsafe { self.context.xdp.__bindgen_anon_1.__bindgen_anon_1.as_ref() }.flags;
        flags & bindings::xdp_buff_flags_XDP_FLAGS_HAS_FRAGS != 0
    }

    /// Builds the skb around the pages, with the metadata that a program exposed and the Ethernet header taken off. Gives
    /// the packet back when memory is short.
    #[inline]
    pub(crate) fn into_skb(mut self) -> Result<SkBuff, Self> {
        // SAFETY: The pages are owned and the packet lies inside of them with room for skb_shared_info behind; the
        // verifier and the helpers keep a program's changes inside of these bounds. An Ethernet header is there.
        let skb = unsafe { bindings::xdp_build_skb_from_buff(self.as_raw()) };
        match NonNull::new(skb) {
            Some(skb) => {
                core::mem::forget(self);
                // SAFETY: A fresh skb, whose only reference is this; it has the pages now.
                Ok(unsafe { SkBuff::from_raw(skb) })
            }
            None => Err(self),
        }
    }

    /// Makes a frame of the packet, to be sent. Gives it back when there is no room for that in front of it.
    #[inline]
    pub(crate) fn into_frame(mut self, _context: &NapiContext<'_>) -> Result<XdpFrame, Self> {
        // SAFETY: A live packet of a registered queue, in NAPI context, which is forgotten if it was taken.
        match unsafe { XdpFrame::from_buff(self.as_raw()) } {
            Some(frame) => {
                core::mem::forget(self);
                Ok(frame)
            }
            None => Err(self),
        }
    }

    /// Sends the packet where `prog`, which ran last, wants it. Gives it back when that cannot be.
    #[inline]
    pub(crate) fn redirect(
        mut self,
        dev: &NetDevice,
        prog: &Prog,
        context: &NapiContext<'_>,
    ) -> Result<(), Self> {
        // SAFETY: `prog` ran last on this packet, in this poll; the packet is forgotten if it was taken.
        match unsafe { xdp_frame::redirect(self.as_raw(), dev, prog, context) } {
            Ok(()) => {
                core::mem::forget(self);
                Ok(())
            }
            Err(_) => Err(self),
        }
    }

    /// The buffer, when the packet goes nowhere. A packet in several has none to give: its pages go back to the pool.
    #[inline]
    pub(crate) fn into_buffer(self) -> Option<RxBuffer> {
        if self.has_fragments() {
            return None;
        }
        let page = ManuallyDrop::new(self).page;
        // SAFETY: Owned by the invariant.
        Some(unsafe { RxBuffer::from_page(page) })
    }
}

impl Drop for XdpBuff {
    fn drop(&mut self) {
        // SAFETY: The pages are owned by the invariant.
        unsafe { bindings::xdp_return_buff(self.as_raw()) };
    }
}
