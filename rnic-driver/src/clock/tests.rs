// SPDX-License-Identifier: GPL-2.0

//! The clock beside exact models of it, over random histories.

use super::*;

/// The counters that are in use or might be: shape, and how much of it is a nanosecond (as a power of two).
const COUNTERS: [(Counter, u32, i32); 5] = [
    (Counter::new::<64, 19>(), 64, 19),
    (Counter::new::<64, 18>(), 64, 18),
    (Counter::new::<56, 0>(), 56, 0),
    (Counter::new::<40, 0>(), 40, 0),
    (Counter::new::<58, -4>(), 58, -4),
];

/// xorshift64*: the same histories in every run.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Small numbers as often as large ones, so that edges are met.
    fn spread(&mut self, end: u64) -> u64 {
        let bits = self.below(65) as u32;
        self.next().checked_shr(64 - bits).unwrap_or(0) % end
    }

    fn sign(&mut self, value: u64) -> i64 {
        if self.below(2) == 0 {
            value as i64
        } else {
            -(value as i64)
        }
    }
}

/// A counter without a wrap, from which the register is cut.
struct Hardware {
    bits: u32,
    count: u128,
}

impl Hardware {
    /// What the register shows: rubbish above the valid bits, which the clock must ignore.
    fn read(&self, offset: i64, random: &mut Random) -> u64 {
        let value = self.count.wrapping_add_signed(offset.into()) as u64;
        match self.bits {
            64 => value,
            bits => value & ((1 << bits) - 1) | random.next() << bits,
        }
    }

    /// A little less than half a wrap.
    fn half(&self) -> u64 {
        (1 << (self.bits - 1)) - 1
    }
}

/// Time as an exact fraction: in nanoseconds of 2^-16 times 10^-6 times 2^-19, which every rate and scale divides.
struct Exact(i128);

impl Exact {
    const PER_NS: i128 = (1_000_000 << 16) << 19;

    fn pass(&mut self, counts: i128, scale: i32, scaled_ppm: i64) {
        self.0 += counts * ((1_000_000 << 16) + i128::from(scaled_ppm)) * (1 << (19 - scale));
    }

    fn ns(&self) -> i128 {
        self.0.div_euclid(Self::PER_NS)
    }
}

#[test]
fn time_is_exact_over_wraps_and_adjustments() {
    let mut random = Random(1);
    for (counter, bits, scale) in COUNTERS {
        for _ in 0..100 {
            history(counter, bits, scale, &mut random);
        }
    }
}

fn history(counter: Counter, bits: u32, scale: i32, random: &mut Random) {
    let mut hardware = Hardware {
        bits,
        count: 1 << 100 | u128::from(random.next()),
    };
    let start = random.below(1 << 61);
    let now = hardware.read(0, random);
    let mut clock = Clock::new(counter, now, start);
    let mut exact = Exact(i128::from(start) * Exact::PER_NS);
    let mut scaled_ppm = 0;
    // What the rate's resolution may have cost: a nanosecond for each wrap.
    let mut wraps = 0.0;
    for _ in 0..50 {
        let counts = random.spread(hardware.half());
        hardware.count += u128::from(counts);
        exact.pass(counts.into(), scale, scaled_ppm);
        wraps += counts as f64 / 2f64.powi(bits as i32);
        let now = hardware.read(0, random);
        let expect = |time: u64, exact: &Exact, wraps: f64| {
            let off = (time.wrapping_sub(exact.ns() as u64) as i64).unsigned_abs();
            assert!(
                off <= wraps.ceil() as u64 + 1,
                "{counter:?}: {time} is off by {off}"
            );
        };
        expect(clock.time(now), &exact, wraps);
        match random.below(5) {
            0 => clock.update(now),
            1 => {
                let ns = random.below(1 << 61);
                clock.set_time(now, ns);
                exact.0 = i128::from(ns) * Exact::PER_NS;
                wraps = 0.0;
            }
            2 => {
                let delta = random.spread(1 << 40);
                let delta = random.sign(delta);
                clock.adjust_time(delta);
                exact.0 += i128::from(delta) * Exact::PER_NS;
                clock.update(now);
            }
            3 => {
                let adjustment = random.spread((MAX_ADJ as u64 / 1000) << 16);
                scaled_ppm = random.sign(adjustment);
                clock.adjust_frequency(now, scaled_ppm);
            }
            _ => {
                // A stamp on either side of the update.
                clock.update(now);
                let distance = random.spread(hardware.half());
                let distance = random.sign(distance);
                let stamp = hardware.read(distance, random);
                let mut then = Exact(exact.0);
                then.pass(distance.into(), scale, scaled_ppm);
                expect(clock.time(stamp), &then, wraps + 1.0);
                continue;
            }
        }
        expect(clock.time(now), &exact, wraps);
        clock.update(now);
    }
}

#[test]
fn updates_lose_nothing() {
    let mut random = Random(2);
    for (counter, bits, _) in COUNTERS {
        let mut hardware = Hardware { bits, count: 0 };
        let mut clock = Clock::new(counter, 0, 0);
        clock.adjust_frequency(0, 12_345_678);
        for _ in 0..10_000 {
            hardware.count += u128::from(random.spread(hardware.half() / 1000));
            clock.update(hardware.read(0, &mut random));
        }
        // One conversion of the whole way, exact: two words by one.
        let way = hardware.count << (64 - bits);
        let (high, low) = (way >> 64, way & u128::from(u64::MAX));
        let rate = u128::from(clock.rate);
        let ns = high * rate + ((low * rate) >> 64);
        assert_eq!(u128::from(clock.time(hardware.count as u64)), ns);
    }
}

#[test]
fn one_value_and_its_neighbours_never_run_backwards() {
    let mut random = Random(3);
    for (counter, _, scale) in COUNTERS {
        let now = random.next();
        let mut clock = Clock::new(counter, now, 1 << 60);
        let step = 1u64 << scale.max(0);
        for adjustment in [-i64::from(MAX_ADJ), -1, 0, 1, i64::from(MAX_ADJ)] {
            clock.adjust_frequency(now, adjustment / 1000 * 65536);
            let mut last = clock.time(now.wrapping_sub(200 * step));
            for i in 0..400 {
                let time = clock.time(now.wrapping_sub(199 * step).wrapping_add(i * step));
                assert!(time >= last, "{counter:?} at {i}");
                last = time;
            }
        }
    }
}

#[test]
fn adjusting_the_frequency_moves_no_time() {
    let mut random = Random(4);
    let mut clock = Clock::new(COUNTERS[0].0, 0, 1 << 60);
    for _ in 0..1000 {
        let now = random.next() >> 1;
        let before = clock.time(now);
        let adjustment = random.spread(u64::MAX >> 1);
        clock.adjust_frequency(now, random.sign(adjustment));
        assert_eq!(clock.time(now), before);
    }
}

#[test]
fn every_step_of_adjfine_makes_a_difference() {
    for (counter, ..) in COUNTERS {
        let mut clock = Clock::new(counter, 0, 0);
        let mut last = 0;
        for scaled_ppm in -1000..1000 {
            clock.adjust_frequency(0, scaled_ppm);
            assert!(clock.rate > last, "{counter:?} at {scaled_ppm}");
            last = clock.rate;
        }
        // A thousand parts per million is a thousandth.
        clock.adjust_frequency(0, 1000 << 16);
        assert_eq!(clock.rate, counter.wrap_ns() + counter.wrap_ns() / 1000);
    }
}

#[test]
fn an_absurd_adjustment_does_not_stop_the_clock() {
    for (counter, ..) in COUNTERS {
        for scaled_ppm in [i64::MIN, i64::MAX] {
            let mut clock = Clock::new(counter, 0, 0);
            clock.adjust_frequency(0, scaled_ppm);
            assert!(clock.rate > 0 && clock.rate < 1 << 63);
        }
    }
}

#[test]
fn half_a_counter_is_extended_to_the_nearest_whole() {
    let mut random = Random(5);
    for (counter, bits, _) in COUNTERS {
        for _ in 0..10_000 {
            let hardware = Hardware {
                bits,
                count: 1 << 100 | u128::from(random.next()),
            };
            let clock = Clock::new(counter, hardware.read(0, &mut random), 0);
            let distance = random.spread(1 << 31);
            let stamp = hardware.read(random.sign(distance), &mut random);
            assert_eq!(
                clock.time(clock.extend(stamp as u32)),
                clock.time(stamp),
                "{counter:?}"
            );
        }
    }
}

#[test]
fn words_keep_the_clock() {
    let mut random = Random(6);
    for (counter, ..) in COUNTERS {
        let mut clock = Clock::new(counter, random.next(), random.next());
        clock.adjust_frequency(random.next(), -7_654_321);
        assert_eq!(Clock::from(Words::from(clock)), clock);
        // Words that no clock was made of do no harm.
        let words = [(); 5].map(|()| random.next() | 1 << 63);
        let mut clock = Clock::from(words);
        clock.adjust_frequency(random.next(), i64::MIN);
        let _ = (clock.time(random.next()), clock.extend(0));
    }
}
