// SPDX-License-Identifier: GPL-2.0

//! The time stamp counter of this host, which is what `rdtsc` of an emulated processor reads.
//!
//! A guest that measures the counter's frequency on a busy host measures it wrong, and keeps a clock that is. One that is told does not
//! read the HPET, a device that QEMU emulates under its big lock, each time it wants to know the time. It checks once, over a second,
//! whether it was told the truth within 1 %, and corrects what rounding took. What must never happen: a counter is told of that the
//! host's own kernel does not trust.

use std::sync::OnceLock;
use std::time::Duration;

/// What a kernel is told about its clocks: the frequency of its counter, or to leave that alone and use the HPET.
pub fn kernel_arguments(khz: Option<u32>) -> String {
    match khz {
        Some(khz) => format!("tsc=reliable tsc_early_khz={khz}"),
        None => "tsc=unstable".to_owned(),
    }
}

/// Frequency of the host's counter in kHz, rounded to 1 MHz, so that it is nearly always the same: it is part of what a saved machine is
/// found by. `None`: the host has none, or one that does not always run, or not always equally fast, or not alike on all processors.
pub fn khz() -> Option<u32> {
    static KHZ: OnceLock<Option<u32>> = OnceLock::new();
    *KHZ.get_or_init(|| {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let sources = "/sys/devices/system/clocksource/clocksource0/available_clocksource";
        let (cpuinfo, sources) = (read("/proc/cpuinfo"), read(sources));
        (is_steady(&cpuinfo) && is_trusted(&sources))
            .then(measure)
            .flatten()
    })
}

/// `/proc/cpuinfo` of x86 says whether the counter's frequency depends on the processor's, and whether it stops when that sleeps. Without
/// `rdtscp` the library that measures would measure another clock.
fn is_steady(cpuinfo: &str) -> bool {
    let flags = cpuinfo.lines().find(|line| line.starts_with("flags"));
    let flags: Vec<&str> = flags.unwrap_or_default().split_whitespace().collect();
    ["constant_tsc", "nonstop_tsc", "rdtscp"]
        .iter()
        .all(|flag| flags.contains(flag))
}

/// The kernel takes a counter that it found wrong off its list of clocks.
fn is_trusted(sources: &str) -> bool {
    sources.split_whitespace().any(|source| source == "tsc")
}

fn measure() -> Option<u32> {
    const TICKS: u64 = 1 << 40;
    let time = Duration::from_nanos(quanta::Clock::new().delta_as_nanos(0, TICKS));
    let mhz = (TICKS as f64 / time.as_secs_f64() / 1e6).round();
    // What no processor has was not measured.
    (100.0..20_000.0)
        .contains(&mhz)
        .then_some(mhz as u32 * 1000)
}

#[cfg(test)]
mod tests {
    use super::{is_steady, is_trusted, kernel_arguments, khz, measure};

    #[test]
    fn only_a_counter_that_always_runs_alike_is_told() {
        let steady = |flags: &str| is_steady(&format!("processor\t: 0\nflags\t\t: fpu {flags}\n"));
        assert!(steady("tsc rdtscp constant_tsc rep_good nonstop_tsc"));
        for flags in [
            "tsc constant_tsc nonstop_tsc",
            "tsc rdtscp constant_tsc",
            "tsc rdtscp nonstop_tsc",
        ] {
            assert!(!steady(flags), "{flags}");
        }
        assert!(!is_steady("Features\t: fp asimd evtstrm\n"));
        assert!(!is_steady(""));
        assert!(is_trusted("tsc hpet acpi_pm\n") && is_trusted("kvm-clock tsc"));
        assert!(!is_trusted("tsc-early hpet") && !is_trusted(""));
    }

    #[test]
    fn a_kernel_that_is_told_nothing_does_not_measure_either() {
        assert_eq!(kernel_arguments(None), "tsc=unstable");
        assert!(kernel_arguments(Some(2_596_000)).contains("tsc_early_khz=2596000"));
    }

    #[test]
    fn two_measurements_agree() {
        let Some(told) = khz() else {
            return;
        };
        let again = measure().unwrap();
        assert!(told.abs_diff(again) <= 1000, "{told} and {again} kHz");
    }
}
