// SPDX-License-Identifier: GPL-2.0

//! The memory of an AF_XDP socket, which a queue receives into and sends from without copies.
//!
//! The core lends a [`XskPool`] to a queue with `XDP_SETUP_XSK_POOL` and takes it back in the same way; in between it
//! belongs to the queue's poll state, and nothing but that queue's poll (or who has stopped it) touches it. So its rings
//! need no lock. What user space writes into them is checked by the core; that its memory changes under our feet is
//! normal, and nothing that the driver relies on lies in it.
//!
//! Buffers of the pool ([`XskBuff`]) and packets that are under way must be given back before the pool is.
//!
//! C headers: [`include/net/xdp_sock_drv.h`](srctree/include/net/xdp_sock_drv.h),
//! [`include/net/xsk_buff_pool.h`](srctree/include/net/xsk_buff_pool.h)

use super::{
    bindings,
    napi::{Napi, NapiContext},
    netdev::NetDevice,
    series::EOPNOTSUPP,
    xdp::RxqInfo,
    xsk_buff::XskBuff,
};
use crate::frame::BUFFER_SIZE;
use core::ptr::{self, NonNull};
use kernel::{error::to_result, prelude::*};

/// Buffers that are asked for at a time.
const BATCH: usize = 32;

/// The memory of a socket, lent to one queue.
///
/// # Invariants
///
/// - `pool` is live, and mapped for the device whose queue has it; a buffer of it holds [`BUFFER_SIZE`] bytes.
/// - `under_way` packets were taken by [`XskPool::transmit`] and not completed yet.
/// - Whoever has a pool drops it, under rtnl, before the core's request to give it back has returned.
pub(crate) struct XskPool {
    pool: NonNull<bindings::xsk_buff_pool>,
    under_way: usize,
}

// SAFETY: A pool is not bound to a thread; who has it has it alone.
unsafe impl Send for XskPool {}

impl XskPool {
    /// Maps `pool` for the device of `dev`.
    ///
    /// # Errors
    ///
    /// `EOPNOTSUPP` if its buffers are smaller than what the device may write into one: the core then copies, unless user
    /// space insists. `ENOMEM`.
    ///
    /// # Safety
    ///
    /// `pool` is what the core lends to a queue of `dev`, under rtnl, and the result is dropped before it is taken back.
    pub(super) unsafe fn map(
        pool: NonNull<bindings::xsk_buff_pool>,
        dev: &NetDevice,
    ) -> Result<Self> {
        // SAFETY: Live by the function's contract.
        let size = unsafe { bindings::rnic_xsk_frame_size(pool.as_ptr()) } as usize;
        if size < BUFFER_SIZE {
            return Err(EOPNOTSUPP);
        }
        // SAFETY: Both are live, and rtnl is held.
        to_result(unsafe { bindings::rnic_xsk_map(pool.as_ptr(), dev.as_raw()) })?;
        // INVARIANT: Mapped, and large enough; the rest by the function's contract.
        Ok(Self { pool, under_way: 0 })
    }

    /// Gives up to `n` buffers to `post`; returns how many there were. Fewer than `n`: user space has to fill its ring.
    ///
    /// Not while another poll of this queue may run.
    #[inline]
    pub(crate) fn alloc(&mut self, n: usize, mut post: impl FnMut(XskBuff)) -> usize {
        let mut left = n;
        while left > 0 {
            let mut batch = [ptr::null_mut(); BATCH];
            let most = left.min(BATCH);
            // SAFETY: Live by the invariant, `self` has it alone, and there is room for `most` pointers.
            let got = unsafe {
                bindings::rnic_xsk_alloc(self.pool.as_ptr(), batch.as_mut_ptr(), most as u32)
            } as usize;
            for xdp in batch.iter().take(got).filter_map(|xdp| NonNull::new(*xdp)) {
                // SAFETY: A fresh buffer of a mapped pool, which outlives it: the ring drops its buffers first.
                post(unsafe { XskBuff::from_raw(xdp) });
            }
            left = left.wrapping_sub(got.min(left));
            if got < most {
                break;
            }
        }
        n.wrapping_sub(left)
    }

    /// Says whether receiving stands still until user space fills its ring: `starved` after a poll that could not post
    /// what it should have.
    ///
    /// `false`: user space does not want to be told and will wake nobody up, so that the poll itself has to go on.
    #[inline]
    pub(crate) fn set_starved(&mut self, starved: bool) -> bool {
        // SAFETY: Live by the invariant.
        if !unsafe { bindings::rnic_xsk_uses_need_wakeup(self.pool.as_ptr()) } {
            return !starved;
        }
        // SAFETY: As above, in the poll of the queue.
        unsafe { bindings::rnic_xsk_rx_need_wakeup(self.pool.as_ptr(), starved) };
        true
    }

    /// Gives up to `room` packets that user space wants sent to `push`, all of which must be put on the ring in this
    /// order. Returns how many there were.
    #[inline]
    pub(crate) fn transmit(
        &mut self,
        room: usize,
        _context: &NapiContext<'_>,
        mut push: impl FnMut(XskPacket),
    ) -> usize {
        // Before looking: who puts a packet there after this look sees that it has to call. Without packets under way
        // there is no interrupt that would look again.
        // SAFETY: Live by the invariant.
        if unsafe { bindings::rnic_xsk_uses_need_wakeup(self.pool.as_ptr()) } {
            // SAFETY: As above.
            unsafe { bindings::rnic_xsk_tx_need_wakeup(self.pool.as_ptr(), true) };
        }
        if room == 0 {
            return 0;
        }
        // SAFETY: As above; `self` has the pool alone.
        let n = unsafe { bindings::rnic_xsk_tx_take(self.pool.as_ptr(), room as u32) };
        // INVARIANT: They were taken.
        self.under_way = self.under_way.wrapping_add(n as usize);
        for index in 0..n {
            let mut len = 0;
            // SAFETY: There are `n` of them since the call above.
            let addr = unsafe { bindings::rnic_xsk_tx_packet(self.pool.as_ptr(), index, &mut len) };
            push(XskPacket { addr, len });
        }
        n as usize
    }

    /// Tells user space that the device has sent `n` packets, in the order in which they were taken.
    #[inline]
    pub(crate) fn completed(&mut self, n: usize) {
        let n = n.min(self.under_way);
        if n == 0 {
            return;
        }
        // INVARIANT: They are complete.
        self.under_way = self.under_way.wrapping_sub(n);
        // SAFETY: Live by the invariant; the core has as many addresses to give back.
        unsafe { bindings::rnic_xsk_tx_completed(self.pool.as_ptr(), n as u32) };
    }

    /// Whether nothing is under way.
    pub(crate) fn is_idle(&self) -> bool {
        self.under_way == 0
    }

    /// Has the packets of its memory say that they come from the queue of `rxq`.
    pub(crate) fn belong_to(&mut self, rxq: &RxqInfo) {
        // SAFETY: Both are live. The registration stays where it is and ends after the pool's buffers have been dropped: the
        // ring owns it, the buffers and the pool.
        unsafe {
            bindings::rnic_xsk_set_rxq(
                self.pool.as_ptr(),
                core::ptr::from_ref(&*rxq.rxq).cast_mut(),
            )
        };
    }

    /// As if everything had been sent: the transmit ring was stopped and forgotten.
    pub(crate) fn abandon(&mut self) {
        self.completed(self.under_way);
    }
}

impl RxqInfo {
    /// Registers receive queue `queue` of `dev` as one whose packets lie in the memory of a socket.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, or what xdp_rxq_info_reg says.
    pub(crate) fn of_socket<T>(dev: &NetDevice, queue: u32, napi: &Napi<T>) -> Result<Self> {
        let mut rxq = KBox::new(bindings::xdp_rxq_info::default(), GFP_KERNEL)?;
        // SAFETY: All are alive; the registration stays where it is, and ends before the interface does.
        to_result(unsafe {
            bindings::rnic_xsk_rxq_reg(&mut *rxq, dev.as_raw(), queue, napi.napi.get())
        })?;
        // INVARIANT: Registered.
        Ok(Self { rxq })
    }
}

impl Drop for XskPool {
    fn drop(&mut self) {
        // Otherwise the addresses of those packets were lost to user space.
        self.abandon();
        // SAFETY: Mapped by the invariant; buffers and packets are not the device's any more.
        unsafe { bindings::rnic_xsk_unmap(self.pool.as_ptr()) };
    }
}

/// A packet in a socket's memory that user space wants sent. The memory is user space's again after
/// [`XskPool::completed`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct XskPacket {
    addr: u64,
    len: u32,
}

impl XskPacket {
    /// Where the device reads.
    #[inline]
    pub(crate) fn addr(&self) -> u64 {
        self.addr
    }

    /// Bytes: from 1 to a page.
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        self.len
    }
}
