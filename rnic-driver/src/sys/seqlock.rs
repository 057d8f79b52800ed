// SPDX-License-Identifier: GPL-2.0

//! A value that readers take as a whole and without a lock, in every context.
//!
//! There are two copies of it. While a writer changes one, the sequence number sends readers to the other, so that a
//! reader never waits, not even one that has interrupted the writer: it reads again only if a writer got further
//! meanwhile. The words are atomic, so that there is no data race to be proved harmless.
//!
//! C header: [`include/linux/seqlock.h`](srctree/include/linux/seqlock.h), `seqcount_latch_t`

use super::series::{smp_rmb, smp_wmb};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        atomic::{Acquire, Atomic, Relaxed},
        Mutex,
    },
};

/// A `T`, which is `N` words, for many readers.
///
/// # Invariants
///
/// While `sequence` is even, the first copy is the value of one moment, and while it is odd, the second.
#[pin_data]
pub(crate) struct SeqLatch<T, const N: usize> {
    /// The value, which writers take turns at.
    #[pin]
    value: Mutex<T>,
    sequence: Atomic<u64>,
    copies: [[Atomic<u64>; N]; 2],
}

impl<T: Copy + Unpin + Into<[u64; N]> + From<[u64; N]>, const N: usize> SeqLatch<T, N> {
    /// Publishes `value`.
    pub(crate) fn new(value: T) -> impl PinInit<Self> {
        let words: [u64; N] = value.into();
        // INVARIANT: Both copies are the value.
        pin_init!(Self {
            value <- new_mutex!(value),
            sequence: Atomic::new(0),
            copies: [words.map(Atomic::new), words.map(Atomic::new)],
        })
    }

    /// The value of one moment. Any context.
    #[inline]
    pub(crate) fn read(&self) -> T {
        let [even, odd] = &self.copies;
        loop {
            let sequence = self.sequence.load(Acquire);
            let copy = if sequence & 1 == 0 { even } else { odd };
            let words = copy.each_ref().map(|word| word.load(Relaxed));
            // The words were read before the number is looked at again.
            smp_rmb();
            if self.sequence.load(Relaxed) == sequence {
                return T::from(words);
            }
        }
    }

    /// Changes the value and publishes it. Process context.
    pub(crate) fn update<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let mut value = self.value.lock();
        let result = change(&mut value);
        let words: [u64; N] = (*value).into();
        for copy in &self.copies {
            // INVARIANT: Readers are sent to the other copy before this one is written, and sent back after it.
            self.turn();
            for (to, word) in copy.iter().zip(words) {
                to.store(word, Relaxed);
            }
        }
        result
    }

    /// Sends readers to the other copy, which is written: one writer at a time.
    fn turn(&self) {
        smp_wmb();
        let next = self.sequence.load(Relaxed).wrapping_add(1);
        self.sequence.store(next, Relaxed);
        smp_wmb();
    }
}
