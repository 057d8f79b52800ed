// SPDX-License-Identifier: GPL-2.0

//! An owned `struct sk_buff`: consumed exactly once, by the stack, by the device or by `Drop`.
//!
//! C header: [`include/linux/skbuff.h`](srctree/include/linux/skbuff.h)

use super::{bindings, dma::Mapping, netdev::NetDevice, pci_device};
use crate::desc::offload::{Offload, Protocol, Segments, TransportChecksum};
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
    #[inline]
    pub(super) unsafe fn from_raw(skb: NonNull<bindings::sk_buff>) -> Self {
        // INVARIANT: by the function's contract.
        Self { skb }
    }

    #[inline]
    pub(super) fn into_raw(self) -> *mut bindings::sk_buff {
        ManuallyDrop::new(self).skb.as_ptr()
    }

    #[inline]
    pub(super) fn as_raw(&self) -> *mut bindings::sk_buff {
        self.skb.as_ptr()
    }

    /// Bytes of the payload of a [`test_packet`](Self::test_packet): 0, 1, 2 and so on.
    pub(crate) const TEST_PAYLOAD: usize = 64;

    /// A UDP packet of `dev` to `address`, whose tag the device is to insert.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn test_packet(dev: &NetDevice, address: [u8; 6], tci: u16) -> Result<Self> {
        // SAFETY: The device is live; six bytes.
        let skb = unsafe {
            bindings::rnic_test_skb(
                dev.as_raw(),
                address.as_ptr(),
                tci,
                Self::TEST_PAYLOAD as u32,
            )
        };
        // SAFETY: A fresh skb, whose only reference is this.
        NonNull::new(skb)
            .map(|skb| unsafe { Self::from_raw(skb) })
            .ok_or(ENOMEM)
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

    /// Pads to the least length that the device takes. `None`: memory was short and the skb is gone.
    #[inline]
    pub(crate) fn pad(self) -> Option<Self> {
        let skb = ManuallyDrop::new(self).skb;
        // SAFETY: Live by the invariant. On failure the C side has freed it.
        let failed = unsafe { bindings::rnic_skb_pad(skb.as_ptr()) } != 0;
        // INVARIANT: Not freed, so still owned.
        (!failed).then_some(Self { skb })
    }

    /// What the stack asks of the NIC for this packet. `None` if it can't be done (a header that can't be changed): the
    /// packet is to be dropped.
    #[inline]
    pub(crate) fn offload(&mut self) -> Option<Offload> {
        let mut wanted = bindings::rnic_skb_offload::default();
        // SAFETY: Live and owned by the invariant.
        if unsafe { bindings::rnic_skb_offload(self.skb.as_ptr(), &mut wanted) } != 0 {
            return None;
        }
        let mut offload = Offload::none(self.len());
        offload.timestamp = wanted.timestamp;
        if wanted.vlan {
            offload.vlan = Some(wanted.tci);
        }
        if wanted.checksum {
            offload.checksum = Some(TransportChecksum {
                network: wanted.network,
                ipv4: wanted.ipv4,
                transport: wanted.transport,
                place: wanted.place,
                protocol: if wanted.tcp {
                    Protocol::Tcp
                } else {
                    Protocol::Udp
                },
            });
        }
        if wanted.mss != 0 {
            offload.segments = Some(Segments {
                mss: wanted.mss,
                headers: wanted.headers,
                count: wanted.segments,
            });
            offload.payload = self.len().saturating_sub(wanted.headers.into());
        }
        Some(offload)
    }

    /// Fragments behind the head.
    #[inline]
    pub(crate) fn fragments(&self) -> usize {
        // SAFETY: Live by the invariant.
        unsafe { bindings::rnic_skb_frags(self.skb.as_ptr()) as usize }
    }

    /// Maps the head (0) or the `part - 1`th fragment for the device to read. The mapping must go before the packet.
    #[inline]
    pub(crate) fn map(&self, pdev: &pci::Device<Bound>, part: usize) -> Option<Mapping> {
        let dev = pci_device::device(pdev);
        let mut len = 0;
        // SAFETY: The device is bound and the skb is live; the C side looks at existing fragments only.
        let addr = unsafe {
            bindings::rnic_skb_map(dev.as_ptr(), self.skb.as_ptr(), part as u32, &mut len)
        };
        // SAFETY: Just mapped, fragments as pages; a ring keeps the mapping, which goes before the driver is unbound.
        unsafe { Mapping::new(dev, addr, len, part > 0) }
    }

    /// A software transmit time stamp, if the socket asked for one.
    #[inline]
    pub(crate) fn tx_timestamp(&mut self) {
        // SAFETY: Live by the invariant.
        unsafe { bindings::rnic_skb_tx_timestamp(self.skb.as_ptr()) };
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
