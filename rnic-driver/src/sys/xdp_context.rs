// SPDX-License-Identifier: GPL-2.0

//! What a running program sees: its `xdp_buff`, and right behind it the way to the driver's answers.
//!
//! A metadata callback is given a pointer to the `xdp_buff` and nothing else. So both kinds of buffer have a pointer to
//! the packet's stash in the same place behind it: a packet in a page of the ring's own pool is a [`Context`], and one in
//! an AF_XDP socket's memory is a `struct xdp_buff_xsk`, whose room for the driver's own use begins where the `xdp_buff`
//! ends. One callback serves both and does not ask which it has.
//!
//! C headers: [`include/net/xdp.h`](srctree/include/net/xdp.h),
//! [`include/net/xsk_buff_pool.h`](srctree/include/net/xsk_buff_pool.h)

use super::{
    bindings,
    metadata_ops::{Door, Stash},
    napi::NapiContext,
    netdev::NetDevice,
    page_pool::HEADROOM,
    xdp::Prog,
};
use core::{
    mem,
    ptr::{self, NonNull},
};
use kernel::prelude::*;

/// An `xdp_buff` with the pointer to the stash behind it.
///
/// # Invariants
///
/// While a program runs on `xdp`, `stash` points to what the receive loop knows about the packet. At any other time it
/// may dangle, and nobody reads it.
#[repr(C)]
pub(super) struct Context {
    pub(super) xdp: bindings::xdp_buff,
    stash: *const c_void,
}

const _: () = assert!(
    mem::offset_of!(Context, xdp) == 0
        && mem::offset_of!(bindings::xdp_buff_xsk, xdp) == 0
        && mem::offset_of!(Context, stash) == mem::offset_of!(bindings::xdp_buff_xsk, cb)
        && mem::offset_of!(Context, stash) == size_of::<bindings::xdp_buff>()
        && mem::offset_of!(Context, stash) + size_of::<*const c_void>()
            <= mem::offset_of!(bindings::xdp_buff_xsk, dma)
        && align_of::<Context>() <= align_of::<bindings::xdp_buff_xsk>(),
    "the stash's pointer must be in the same place behind both kinds of xdp_buff"
);

impl Context {
    #[inline]
    pub(super) fn new(xdp: bindings::xdp_buff) -> Self {
        // INVARIANT: No program runs.
        Self {
            xdp,
            stash: ptr::null(),
        }
    }

    /// Runs `prog` on the packet and returns the action that it asks for. The metadata callbacks answer from `stash`.
    ///
    /// # Safety
    ///
    /// - `this` points to a `Context`, or to an `xdp_buff` that is part of a `struct xdp_buff_xsk`, with a packet that
    ///   nobody else uses meanwhile.
    /// - `S` is what the callbacks of the interface's door expect.
    #[inline]
    pub(super) unsafe fn run<S: Stash>(
        this: *mut Self,
        prog: &Prog,
        stash: &S,
        _context: &NapiContext<'_>,
    ) -> u32 {
        // SAFETY: The place behind the xdp_buff is the pointer's, by the function's contract and the assertion above.
        // INVARIANT: `stash` is borrowed until the program has ended.
        unsafe { (&raw mut (*this).stash).write(ptr::from_ref(stash).cast()) };
        // SAFETY: The program and the packet are live; the context has bottom halves off and a bpf_net_context.
        unsafe { bindings::rnic_xdp_run(prog.as_raw(), this.cast()) }
    }

    /// What the receive loop knows about the packet that a metadata callback asks about.
    ///
    /// # Safety
    ///
    /// `ctx` is what a program that runs in [`Context::run`] with the same `S` passed to a metadata kfunc, and the result
    /// is not used after the callback.
    #[inline]
    pub(super) unsafe fn stash_of<'a, S: Stash>(ctx: *const bindings::xdp_md) -> &'a S {
        // SAFETY: The context of a running program is its xdp_buff, with the pointer behind it.
        let stash = unsafe { (*ctx.cast::<Self>()).stash };
        // SAFETY: A program runs, so that the pointer is to an `S` that `run` borrows, by the invariant.
        unsafe { &*stash.cast::<S>() }
    }
}

/// REG_STATE_REGISTERED of net/core/xdp.c.
const REGISTERED: u32 = 1;

const _: () = assert!(
    bindings::xdp_mem_type_MEM_TYPE_PAGE_POOL < bindings::xdp_mem_type_MEM_TYPE_XSK_BUFF_POOL
        && bindings::xdp_mem_type_MEM_TYPE_XSK_BUFF_POOL + 1 == bindings::xdp_mem_type_MEM_TYPE_MAX,
    "the memory models that our queues have are the last ones"
);

/// The record of the packet that a program looks at: the `size` bytes that end where the packet starts. `None` if nobody can
/// say that the driver wrote them.
///
/// Only a driver registers a queue together with a memory model: what runs for generic XDP, a cpumap, a devmap or a test has a
/// queue that is not registered, or the stack's own, whose memory has none. So a registered one with a model, of an interface
/// behind one of our doors, is ours, and this is its program. Our packets begin [`HEADROOM`] bytes behind their buffer's start,
/// until somebody moves them.
///
/// # Safety
///
/// `ctx` is the context of a running program of XDP.
#[inline]
pub(super) unsafe fn record(ctx: *const bindings::xdp_buff, size: usize) -> Option<NonNull<u8>> {
    // SAFETY: The context is a live xdp_buff.
    let xdp = unsafe { &*ctx };
    // SAFETY: It has a queue while the program runs.
    let rxq = unsafe { &*xdp.rxq };
    if rxq.reg_state != REGISTERED || rxq.mem.type_ < bindings::xdp_mem_type_MEM_TYPE_PAGE_POOL {
        return None;
    }
    // SAFETY: The interface of a registered queue is live.
    Door::of(unsafe { NetDevice::from_raw(rxq.dev) })?;
    let start = xdp.data_hard_start.wrapping_byte_add(HEADROOM);
    // The kernel has its struct xdp_frame in the first 40 bytes.
    if xdp.data != start || xdp.data_meta != start || size > HEADROOM - 40 {
        return None;
    }
    NonNull::new(start.wrapping_byte_sub(size).cast())
}

/// What a program decided. What no driver carries out ends as [`Verdict::Aborted`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// To the stack.
    Pass,
    /// Gone, silently.
    Drop,
    /// Gone, with the `xdp_exception` tracepoint.
    Aborted,
    /// Out again where it came in.
    Transmit,
    /// To another interface, processor or socket, which the program has chosen.
    Redirect,
}

impl Verdict {
    /// What the action `act` of `prog` is. One that makes no sense is reported.
    #[inline]
    pub(super) fn of(act: u32, dev: &NetDevice, prog: &Prog) -> Self {
        match act {
            bindings::xdp_action_XDP_PASS => Self::Pass,
            bindings::xdp_action_XDP_DROP => Self::Drop,
            bindings::xdp_action_XDP_TX => Self::Transmit,
            bindings::xdp_action_XDP_REDIRECT => Self::Redirect,
            _ => Self::aborted(act, dev, prog),
        }
    }

    #[cold]
    fn aborted(act: u32, dev: &NetDevice, prog: &Prog) -> Self {
        if act != bindings::xdp_action_XDP_ABORTED {
            // SAFETY: Both are live.
            unsafe { bindings::bpf_warn_invalid_xdp_action(dev.as_raw(), prog.as_raw(), act) };
        }
        exception(act, dev, prog);
        Self::Aborted
    }

    /// Reports that the verdict could not be carried out: no room, no memory, or nobody at the other end. The packet is
    /// dropped.
    #[cold]
    pub(crate) fn failed(self, dev: &NetDevice, prog: &Prog) {
        let act = match self {
            Self::Pass => bindings::xdp_action_XDP_PASS,
            Self::Drop => bindings::xdp_action_XDP_DROP,
            Self::Aborted => bindings::xdp_action_XDP_ABORTED,
            Self::Transmit => bindings::xdp_action_XDP_TX,
            Self::Redirect => bindings::xdp_action_XDP_REDIRECT,
        };
        exception(act, dev, prog);
    }
}

fn exception(act: u32, dev: &NetDevice, prog: &Prog) {
    // SAFETY: Both are live.
    unsafe { bindings::rnic_xdp_exception(dev.as_raw(), prog.as_raw(), act) };
}
