// SPDX-License-Identifier: GPL-2.0

//! An owned `struct sk_buff`: consumed exactly once, by the stack, by the device or by `Drop`.
//!
//! C header: [`include/linux/skbuff.h`](srctree/include/linux/skbuff.h)

use super::{bindings, netdev::NetDevice, pci_device};
use core::{mem::ManuallyDrop, ptr::NonNull};
use kernel::{device::Bound, pci, prelude::*};

/// A packet buffer.
///
/// # Invariants
///
/// `skb` is live, and `self` holds the only reference that anybody may release.
pub(crate) struct SkBuff {
    skb: NonNull<bindings::sk_buff>,
}

// SAFETY: An skb is not bound to a thread.
unsafe impl Send for SkBuff {}

impl SkBuff {
    /// # Safety
    ///
    /// `skb` is live and its reference passes to the result.
    pub(super) unsafe fn from_raw(skb: NonNull<bindings::sk_buff>) -> Self {
        // INVARIANT: by the function's contract.
        Self { skb }
    }

    pub(super) fn into_raw(self) -> *mut bindings::sk_buff {
        ManuallyDrop::new(self).skb.as_ptr()
    }

    /// Bytes in the packet.
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        // SAFETY: Live by the invariant.
        unsafe { (*self.skb.as_ptr()).len }
    }

    /// The receive hash, `l4` if it covers ports.
    #[inline]
    pub(crate) fn set_hash(&mut self, hash: u32, l4: bool) {
        // SAFETY: Live by the invariant.
        unsafe { bindings::rnic_skb_set_hash(self.skb.as_ptr(), hash, l4) };
    }

    /// The tag of Ethertype `proto` that the device took out of the packet.
    #[inline]
    pub(crate) fn set_vlan(&mut self, proto: u16, tci: u16) {
        // SAFETY: Live by the invariant.
        unsafe { bindings::rnic_skb_set_vlan(self.skb.as_ptr(), proto, tci) };
    }

    /// The device checked the packet's checksums and found them right.
    #[inline]
    pub(crate) fn set_checksum_unnecessary(&mut self) {
        // SAFETY: Live by the invariant.
        unsafe { bindings::rnic_skb_checksum_unnecessary(self.skb.as_ptr()) };
    }

    /// Takes the Ethernet header off: the packet arrived on `dev`. The packet has at least 14 bytes.
    #[inline]
    pub(crate) fn received_on(&mut self, dev: &NetDevice) {
        // SAFETY: Live by the invariant; the receive loop refuses shorter frames.
        unsafe { bindings::rnic_skb_receive_type(self.skb.as_ptr(), dev.as_raw()) };
    }

    /// Pads to the minimum Ethernet length. `None`: memory was short and the skb is gone.
    #[inline]
    pub(crate) fn pad(self) -> Option<Self> {
        let skb = ManuallyDrop::new(self).skb;
        // SAFETY: Live by the invariant. On failure the C side has freed it.
        let failed = unsafe { bindings::rnic_skb_pad(skb.as_ptr()) } != 0;
        // INVARIANT: Not freed, so still owned.
        (!failed).then_some(Self { skb })
    }

    /// Maps the (linear) packet for the device to read. Gives the skb back when there is no mapping.
    #[inline]
    pub(crate) fn map<'a>(self, pdev: &'a pci::Device<Bound>) -> Result<MappedSkb, Self> {
        let dev = pci_device::raw(pdev);
        // SAFETY: The device is bound and the skb is live.
        let addr = unsafe { bindings::rnic_skb_map(&raw mut (*dev).dev, self.skb.as_ptr()) };
        if addr == u64::MAX {
            return Err(self);
        }
        Ok(MappedSkb {
            len: self.len(),
            skb: self,
            addr,
        })
    }

    /// Releases the packet after it was sent, which is not a drop. NAPI context.
    #[inline]
    pub(crate) fn consume(self, budget: usize) {
        // SAFETY: Owned by the invariant.
        unsafe { bindings::napi_consume_skb(self.into_raw(), budget as c_int) };
    }
}

impl Drop for SkBuff {
    fn drop(&mut self) {
        // SAFETY: Owned by the invariant; any context.
        unsafe {
            bindings::dev_kfree_skb_any_reason(
                self.skb.as_ptr(),
                bindings::skb_drop_reason_SKB_DROP_REASON_NOT_SPECIFIED,
            );
        }
    }
}

/// A packet that the device may read.
///
/// [`MappedSkb::unmap`] must be called once the device is done with it: it needs the device, which a slot does
/// not store.
pub(crate) struct MappedSkb {
    skb: SkBuff,
    addr: u64,
    len: u32,
}

impl MappedSkb {
    /// The packet's bus address.
    #[inline]
    pub(crate) fn dma_addr(&self) -> u64 {
        self.addr
    }

    /// Bytes to send.
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// A software transmit time stamp, if the socket asked for one.
    #[inline]
    pub(crate) fn tx_timestamp(&mut self) {
        // SAFETY: Live by the skb's invariant.
        unsafe { bindings::rnic_skb_tx_timestamp(self.skb.skb.as_ptr()) };
    }

    /// Takes the packet back from the device.
    #[inline]
    pub(crate) fn unmap(self, pdev: &pci::Device<Bound>) -> SkBuff {
        let dev = pci_device::raw(pdev);
        // SAFETY: Mapped with this length in `SkBuff::map`; the device is done with it.
        unsafe { bindings::rnic_skb_unmap(&raw mut (*dev).dev, self.addr, self.len) };
        self.skb
    }
}
