// SPDX-License-Identifier: GPL-2.0

//! Median and mode of counted values. Pure.
//!
//! Nothing is left out and nothing is averaged: both figures are values that were really measured.

use std::collections::BTreeMap;

use serde_json::{json, Value};

/// How often each value was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram(BTreeMap<u64, u64>);

/// What is said about a histogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// How many values there are.
    pub samples: u64,
    /// The middle one; of an even number the smaller of the two.
    pub median: u64,
    /// The most frequent one; among equals the smallest.
    pub mode: u64,
    /// The mode's part of all values, from 0 to 1.
    pub mode_share: f64,
}

impl Histogram {
    /// Counts a value.
    pub fn add(&mut self, value: u64, times: u64) {
        if times > 0 {
            *self.0.entry(value).or_default() += times;
        }
    }

    /// Reads the guest's form, a list of `[value, times]`.
    pub fn from_json(pairs: &Value) -> Option<Self> {
        let mut histogram = Self::default();
        for pair in pairs.as_array()? {
            histogram.add(pair.get(0)?.as_u64()?, pair.get(1)?.as_u64()?);
        }
        Some(histogram)
    }

    /// The largest value.
    pub fn largest(&self) -> Option<u64> {
        self.0.keys().next_back().copied()
    }

    /// Median and mode, if there are values.
    pub fn summary(&self) -> Option<Summary> {
        let samples: u64 = self.0.values().sum();
        let middle = samples.checked_sub(1)? / 2;
        let mut below = 0;
        let (&median, _) = self.0.iter().find(|(_, &times)| {
            below += times;
            below > middle
        })?;
        let (&mode, &times) = self.0.iter().rev().max_by_key(|(_, &times)| times)?;
        Some(Summary {
            samples,
            median,
            mode,
            mode_share: times as f64 / samples as f64,
        })
    }
}

impl Summary {
    /// The form of the file for machines.
    pub fn json(&self) -> Value {
        json!({
            "samples": self.samples,
            "median": self.median,
            "mode": self.mode,
            "mode_share": self.share(),
        })
    }

    /// The mode's part with as many digits as mean something.
    pub fn share(&self) -> f64 {
        (self.mode_share * 10_000.0).round() / 10_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Histogram, Summary};
    use serde_json::json;

    fn of(values: &[u64]) -> Option<Summary> {
        let mut histogram = Histogram::default();
        values.iter().for_each(|value| histogram.add(*value, 1));
        histogram.summary()
    }

    #[test]
    fn nothing_has_no_summary() {
        assert_eq!(of(&[]), None);
        assert_eq!(
            Histogram::from_json(&json!([[7, 0]])).and_then(|h| h.summary()),
            None
        );
    }

    #[test]
    fn the_median_is_a_measured_value() {
        assert_eq!(of(&[5]).map(|s| s.median), Some(5));
        assert_eq!(of(&[9, 1, 5]).map(|s| s.median), Some(5));
        assert_eq!(of(&[1, 2, 3, 100]).map(|s| s.median), Some(2));
        assert_eq!(of(&[1, 1, 1, 1, 9, 9, 9]).map(|s| s.median), Some(1));
        assert_eq!(of(&[1, 1, 1, 9, 9, 9, 9]).map(|s| s.median), Some(9));
    }

    #[test]
    fn the_mode_is_the_most_frequent_value_and_the_smallest_of_equals() {
        assert_eq!(
            of(&[1, 7, 7, 9]).map(|s| (s.mode, s.mode_share)),
            Some((7, 0.5))
        );
        assert_eq!(of(&[9, 9, 3, 3, 5]).map(|s| s.mode), Some(3));
    }

    #[test]
    fn the_guests_form_is_read_whole_or_not_at_all() {
        let histogram = Histogram::from_json(&json!([[380, 3], [900, 1]]));
        let summary = histogram.and_then(|h| h.summary()).unwrap();
        assert_eq!(
            summary.json(),
            json!({ "samples": 4, "median": 380, "mode": 380, "mode_share": 0.75 })
        );
        assert_eq!(Histogram::from_json(&json!([[380, 3], [900]])), None);
        assert_eq!(Histogram::from_json(&json!({})), None);
    }
}
