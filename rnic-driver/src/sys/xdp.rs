// SPDX-License-Identifier: GPL-2.0

//! XDP: the attached program, the queue's registration, and the packet as a program sees it.
//!
//! C header: [`include/net/xdp.h`](srctree/include/net/xdp.h)

use super::{
    bindings,
    napi::{Napi, NapiContext},
    netdev::NetDevice,
    page_pool::{PagePool, RxBuffer, HEADROOM},
    skb::SkBuff,
};
use crate::frame::BUFFER_SIZE;
use core::ptr::NonNull;
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

/// What a program decided. Actions that this driver does not carry out end as [`Verdict::Aborted`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// To the stack.
    Pass,
    /// Gone, silently.
    Drop,
    /// Gone, with the `xdp_exception` tracepoint.
    Aborted,
}

/// The registration of a receive queue with XDP, and of its pages' pool.
///
/// # Invariants
///
/// `rxq` is registered.
pub(crate) struct RxqInfo {
    rxq: KBox<bindings::xdp_rxq_info>,
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

/// A received packet, with `S` behind it for the metadata callbacks.
///
/// # Invariants
///
/// - `xdp.data_hard_start` is the first byte of `buffer`'s page; the packet lies in `[data, data_end)` inside of it, at
///   least [`HEADROOM`] from its start when the buffer is made.
/// - `xdp` is the first member: a callback's `xdp_md` is a pointer to the whole.
#[repr(C)]
pub(crate) struct XdpBuff<S> {
    xdp: bindings::xdp_buff,
    stash: S,
    buffer: RxBuffer,
}

impl<S> XdpBuff<S> {
    /// The packet of `len` bytes that the device wrote into `buffer`. At most [`BUFFER_SIZE`] bytes count.
    #[inline]
    pub(crate) fn new(buffer: RxBuffer, len: usize, rxq: &RxqInfo, stash: S) -> Self {
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
        // INVARIANT: The page has room for HEADROOM + BUFFER_SIZE, as page_pool.rs asserts.
        Self { xdp, stash, buffer }
    }

    /// Writes the packet's metadata record: the bytes that end at `data`. `data_meta` stays where it is, so that a
    /// program which knows nothing of records sees none.
    #[inline]
    pub(crate) fn write_record<R: ByteArray>(&mut self, record: R) {
        const { assert!(core::mem::size_of::<R>() <= HEADROOM - 40) };
        // SAFETY: `data` is HEADROOM bytes into the page by the invariant (no program ran yet), so the record lies in
        // the headroom, behind the 40 bytes that the kernel uses for a struct xdp_frame. A byte array has no padding.
        unsafe {
            self.xdp
                .data
                .cast::<u8>()
                .sub(core::mem::size_of::<R>())
                .cast::<R>()
                .write_unaligned(record);
        }
    }

    /// Runs `prog` on the packet.
    #[inline]
    pub(crate) fn run(
        &mut self,
        prog: &Prog,
        dev: &NetDevice,
        _context: &NapiContext<'_>,
    ) -> Verdict {
        // SAFETY: The program and the packet are live; the context has bottom halves off and a bpf_net_context. The
        // program sees `self` through its metadata callbacks only, by the type's second invariant.
        let act = unsafe { bindings::rnic_xdp_run(prog.prog.as_ptr(), &mut self.xdp) };
        match act {
            bindings::xdp_action_XDP_PASS => return Verdict::Pass,
            bindings::xdp_action_XDP_DROP => return Verdict::Drop,
            bindings::xdp_action_XDP_ABORTED => {}
            // SAFETY: Both are live.
            _ => unsafe {
                bindings::bpf_warn_invalid_xdp_action(dev.as_raw(), prog.prog.as_ptr(), act);
            },
        }
        // SAFETY: Both are live.
        unsafe { bindings::rnic_xdp_exception(dev.as_raw(), prog.prog.as_ptr(), act) };
        Verdict::Aborted
    }

    /// The packet's length now; a program may have changed it.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        (self.xdp.data_end as usize).wrapping_sub(self.xdp.data as usize)
    }

    /// Builds the skb around the page, with the metadata that a program exposed. Gives the buffer back when memory is
    /// short.
    #[inline]
    pub(crate) fn into_skb(self) -> Result<SkBuff, RxBuffer> {
        let headroom = (self.xdp.data as usize).wrapping_sub(self.xdp.data_hard_start as usize);
        let metasize = (self.xdp.data as usize).saturating_sub(self.xdp.data_meta as usize);
        // SAFETY: The page is owned, the packet lies inside of it with room for skb_shared_info behind; the verifier and
        // the helpers keep a program's changes inside of these bounds.
        let skb = unsafe {
            bindings::rnic_build_skb(
                self.xdp.data_hard_start,
                PAGE_SIZE as u32,
                headroom as u32,
                self.len() as u32,
                metasize as u32,
            )
        };
        match NonNull::new(skb) {
            Some(skb) => {
                self.buffer.into_page();
                // SAFETY: A fresh skb, whose only reference is this.
                Ok(unsafe { SkBuff::from_raw(skb) })
            }
            None => Err(self.buffer),
        }
    }

    /// The buffer, when the packet goes nowhere.
    #[inline]
    pub(crate) fn into_buffer(self) -> RxBuffer {
        self.buffer
    }

    /// What the receive loop put behind the packet that a metadata callback asks about.
    ///
    /// # Safety
    ///
    /// `ctx` is what a program that runs in [`XdpBuff::run`] of the same `S` passed to a metadata kfunc.
    #[inline]
    pub(super) unsafe fn stash_of<'a>(ctx: *const bindings::xdp_md) -> &'a S {
        // SAFETY: The context of a running program is its xdp_buff, the first member of an `XdpBuff<S>`.
        unsafe { &(*ctx.cast::<Self>()).stash }
    }
}
