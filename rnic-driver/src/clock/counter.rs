// SPDX-License-Identifier: GPL-2.0

//! A free-running hardware counter: its shape, and how its two registers are read as one value.

/// What a counter counts: how many of its bits are valid, and how much of it is a nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// How far a value is pushed up, so that its highest valid bit is the word's.
    pub(super) unused: u32,
    /// One wrap takes 2 to the power of this nanoseconds.
    pub(super) wrap_log2: u32,
}

impl Counter {
    /// A counter of `BITS` valid bits that counts 2^`SCALE` for each nanosecond, and wraps after 2^(`BITS` - `SCALE`) of
    /// them: after more than a minute, and no more than 146 years. It may well have more bits: those above are ignored.
    ///
    /// # Examples
    ///
    /// ```
    /// use rnic_driver::clock::Counter;
    ///
    /// // The 82576 with an increment of 16 << 19 wraps after 9.8 hours.
    /// assert_eq!(Counter::new::<64, 19>().wrap_ns(), 1 << 45);
    /// ```
    pub const fn new<const BITS: u32, const SCALE: i32>() -> Self {
        const {
            assert!(BITS >= 1 && BITS <= 64, "a counter register has 64 bits");
            let wrap_log2 = BITS as i32 - SCALE;
            assert!(
                wrap_log2 >= 36,
                "a step of the rate would be more than one of adjfine"
            );
            assert!(wrap_log2 <= 62, "twice the rate must fit into 63 bits");
        }
        Self {
            unused: 64 - BITS,
            wrap_log2: (BITS as i32 - SCALE) as u32,
        }
    }

    /// Nanoseconds from one wrap to the next. The clock is to be [updated](super::Clock::update) at least twice as often.
    pub const fn wrap_ns(self) -> u64 {
        1u64.wrapping_shl(self.wrap_log2)
    }

    /// The value at the top of a word: the difference of two wraps as the counter does.
    #[inline]
    pub(super) const fn justified(self, value: u64) -> u64 {
        value.wrapping_shl(self.unused)
    }
}

/// A whole counter out of its two registers: reading the lower half keeps the upper half of that moment for whoever reads it
/// next.
///
/// Somebody else may read in between, so that the upper half is that of a later moment. It is the same as long as the lower
/// half did not wrap, which has to take much longer than three accesses. The last call of `low` is the one that counts. A
/// device whose lower half only ever shrinks is not waited for.
pub fn whole(mut low: impl FnMut() -> u32, mut high: impl FnMut() -> u32) -> u64 {
    let mut before = low();
    let mut value = 0;
    for _ in 0..3 {
        let upper = high();
        let after = low();
        value = u64::from(upper) << 32 | u64::from(after);
        if after >= before {
            break;
        }
        before = after;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::super::tests::Random;
    use super::*;
    use std::cell::RefCell;

    /// Two registers as the hardware has them, with another reader who comes in between as he likes.
    struct Registers {
        now: u64,
        kept: u32,
        random: Random,
    }

    impl Registers {
        fn low(&mut self) -> u32 {
            self.now += self.random.below(1 << 20);
            self.kept = (self.now >> 32) as u32;
            self.now as u32
        }

        fn high(&mut self) -> u32 {
            if self.random.below(2) == 0 {
                self.low();
            }
            self.kept
        }
    }

    #[test]
    fn both_halves_belong_together_whoever_else_reads() {
        let mut random = Random(7);
        let mut wraps = 0;
        for _ in 0..10_000 {
            let start = random.next() >> 8 | 0xfff0_0000;
            let registers = RefCell::new(Registers {
                now: start,
                kept: 0,
                random: Random(random.next()),
            });
            let value = whole(
                || registers.borrow_mut().low(),
                || registers.borrow_mut().high(),
            );
            assert_eq!(value, registers.borrow().now);
            wraps += usize::from(value >> 32 != start >> 32);
        }
        assert!(wraps > 1000, "{wraps}");
    }

    #[test]
    fn a_counter_that_shrinks_is_not_waited_for() {
        let mut low = u32::MAX;
        let value = whole(
            || {
                low -= 1;
                low
            },
            || 1,
        );
        assert_eq!(value >> 32, 1);
    }
}
