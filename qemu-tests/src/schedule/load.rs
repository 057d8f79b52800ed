// SPDX-License-Identifier: GPL-2.0

//! How much of the processors a job takes; which guest cases take more than a part, and why.
//!
//! A slot is half a processor, so two processors have four. A case that is not named here mostly sleeps: its machine waits for
//! frames, timeouts and the host. What is named gets the room that its checks of time take for granted: a check is never loosened
//! because other machines run beside it.

use std::time::Duration;

use crate::lane::{Kind, Lane};
use crate::setup::Which;

/// What wants the whole of a machine with two processors.
pub const WHOLE: u32 = 4;

/// What a job takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Load {
    /// A machine that mostly sleeps.
    Light,
    /// Compilers and the like, which give way to machines: they take what these leave. Not more of them than processors.
    Background,
    /// A processor: a machine that boots or counts instructions, a fuzzer.
    Busy,
    /// Two processors: a machine both of whose processors work, or whose checks of time bear nobody beside it.
    Machine,
}

impl Load {
    /// The slots that it takes.
    pub const fn slots(self) -> u32 {
        match self {
            Self::Light | Self::Background => 1,
            Self::Busy => 2,
            Self::Machine => WHOLE,
        }
    }

    /// How many times slower than alone it may be, if all that run beside it want everything at once. For how long silence is
    /// borne, not for what is checked.
    pub const fn crowd(self) -> u32 {
        WHOLE / self.slots()
    }

    /// How long it takes, if nobody knows.
    pub const fn usual(self) -> Duration {
        Duration::from_secs(match self {
            Self::Light => 3,
            Self::Busy => 20,
            Self::Background | Self::Machine => 60,
        })
    }

    /// Its name, for machines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Background => "background",
            Self::Busy => "busy",
            Self::Machine => "machine",
        }
    }

    /// What a guest case takes on a lane.
    pub fn of_case(lane: &Lane, case: &str) -> Self {
        // Their clock counts instructions: one thread, never idle, deaf to whatever runs beside it.
        if matches!(lane.kind, Kind::Pair | Kind::Control) {
            return Self::Busy;
        }
        // It checks every access and every lock.
        if lane.kernel == Which::Debug {
            return Self::Busy.max(Self::named(case));
        }
        match Self::named(case) {
            // Such a machine boots for each case.
            Self::Light if lane.is_virtio() => Self::Busy,
            load => load,
        }
    }

    fn named(case: &str) -> Self {
        let named = HEAVY.iter().find(|(start, _, _)| case.starts_with(start));
        named.map_or(Self::Light, |(_, load, _)| *load)
    }
}

/// Guest cases that are not light: the start of their names, what they take, why. The first that fits counts.
const HEAVY: &[(&str, Load, &str)] = &[
    (
        "storm::",
        Load::Busy,
        "the wire paces it: 0.7 to 0.85 of a processor; two at once on a host with other work failed none of six",
    ),
    (
        "teeth::storm_",
        Load::Machine,
        "storms; what they must find depends on how the workers meet",
    ),
    (
        "program_types::",
        Load::Machine,
        "the verifier works for many seconds on each program; QEMU's igb drops fragments when its machine stands still for some ms",
    ),
    (
        "clock::",
        Load::Machine,
        "the NIC's clock is compared with the guest's within 2 %",
    ),
];

#[cfg(test)]
mod tests {
    use super::{Load, HEAVY};
    use crate::lane::Lane;
    use crate::schedule::names;

    #[test]
    fn every_name_in_the_table_is_a_case() {
        let cases = names::of_guest_cases();
        for (start, load, why) in HEAVY {
            let mut of_it = cases.iter().filter(|case| case.starts_with(start));
            assert!(of_it.next().is_some(), "{start} is no case's");
            assert!(*load != Load::Light && why.len() > 8, "{start}");
        }
    }

    #[test]
    fn a_lane_counts_too() {
        let of = |lane, case| Load::of_case(&Lane::named(lane).unwrap(), case);
        assert_eq!(of("igb", "vlan::x"), Load::Light);
        assert_eq!(of("igb", "storm::every_reader"), Load::Busy);
        assert_eq!(of("no_fence", "teeth::storm_no_fence"), Load::Machine);
        assert_eq!(of("igb-pair", "storm::every_reader"), Load::Busy);
        assert_eq!(of("virtio-foreign", "foreign::x"), Load::Busy);
    }

    #[test]
    fn who_has_less_room_is_waited_for_longer() {
        assert_eq!(Load::Light.crowd(), 4);
        assert_eq!(Load::Busy.crowd(), 2);
        assert_eq!(Load::Machine.crowd(), 1);
    }
}
