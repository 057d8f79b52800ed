// SPDX-License-Identifier: GPL-2.0

//! A clock over a free-running hardware counter, set and adjusted in software alone.
//!
//! The counter only ever counts. What its values mean is a line in [`Clock`]: the time at one counter value, and the
//! nanoseconds that one wrap of the counter takes. Setting the time moves the line, adjusting the frequency tilts it, and
//! neither touches the hardware: the increment register of QEMU's models must be written once only, because every change
//! makes the counter jump.
//!
//! The counter's valid bits are pushed to the top of a word, so that it wraps as the word does, and the rate is in
//! nanoseconds for each wrap. So a conversion is one multiplication, of which the upper half is kept: no division, no
//! branch, and the same for a value that lies in the past.

mod counter;
#[cfg(test)]
mod tests;

pub use self::counter::{whole, Counter};

/// The largest adjustment of the frequency, in parts per billion: half of it.
pub const MAX_ADJ: i32 = 500_000_000;

/// What the time is, by a counter.
///
/// It is a value without secrets: whoever has a copy of it can convert stamps, and a later adjustment is none of theirs.
///
/// # Invariants
///
/// `rate` is less than 2^63.
///
/// # Examples
///
/// ```
/// use rnic_driver::clock::{Clock, Counter};
///
/// let mut clock = Clock::new(Counter::new::<64, 19>(), 0, 0);
/// clock.set_time(1000 << 19, 5_000_000_000);
/// // A stamp of 400 ns before, and one of 600 ns after.
/// assert_eq!(clock.time(600 << 19), 4_999_999_600);
/// assert_eq!(clock.time(1600 << 19), 5_000_000_600);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    counter: Counter,
    /// A counter value, justified …
    origin: u64,
    /// … and the time then, in nanoseconds times 2^64. Nothing is lost to rounding when the origin moves.
    base: u128,
    /// Nanoseconds in one wrap, as adjusted.
    rate: u64,
}

impl Clock {
    /// A clock that runs at the nominal frequency and shows `ns` when the counter is at `now`.
    pub const fn new(counter: Counter, now: u64, ns: u64) -> Self {
        // INVARIANT: By the bound on `wrap_log2`.
        Self {
            counter,
            origin: counter.justified(now),
            base: (ns as u128) << 64,
            rate: counter.wrap_ns(),
        }
    }

    /// The time of counter value `stamp`, which is less than half a wrap before or after the last update.
    ///
    /// A stamp that is older than an adjustment of the frequency is converted at the new one. Stamps are a few milliseconds
    /// old at most, so that this is a matter of less than the counter's resolution.
    #[inline]
    pub const fn time(&self, stamp: u64) -> u64 {
        (self.at(stamp) >> 64) as u64
    }

    /// The whole counter value whose lower half is `low`: the one nearest to the last update.
    ///
    /// One access is cheaper than the three of [`whole`]. It is enough where updates are less than half a wrap of the lower
    /// half apart, and nothing worse than a wrong stamp comes of it when they are late.
    ///
    /// # Examples
    ///
    /// ```
    /// use rnic_driver::clock::{Clock, Counter};
    ///
    /// let clock = Clock::new(Counter::new::<56, 0>(), 0x1_ffff_fff0, 0);
    /// assert_eq!(clock.extend(0x0000_0010), 0x2_0000_0010);
    /// assert_eq!(clock.extend(0xffff_ff00), 0x1_ffff_ff00);
    /// ```
    #[inline]
    pub const fn extend(&self, low: u32) -> u64 {
        let last = self.origin.wrapping_shr(self.counter.unused);
        let distance = low.wrapping_sub(last as u32) as i32;
        last.wrapping_add(distance as i64 as u64)
    }

    /// Notes that the counter is at `now`. Stamps are understood around this value from now on.
    pub const fn update(&mut self, now: u64) {
        self.base = self.at(now);
        self.origin = self.counter.justified(now);
    }

    /// Sets the time to `ns` when the counter is at `now`. The frequency stays as it was adjusted.
    pub const fn set_time(&mut self, now: u64, ns: u64) {
        self.origin = self.counter.justified(now);
        self.base = (ns as u128) << 64;
    }

    /// Moves the time by `delta` nanoseconds.
    pub const fn adjust_time(&mut self, delta: i64) {
        self.base = self.base.wrapping_add(((delta as i128) << 64) as u128);
    }

    /// Lets the clock run faster than nominal by `scaled_ppm` from counter value `now` on: parts per million, times 65536.
    /// What is below [`MAX_ADJ`] is taken as it is.
    pub const fn adjust_frequency(&mut self, now: u64, scaled_ppm: i64) {
        self.update(now);
        // INVARIANT: The offset is smaller than the nominal rate, of which twice is at most 2^63.
        self.rate = self
            .counter
            .wrap_ns()
            .wrapping_add(rate_offset(self.counter.wrap_log2, scaled_ppm) as u64);
    }

    /// The time of counter value `stamp`, times 2^64.
    #[inline]
    const fn at(&self, stamp: u64) -> u128 {
        let distance = self.counter.justified(stamp).wrapping_sub(self.origin) as i64;
        // Less than 2^63 each, so the product fits.
        let passed = (distance as i128).wrapping_mul(self.rate as i128);
        self.base.wrapping_add(passed as u128)
    }
}

/// `scaled_ppm` of 2^`wrap_log2` nanoseconds.
const fn rate_offset(wrap_log2: u32, scaled_ppm: i64) -> i64 {
    /// All of the frequency, but for one part per million.
    const LIMIT: i64 = 999_999 << 16;
    /// A million times 65536 is 2^22 of these.
    const UNIT: i64 = 15_625;
    let scaled_ppm = if scaled_ppm > LIMIT {
        LIMIT
    } else if scaled_ppm < -LIMIT {
        -LIMIT
    } else {
        scaled_ppm
    };
    // In two parts: the product as a whole has more than 64 bits.
    let (whole, rest) = (scaled_ppm / UNIT, scaled_ppm % UNIT);
    let scale = 1i64.wrapping_shl(wrap_log2.wrapping_sub(22));
    whole
        .wrapping_mul(scale)
        .wrapping_add(rest.wrapping_mul(scale) / UNIT)
}

/// A clock in words, as it is published.
pub type Words = [u64; 5];

impl From<Clock> for Words {
    #[inline]
    fn from(clock: Clock) -> Self {
        let Counter { unused, wrap_log2 } = clock.counter;
        [
            clock.origin,
            clock.base as u64,
            (clock.base >> 64) as u64,
            clock.rate,
            u64::from(unused) | u64::from(wrap_log2) << 32,
        ]
    }
}

impl From<Words> for Clock {
    /// The clock that these words were made of. Words that no clock was made of give a wrong time, and nothing worse.
    #[inline]
    fn from([origin, fraction, ns, rate, counter]: Words) -> Self {
        Self {
            counter: Counter {
                unused: counter as u32,
                wrap_log2: (counter >> 32) as u32,
            },
            origin,
            base: u128::from(ns) << 64 | u128::from(fraction),
            // INVARIANT: The rate of a clock.
            rate,
        }
    }
}
