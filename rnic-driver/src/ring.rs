// SPDX-License-Identifier: GPL-2.0

//! Descriptor rings: memory that the driver and the device share, behind an interface that is safe to use.
//!
//! Which slots are whose follows from two indices. Each type here says who moves them; the tail register is written by
//! the caller, after the descriptors. All sizes are powers of two, so that an index is masked and never out of range.
//! With `sys`, this and [`tx`] are the only places for `unsafe`.

pub(crate) mod rx;
pub(crate) mod tx;

use crate::desc::Words;
use core::cell::UnsafeCell;
use kernel::{
    device::{Bound, Device},
    dma::Coherent,
    prelude::*,
};

/// The shortest ring: a transmit ring has room for a packet in as many parts as there can be.
pub(crate) const MIN_LEN: usize = 32;
/// The longest ring.
pub(crate) const MAX_LEN: usize = 4096;
/// The length of a ring that nobody has changed.
pub(crate) const DEFAULT_LEN: usize = 256;

/// A number of descriptors that a ring can have: a power of two from [`MIN_LEN`] to [`MAX_LEN`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Len(usize);

impl Len {
    /// What a ring has that nobody has changed.
    pub(crate) const DEFAULT: Self = Self(DEFAULT_LEN);

    /// The least length that is at least `wanted`; the longest, if that is longer.
    pub(crate) fn at_least(wanted: usize) -> Self {
        Self(wanted.clamp(MIN_LEN, MAX_LEN).next_power_of_two())
    }

    /// The number.
    #[inline]
    pub(crate) const fn get(self) -> usize {
        self.0
    }

    #[inline]
    const fn mask(self) -> usize {
        self.0.wrapping_sub(1)
    }

    /// The index after `index`.
    #[inline]
    const fn next(self, index: usize) -> usize {
        index.wrapping_add(1) & self.mask()
    }

    /// From `from` on, so many slots until `to`.
    #[inline]
    const fn distance(self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & self.mask()
    }
}

/// The memory of a ring.
///
/// # Invariants
///
/// `len` descriptors at `base`, which is the start of `memory`, zeroed at first.
struct Descriptors {
    memory: Coherent<[Words]>,
    base: *mut u64,
    len: Len,
}

// SAFETY: `base` points into `memory`, which may move between threads.
unsafe impl Send for Descriptors {}
// SAFETY: Accesses are volatile, of words that the device may write at any time.
unsafe impl Sync for Descriptors {}

impl Descriptors {
    fn new(dev: &Device<Bound>, len: Len) -> Result<Self> {
        let memory = Coherent::zeroed_slice(dev, len.get(), GFP_KERNEL)?;
        // INVARIANT: `len` of them.
        Ok(Self {
            base: memory.as_mut_ptr().cast(),
            memory,
            len,
        })
    }

    #[inline]
    fn word(&self, index: usize, word: usize) -> *mut u64 {
        self.base
            .wrapping_add((index & self.len.mask()) << 1 | (word & 1))
    }

    /// A word as it is in memory.
    #[inline]
    fn read(&self, index: usize, word: usize) -> u64 {
        // SAFETY: In range by the mask; the device may write meanwhile, so the access is volatile.
        unsafe { self.word(index, word).read_volatile() }
    }

    /// Writes a descriptor, the quadword with the done bit first.
    #[inline]
    fn write(&self, index: usize, [first, second]: Words) {
        // SAFETY: As in `read`.
        unsafe { self.word(index, 1).write_volatile(second) };
        // SAFETY: As in `read`.
        unsafe { self.word(index, 0).write_volatile(first) };
    }

    /// Where the device finds them.
    fn dma_addr(&self) -> u64 {
        self.memory.dma_address()
    }
}

/// What belongs to the slots of a ring that one side fills and another one empties.
///
/// # Invariants
///
/// A slot is touched by one side at a time.
struct SharedSlots<T>(KVec<UnsafeCell<T>>);

// SAFETY: Each slot is touched by one side at a time, by the invariant.
unsafe impl<T: Send> Sync for SharedSlots<T> {}

impl<T: Default> SharedSlots<T> {
    fn new(len: Len) -> Result<Self> {
        let mut slots = KVec::with_capacity(len.get(), GFP_KERNEL)?;
        for _ in 0..len.get() {
            slots.push(UnsafeCell::new(T::default()), GFP_KERNEL)?;
        }
        Ok(Self(slots))
    }

    /// A slot.
    ///
    /// # Safety
    ///
    /// It belongs to the caller's side, and the caller has no other reference to it.
    #[inline]
    #[allow(clippy::mut_from_ref, reason = "that is what the contract is about")]
    unsafe fn slot(&self, index: usize) -> Option<&mut T> {
        let slot = self.0.get(index)?;
        // SAFETY: By the function's contract.
        Some(unsafe { &mut *slot.get() })
    }
}
