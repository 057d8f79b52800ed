// SPDX-License-Identifier: GPL-2.0

//! The time stamp counter of this host, which is what `rdtsc` of an emulated processor reads.
//!
//! A guest that measures the counter's frequency on a busy host measures it wrong, and keeps a clock that is. A guest that is told
//! needs no other clock: reading the HPET, a device that QEMU emulates under its big lock, took a sixth of a storm's instructions.

use std::sync::OnceLock;
use std::time::Duration;

/// What a kernel is told about its clocks: the frequency of its counter, or to leave that alone and use the HPET.
pub fn kernel_arguments(khz: Option<u32>) -> String {
    match khz {
        Some(khz) => format!("tsc=reliable tsc_early_khz={khz}"),
        None => "tsc=unstable".to_owned(),
    }
}

/// Frequency of the host's counter in kHz, rounded to 1 MHz, so that it is the same each time. `None`: the host has none, or one that
/// does not always run, or not always equally fast.
pub fn khz() -> Option<u32> {
    static KHZ: OnceLock<Option<u32>> = OnceLock::new();
    *KHZ.get_or_init(|| {
        let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        is_steady(&cpuinfo).then(measure).flatten()
    })
}

/// `/proc/cpuinfo` of x86 says whether the counter's frequency depends on the processor's, and whether it stops when that sleeps.
fn is_steady(cpuinfo: &str) -> bool {
    let flags = cpuinfo.lines().find(|line| line.starts_with("flags"));
    let flags: Vec<&str> = flags.unwrap_or_default().split_whitespace().collect();
    ["constant_tsc", "nonstop_tsc"]
        .iter()
        .all(|flag| flags.contains(flag))
}

fn measure() -> Option<u32> {
    const TICKS: u64 = 1 << 40;
    let time = Duration::from_nanos(quanta::Clock::new().delta_as_nanos(0, TICKS));
    let mhz = (TICKS as f64 / time.as_secs_f64() / 1e6).round();
    // Slower or faster than any processor: not measured.
    (100.0..20_000.0)
        .contains(&mhz)
        .then_some(mhz as u32 * 1000)
}

#[cfg(test)]
mod tests {
    use super::{is_steady, kernel_arguments, khz};

    #[test]
    fn only_a_counter_that_always_runs_alike_is_told() {
        assert!(is_steady(
            "processor\t: 0\nflags\t\t: fpu tsc constant_tsc rep_good nonstop_tsc\n"
        ));
        assert!(!is_steady(
            "processor\t: 0\nflags\t\t: fpu tsc constant_tsc\n"
        ));
        assert!(!is_steady("Features\t: fp asimd evtstrm\n"));
        assert!(!is_steady(""));
    }

    #[test]
    fn a_kernel_that_is_told_nothing_does_not_measure_either() {
        assert_eq!(kernel_arguments(None), "tsc=unstable");
        assert!(kernel_arguments(Some(2_596_000)).contains("tsc_early_khz=2596000"));
    }

    #[test]
    fn the_frequency_is_the_same_each_time() {
        let first = super::measure();
        assert!(first.is_none_or(|khz| khz % 1000 == 0));
        assert_eq!(khz(), khz());
    }
}
