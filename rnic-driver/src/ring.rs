// SPDX-License-Identifier: GPL-2.0

//! Descriptor rings: memory that the driver and the device share, behind an interface that is safe to use.
//!
//! Which slots are whose follows from two indices. Each type here says who moves them; the tail register is written by
//! the caller, after the descriptors. All sizes are powers of two, so that an index is masked and never out of range.
//! With `sys`, this is the only place for `unsafe`.

#[forbid(unsafe_code)]
pub(crate) mod rx;
#[forbid(unsafe_code)]
pub(crate) mod tx;

use crate::{desc::Words, sys::series::dma_address};
use core::cell::UnsafeCell;
use kernel::{
    device::{Bound, Device},
    dma::Coherent,
    prelude::*,
    sync::{
        atomic::{Acquire, Atomic, Relaxed, Release},
        Arc,
    },
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
        dma_address(&self.memory)
    }
}

/// A ring whose slots one side fills and the other one empties, without a lock.
///
/// # Invariants
///
/// Slots from `clean` to `used` are the emptying side's (and the device's), the others the filling side's. Only the emptying
/// side moves `clean`, only the filling side moves `used`, and there is one of each.
struct Shared<T> {
    descriptors: Descriptors,
    slots: KVec<UnsafeCell<T>>,
    clean: Atomic<usize>,
    used: Atomic<usize>,
}

// SAFETY: Each slot is touched by one side at a time, by the invariant.
unsafe impl<T: Send> Sync for Shared<T> {}

impl<T> Shared<T> {
    #[inline]
    fn len(&self) -> Len {
        self.descriptors.len
    }

    /// # Safety
    ///
    /// The slot belongs to the caller's side, which has no other reference to it while this one is used.
    #[inline]
    unsafe fn slot(&self, index: usize) -> Option<Slot<'_, T>> {
        let cell = self.slots.get(index)?;
        Some(Slot {
            index,
            // SAFETY: By the function's contract.
            content: unsafe { &mut *cell.get() },
            descriptors: &self.descriptors,
        })
    }
}

/// One slot, in the hands of the side that it belongs to.
struct Slot<'a, T> {
    index: usize,
    content: &'a mut T,
    descriptors: &'a Descriptors,
}

/// An empty ring, as its two sides.
///
/// # Errors
///
/// `ENOMEM`.
fn shared<T: Default>(dev: &Device<Bound>, len: Len) -> Result<(Filling<T>, Emptying<T>)> {
    let mut slots = KVec::with_capacity(len.get(), GFP_KERNEL)?;
    for _ in 0..len.get() {
        slots.push(UnsafeCell::new(T::default()), GFP_KERNEL)?;
    }
    let ring = Shared {
        descriptors: Descriptors::new(dev, len)?,
        slots,
        clean: Atomic::new(0),
        used: Atomic::new(0),
    };
    // INVARIANT: One of each, here and nowhere else.
    let ring = Arc::new(ring, GFP_KERNEL)?;
    let filling = Filling {
        ring: ring.clone(),
        used: 0,
        clean: 0,
    };
    Ok((filling, Emptying { ring }))
}

/// The side that fills slots.
///
/// # Invariants
///
/// `used` is the ring's, which nobody else moves. `clean` is what the ring's was when it was last looked at, so that there is
/// at least as much room as it says.
struct Filling<T> {
    ring: Arc<Shared<T>>,
    used: usize,
    clean: usize,
}

impl<T> Filling<T> {
    /// Slots that can be filled.
    #[inline]
    fn free(&mut self) -> usize {
        // INVARIANT: Looked at now.
        self.clean = self.ring.clean.load(Acquire);
        self.known_free()
    }

    /// Slots that could be filled when the other side was last asked.
    #[inline]
    fn known_free(&self) -> usize {
        let next = self.used.wrapping_add(1);
        self.ring.len().distance(next, self.clean)
    }

    /// The slots that can be filled, one after the other.
    #[inline]
    fn room(&mut self) -> Room<'_, T> {
        Room {
            at: self.used,
            left: self.known_free(),
            side: self,
        }
    }
}

/// Slots that are being filled: the other side does not know of them before they are published.
///
/// # Invariants
///
/// The `left` slots from `at` on are the filling side's, and those from its `used` to `at`.
struct Room<'a, T> {
    side: &'a mut Filling<T>,
    at: usize,
    left: usize,
}

impl<T> Room<'_, T> {
    /// The next one, if there is another.
    #[inline]
    fn next(&mut self) -> Option<Slot<'_, T>> {
        if self.left == 0 {
            return None;
        }
        let index = self.at;
        // INVARIANT: One fewer, from the next one on.
        self.at = self.side.ring.len().next(index);
        self.left = self.left.wrapping_sub(1);
        // SAFETY: This side's by the invariant; the slot borrows `self`, so that there is one at a time.
        unsafe { self.side.ring.slot(index) }
    }

    /// The first one that was taken.
    #[inline]
    fn first(&mut self) -> Option<Slot<'_, T>> {
        if self.at == self.side.used {
            return None;
        }
        // SAFETY: As in `next`: from `used` to `at`.
        unsafe { self.side.ring.slot(self.side.used) }
    }

    /// Gives all that were taken to the other side.
    #[inline]
    fn publish(self) {
        // INVARIANT: The ring's `used` follows below.
        self.side.used = self.at;
        self.side.ring.used.store(self.at, Release);
    }

    /// Has each of those that were taken undone; they stay this side's.
    #[cold]
    fn undo(mut self, mut each: impl FnMut(&mut T)) {
        let end = self.at;
        let taken = self.side.ring.len().distance(self.side.used, end);
        // INVARIANT: Back to the first one that was taken.
        self.at = self.side.used;
        self.left = self.left.wrapping_add(taken);
        while self.at != end {
            match self.next() {
                Some(slot) => each(slot.content),
                None => return,
            }
        }
    }
}

/// The side that empties slots.
struct Emptying<T> {
    ring: Arc<Shared<T>>,
}

impl<T> Emptying<T> {
    /// The slots that are filled, one after the other.
    #[inline]
    fn filled(&mut self) -> Filled<'_, T> {
        Filled {
            at: self.ring.clean.load(Relaxed),
            used: self.ring.used.load(Acquire),
            side: self,
        }
    }

    /// The first one.
    fn at(&self) -> usize {
        self.ring.clean.load(Relaxed)
    }

    /// Whether there is none.
    #[inline]
    fn is_empty(&self) -> bool {
        self.ring.clean.load(Relaxed) == self.ring.used.load(Acquire)
    }

    /// Slots that can be filled.
    #[inline]
    fn free(&self) -> usize {
        let next = self.ring.used.load(Relaxed).wrapping_add(1);
        let clean = self.ring.clean.load(Acquire);
        self.ring.len().distance(next, clean)
    }
}

/// Slots that are being emptied: the other side does not know of it before they are released.
///
/// # Invariants
///
/// Slots from the ring's `clean` to `used` are the emptying side's; `at` is among them or at their end.
struct Filled<'a, T> {
    side: &'a mut Emptying<T>,
    at: usize,
    used: usize,
}

impl<T> Filled<'_, T> {
    /// The next one, if there is another.
    #[inline]
    fn next(&mut self) -> Option<Slot<'_, T>> {
        if self.at == self.used {
            return None;
        }
        let index = self.at;
        // INVARIANT: It was not the end.
        self.at = self.side.ring.len().next(index);
        // SAFETY: This side's by the invariant; the slot borrows `self`, so that there is one at a time.
        unsafe { self.side.ring.slot(index) }
    }

    /// Gives all that were taken to the other side.
    #[inline]
    fn release(self) {
        self.side.ring.clean.store(self.at, Release);
    }
}
