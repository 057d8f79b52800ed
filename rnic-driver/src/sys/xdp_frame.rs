// SPDX-License-Identifier: GPL-2.0

//! Packets on their way between interfaces: an owned `struct xdp_frame`, and the ways in and out of it.
//!
//! A frame comes from another interface ([`Frames`], in `ndo_xdp_xmit`) or from a received packet that goes out where it
//! came in (XDP_TX). Until it is sent its memory belongs to the frame; then it goes back to whoever it came from, exactly
//! once: by [`FrameBulk::add`] in NAPI context, or by dropping it.
//!
//! C header: [`include/net/xdp.h`](srctree/include/net/xdp.h)

use super::{
    bindings,
    dma::Mapping,
    napi::NapiContext,
    netdev::{NetDevice, Operations},
    pci_device,
    vtable::port,
    xdp::Prog,
};
use core::{marker::PhantomData, mem::ManuallyDrop, ptr::NonNull};
use kernel::{cpu::CpuId, device::Bound, error::to_result, pci, prelude::*};

/// Tell the device of the frames (`XDP_XMIT_FLUSH`), the only flag of `ndo_xdp_xmit`.
const XMIT_FLUSH: u32 = 1;

/// A packet that is to be sent, with the memory that it lies in.
///
/// # Invariants
///
/// `frame` is live and complete, and `self` alone may release it. If `ours`, it was received by the queue pair that sends
/// it, whose pages outlive what its transmit ring holds.
pub(crate) struct XdpFrame {
    frame: NonNull<bindings::xdp_frame>,
    ours: bool,
}

// SAFETY: A frame is not bound to a thread: it was made to travel.
unsafe impl Send for XdpFrame {}

impl XdpFrame {
    /// Makes a frame of a received packet, in place for a page of a pool, as a copy for one in a socket's memory.
    /// `None`, and the packet is still the caller's, if there is no room in front of it or no memory.
    ///
    /// # Safety
    ///
    /// - `xdp` is a live `xdp_buff` whose `rxq` is registered, in NAPI context. Unless the result is `None` its memory
    ///   passes to the result (or was freed, if copied), and the caller must not use it or the fragments any more.
    /// - The frame is sent on the transmit ring of the same queue pair, and that ring is emptied before the pair's page_pool
    ///   is destroyed: destroying it takes the pages' mappings away, also of those that are under way.
    #[inline]
    pub(super) unsafe fn from_buff(xdp: *mut bindings::xdp_buff) -> Option<Self> {
        // SAFETY: By the function's contract.
        let frame = NonNull::new(unsafe { bindings::rnic_xdp_frame_from_buff(xdp) })?;
        // INVARIANT: A frame that nobody else knows; the rest by the function's contract.
        Some(Self { frame, ours: true })
    }

    /// Bytes in the packet, all parts.
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        // SAFETY: Live by the invariant.
        unsafe { bindings::rnic_xdp_frame_len(self.frame.as_ptr()) }
    }

    /// How many parts there are: the head, and up to MAX_SKB_FRAGS fragments.
    #[inline]
    pub(crate) fn parts(&self) -> usize {
        // SAFETY: Live by the invariant.
        unsafe { parts(self.frame) }
    }

    /// Lets the device read part `index`. `None` if there is no such part or no mapping. The part must go before the frame.
    ///
    /// A page that our own pool has mapped for the device to read and write is used as it is. What comes from elsewhere is
    /// mapped here, even if the pool is one of this device: it may have waited for a processor (in a cpumap) until its pool
    /// went.
    #[inline]
    pub(crate) fn map(&self, pdev: &pci::Device<Bound>, index: usize) -> Option<FramePart> {
        if index >= self.parts() {
            return None;
        }
        let dev = pci_device::device(pdev);
        let (mut len, mut pooled) = (0, false);
        // SAFETY: The device is bound, the frame is live, and there is such a part.
        let addr = unsafe {
            bindings::rnic_xdp_frame_map(
                dev.as_ptr(),
                self.frame.as_ptr(),
                index as u32,
                self.ours,
                &mut len,
                &mut pooled,
            )
        };
        if pooled {
            return Some(FramePart::Pooled { addr, len });
        }
        // SAFETY: Just mapped, fragments as pages; a ring keeps the mapping, which goes before the driver is unbound.
        unsafe { Mapping::new(dev, addr, len, index > 0) }.map(FramePart::Mapped)
    }
}

/// # Safety
///
/// `frame` is live.
#[inline]
unsafe fn parts(frame: NonNull<bindings::xdp_frame>) -> usize {
    // SAFETY: By the function's contract.
    let frags = unsafe { bindings::rnic_xdp_frame_frags(frame.as_ptr()) };
    1_usize.wrapping_add(frags as usize)
}

impl Drop for XdpFrame {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: Owned by the invariant; any context but a hard interrupt. In NAPI context the page pool finds out by
        // itself whether its own poll is what runs, and recycles without a lock.
        unsafe { bindings::xdp_return_frame(self.frame.as_ptr()) };
    }
}

/// A part of a frame that the device may read, until this is dropped.
pub(crate) enum FramePart {
    /// It lies in a page that the queue pair's pool has mapped.
    Pooled {
        /// Where the device reads.
        addr: u64,
        /// Bytes.
        len: u32,
    },
    /// It was mapped for this.
    Mapped(Mapping),
}

impl FramePart {
    /// Where the device reads.
    #[inline]
    pub(crate) fn addr(&self) -> u64 {
        match self {
            Self::Pooled { addr, .. } => *addr,
            Self::Mapped(mapping) => mapping.addr(),
        }
    }

    /// Bytes.
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        match self {
            Self::Pooled { len, .. } => *len,
            Self::Mapped(mapping) => mapping.len(),
        }
    }

    /// What is to be kept until the device has read the part.
    #[inline]
    pub(crate) fn into_mapping(self) -> Option<Mapping> {
        match self {
            Self::Pooled { .. } => None,
            Self::Mapped(mapping) => Some(mapping),
        }
    }
}

/// Frames that were sent, to be released together. Those that are left go when it is dropped.
pub(crate) struct FrameBulk<'a> {
    bulk: bindings::xdp_frame_bulk,
    _context: PhantomData<&'a NapiContext<'a>>,
}

impl<'a> FrameBulk<'a> {
    /// None yet.
    #[inline]
    pub(crate) fn new(_context: &'a NapiContext<'_>) -> Self {
        Self {
            bulk: bindings::xdp_frame_bulk::default(),
            _context: PhantomData,
        }
    }

    /// Releases a frame. Its parts are unmapped.
    #[inline]
    pub(crate) fn add(&mut self, frame: XdpFrame) {
        let frame = ManuallyDrop::new(frame);
        // SAFETY: The frame is owned by its invariant, and passes on. In NAPI context bottom halves are off, which is
        // what RCU readers need.
        unsafe { bindings::xdp_return_frame_bulk(frame.frame.as_ptr(), &mut self.bulk) };
    }
}

impl Drop for FrameBulk<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: The pages in it are owned; still in NAPI context, which is borrowed.
        unsafe { bindings::rnic_xdp_frame_bulk_flush(&mut self.bulk) };
    }
}

/// What `ndo_xdp_xmit` is to send. A frame that is not taken stays the caller's, who releases it.
///
/// # Invariants
///
/// `frames` points to `len` live frames, of which the first `taken` were passed on and the others are the caller's.
pub(crate) struct Frames<'a> {
    frames: *const *mut bindings::xdp_frame,
    len: usize,
    taken: usize,
    _life: PhantomData<&'a mut [XdpFrame]>,
}

impl Frames<'_> {
    fn front(&self) -> Option<NonNull<bindings::xdp_frame>> {
        if self.taken >= self.len {
            return None;
        }
        // SAFETY: There are `len` of them by the invariant.
        NonNull::new(unsafe { *self.frames.add(self.taken) })
    }

    /// The processor that this runs on, until `ndo_xdp_xmit` returns: to spread frames over queues.
    #[inline]
    pub(crate) fn processor(&self) -> u32 {
        CpuId::current().as_u32()
    }

    /// Takes the next frame, which now counts as sent, also if it is dropped.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<XdpFrame> {
        let frame = self.front()?;
        // INVARIANT: It passes on.
        self.taken = self.taken.wrapping_add(1);
        // INVARIANT: Live and the caller's until now.
        Some(XdpFrame { frame, ours: false })
    }
}

/// `ndo_xdp_xmit`: called with bottom halves off, in the poll of any interface and on any processor.
///
/// The result is how many frames were taken, in order; the kernel releases the others. An error means none, so that the
/// driver's error counts only then.
pub(super) unsafe extern "C" fn xdp_xmit<T: Operations>(
    dev: *mut bindings::net_device,
    n: c_int,
    frames: *mut *mut bindings::xdp_frame,
    flags: u32,
) -> c_int {
    if flags & !XMIT_FLUSH != 0 {
        return EINVAL.to_errno();
    }
    // SAFETY: The kernel calls with an interface of this driver.
    let port = unsafe { port::<T>(dev) };
    // INVARIANT: The kernel passes `n` frames, and takes back those behind the number that is returned.
    let mut frames = Frames {
        frames,
        len: n.max(0) as usize,
        taken: 0,
        _life: PhantomData,
    };
    let sent = port
        .driver()
        .xdp_xmit(port, &mut frames, flags & XMIT_FLUSH != 0);
    match sent {
        Err(e) if frames.taken == 0 => e.to_errno(),
        _ => frames.taken as c_int,
    }
}

/// Sends a received packet where the program that just ran on it wants it: to another interface, processor or socket.
/// What is under way arrives with the next [`flush`].
///
/// # Errors
///
/// `ENOBUFS` if a socket's receive ring is full; others if there is no such target. The packet is still the caller's to
/// free. (One in a socket's memory was perhaps freed already: freeing it twice is harmless.)
///
/// # Safety
///
/// `xdp` is the live packet on which `prog` ran last, without another program in between. On success its memory is gone.
#[inline]
pub(super) unsafe fn redirect(
    xdp: *mut bindings::xdp_buff,
    dev: &NetDevice,
    prog: &Prog,
    _context: &NapiContext<'_>,
) -> Result {
    // SAFETY: All three are live, and this is the context in which the program ran.
    to_result(unsafe { bindings::rnic_xdp_redirect(dev.as_raw(), xdp, prog.as_raw()) })
}

/// Delivers what was redirected. Before a poll (or a drain) in which something was redirected ends.
#[inline]
pub(crate) fn flush(_context: &NapiContext<'_>) {
    // SAFETY: In NAPI context, with the bpf_net_context that the packets were redirected in.
    unsafe { bindings::xdp_do_flush() };
}
