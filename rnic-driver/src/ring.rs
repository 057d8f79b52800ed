// SPDX-License-Identifier: GPL-2.0

//! Descriptor rings: memory that the driver and the device share, behind an interface that is safe to use.
//!
//! Which slots are whose follows from two indices. Each type here says who moves them; the tail register is written by
//! the caller, after the descriptors. All sizes are powers of two, so that an index is masked and never out of range.
//! With `sys` this is the only place for `unsafe`.

use crate::{
    desc::{
        rx_extended::{RxExtended, RxRead, RxWriteBack},
        tx_extended::TxExtended,
        tx_legacy::TxLegacy,
    },
    sys::{page_pool::RxBuffer, skb::MappedSkb},
};
use core::{
    cell::UnsafeCell,
    marker::PhantomData,
    sync::atomic::{fence, Ordering},
};
use kernel::{
    device::{Bound, Device},
    dma::Coherent,
    prelude::*,
    sync::{
        atomic::{Acquire, Atomic, Relaxed, Release},
        Arc,
    },
};
use meta_core::{
    descriptor::{Copied, Descriptor, View},
    ty::Described,
};

/// Descriptors of a ring.
pub(crate) const LEN: usize = 256;
const MASK: usize = LEN - 1;
const _: () = assert!(LEN.is_power_of_two() && LEN * 16 % 128 == 0);

/// The index after `index`.
#[inline]
const fn next(index: usize) -> usize {
    index.wrapping_add(1) & MASK
}

/// Two quadwords: any descriptor.
type Raw = [u64; 2];

/// The memory of a ring whose descriptors are of the formats of `U`.
///
/// # Invariants
///
/// `LEN` descriptors, zeroed at first.
struct Descriptors<U> {
    memory: Coherent<[Raw]>,
    _formats: PhantomData<U>,
}

impl<U: Described> Descriptors<U> {
    fn new(dev: &Device<Bound>) -> Result<Self> {
        const { assert!(U::TYPE.size() == size_of::<Raw>()) };
        // INVARIANT: LEN of them.
        Ok(Self {
            memory: Coherent::zeroed_slice(dev, LEN, GFP_KERNEL)?,
            _formats: PhantomData,
        })
    }

    #[inline]
    fn word(&self, index: usize, word: usize) -> *mut u64 {
        self.memory
            .as_mut_ptr()
            .cast::<u64>()
            .wrapping_add((index & MASK) << 1 | (word & 1))
    }

    /// A word as it is in memory.
    #[inline]
    fn read(&self, index: usize, word: usize) -> u64 {
        // SAFETY: In range by the mask; the device may write meanwhile, so the access is volatile.
        unsafe { self.word(index, word).read_volatile() }
    }

    /// A copy of the descriptor, each word of which was read once.
    #[inline]
    fn copy<V>(&self, index: usize) -> Copied<V>
    where
        V: View<U> + Descriptor<Words = Raw>,
    {
        Copied::read_once(|word| self.read(index, word))
    }

    /// A descriptor of which only the second quadword was read, where status and done bit are.
    #[inline]
    fn peek<V>(&self, index: usize) -> V
    where
        V: View<U> + Descriptor<Words = Raw>,
    {
        V::from_words([0, self.read(index, 1)])
    }

    /// Writes a descriptor, the quadword with the done bit first.
    #[inline]
    fn write<V>(&self, index: usize, descriptor: V)
    where
        V: View<U> + Descriptor<Words = Raw>,
    {
        let [first, second] = descriptor.to_words();
        // SAFETY: As in `read`.
        unsafe { self.word(index, 1).write_volatile(second) };
        // SAFETY: As in `read`.
        unsafe { self.word(index, 0).write_volatile(first) };
    }
}

/// The receive ring. Slots from `clean` to `used` belong to the device.
pub(crate) struct RxRing {
    descriptors: Descriptors<RxExtended>,
    buffers: KVec<Option<RxBuffer>>,
    /// Next slot that the device completes.
    clean: usize,
    /// Next slot to be given to the device.
    used: usize,
    /// What the tail register says.
    told: usize,
}

impl RxRing {
    /// An empty ring.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(dev: &Device<Bound>) -> Result<Self> {
        let mut buffers = KVec::with_capacity(LEN, GFP_KERNEL)?;
        for _ in 0..LEN {
            buffers.push(None, GFP_KERNEL)?;
        }
        Ok(Self {
            descriptors: Descriptors::new(dev)?,
            buffers,
            clean: 0,
            used: 0,
            told: 0,
        })
    }

    /// Where the device finds the ring.
    pub(crate) fn dma_addr(&self) -> u64 {
        self.descriptors.memory.dma_address()
    }

    /// Slots that a buffer can be posted to: one stays free, so that full and empty differ.
    #[inline]
    pub(crate) fn vacant(&self) -> usize {
        self.clean.wrapping_sub(self.used).wrapping_sub(1) & MASK
    }

    /// Whether the device has no buffer at all.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.clean == self.used
    }

    /// Gives `buffer` to the device, once the tail is written. The ring is not full.
    #[inline]
    pub(crate) fn post(&mut self, buffer: RxBuffer) {
        let posted = RxRead::zeroed().with_buffer_addr(buffer.dma_addr());
        self.descriptors.write(self.used, posted);
        if let Some(slot) = self.buffers.get_mut(self.used & MASK) {
            *slot = Some(buffer);
        }
        self.used = next(self.used);
    }

    /// The next completed descriptor and its buffer, in the order in which they were posted. A done bit on a slot that
    /// is not the device's, or out of order, is not looked at.
    #[inline]
    pub(crate) fn complete(&mut self) -> Option<(Copied<RxWriteBack>, RxBuffer)> {
        if self.is_empty() {
            return None;
        }
        let seen: RxWriteBack = self.descriptors.peek(self.clean);
        if !seen.is_done() {
            return None;
        }
        // The device writes the done bit last: what is read from here on is complete (dma_rmb).
        fence(Ordering::Acquire);
        let descriptor = self.descriptors.copy(self.clean);
        let buffer = self.buffers.get_mut(self.clean & MASK)?.take()?;
        self.clean = next(self.clean);
        Some((descriptor, buffer))
    }

    /// Buffers that were posted and that the device was not told of.
    #[inline]
    pub(crate) fn untold(&self) -> usize {
        self.used.wrapping_sub(self.told) & MASK
    }

    /// What the tail register is to say; the caller writes it.
    #[inline]
    pub(crate) fn tell(&mut self) -> u16 {
        self.told = self.used;
        self.used as u16
    }
}

/// The transmit ring, shared by the side that fills it and the side that cleans it.
///
/// # Invariants
///
/// Slots from `clean` to `used` are the cleaner's (and the device's), the others the filler's. Only the cleaner moves
/// `clean`, only the filler moves `used`; there is one of each.
struct TxShared {
    descriptors: Descriptors<TxExtended>,
    slots: KVec<UnsafeCell<Option<MappedSkb>>>,
    clean: Atomic<usize>,
    used: Atomic<usize>,
}

// SAFETY: Each slot is touched by one side at a time, by the invariant.
unsafe impl Sync for TxShared {}
// SAFETY: Nothing in it is bound to a thread.
unsafe impl Send for TxShared {}

impl TxShared {
    #[inline]
    fn free(&self) -> usize {
        self.clean
            .load(Acquire)
            .wrapping_sub(self.used.load(Relaxed))
            .wrapping_sub(1)
            & MASK
    }
}

/// The side that fills the transmit ring: `start_xmit`.
pub(crate) struct TxFiller(Arc<TxShared>);

/// The side that cleans the transmit ring: the poll function.
pub(crate) struct TxCleaner(Arc<TxShared>);

/// An empty transmit ring: both sides, and where the device finds it.
///
/// # Errors
///
/// `ENOMEM`.
pub(crate) fn transmit_ring(dev: &Device<Bound>) -> Result<(TxFiller, TxCleaner, u64)> {
    let mut slots = KVec::with_capacity(LEN, GFP_KERNEL)?;
    for _ in 0..LEN {
        slots.push(UnsafeCell::new(None), GFP_KERNEL)?;
    }
    let shared = Arc::new(
        TxShared {
            descriptors: Descriptors::new(dev)?,
            slots,
            clean: Atomic::new(0),
            used: Atomic::new(0),
        },
        GFP_KERNEL,
    )?;
    let address = shared.descriptors.memory.dma_address();
    Ok((TxFiller(shared.clone()), TxCleaner(shared), address))
}

impl TxFiller {
    /// Slots that can be filled.
    #[inline]
    pub(crate) fn free(&self) -> usize {
        self.0.free()
    }

    /// Gives a packet to the device, once the tail is written. Comes back if the ring is full.
    #[inline]
    pub(crate) fn push(&mut self, packet: MappedSkb) -> Result<(), MappedSkb> {
        let ring = &*self.0;
        let used = ring.used.load(Relaxed);
        let slot = match ring.slots.get(used & MASK) {
            Some(slot) if ring.free() > 0 => slot,
            _ => return Err(packet),
        };
        let descriptor = TxLegacy::packet(packet.dma_addr(), packet.len() as u16);
        ring.descriptors.write(used, descriptor);
        // SAFETY: The slot is the filler's: it is not between `clean` and `used`.
        unsafe { *slot.get() = Some(packet) };
        ring.used.store(next(used), Release);
        Ok(())
    }

    /// What the tail register is to say.
    #[inline]
    pub(crate) fn tail(&self) -> u16 {
        self.0.used.load(Relaxed) as u16
    }
}

impl TxCleaner {
    /// The next packet that the device has sent.
    #[inline]
    pub(crate) fn complete(&mut self) -> Option<MappedSkb> {
        let clean = self.0.clean.load(Relaxed);
        if clean == self.0.used.load(Acquire)
            || !self.0.descriptors.peek::<TxLegacy>(clean).is_done()
        {
            return None;
        }
        self.take(clean)
    }

    /// The next packet, sent or not. The device does not run any more.
    pub(crate) fn abandon(&mut self) -> Option<MappedSkb> {
        let clean = self.0.clean.load(Relaxed);
        if clean == self.0.used.load(Acquire) {
            return None;
        }
        self.take(clean)
    }

    fn take(&mut self, clean: usize) -> Option<MappedSkb> {
        let slot = self.0.slots.get(clean & MASK)?;
        // SAFETY: The slot is the cleaner's: it is between `clean` and `used`.
        let packet = unsafe { (*slot.get()).take() };
        self.0.clean.store(next(clean), Release);
        packet
    }

    /// Slots that can be filled.
    #[inline]
    pub(crate) fn free(&self) -> usize {
        self.0.free()
    }
}
