// SPDX-License-Identifier: GPL-2.0

//! What this machine has room for, and whether a job fits beside those that run.

use super::load::{Load, WHOLE};
use super::Job;

/// Of what is free at the start, a part stays free: for the page cache, from which machines are restored.
const MEMORY_USED: (u64, u64) = (3, 4);

/// All there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Two for each processor.
    pub slots: u32,
    /// Memory.
    pub megabytes: u64,
}

impl Room {
    /// What this machine has.
    pub fn of_this_machine() -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        Self {
            slots: 2 * u32::try_from(processors).unwrap_or(2),
            megabytes: available(&text).unwrap_or(4096) * MEMORY_USED.0 / MEMORY_USED.1,
        }
    }

    /// For one job at a time.
    pub fn of_one() -> Self {
        Self {
            slots: 1,
            megabytes: u64::MAX,
        }
    }

    /// What is left beside jobs that run.
    pub(super) fn left<'b>(self, running: impl Iterator<Item = &'b Needs>) -> Left {
        let mut left = Left {
            room: self,
            slots: self.slots,
            megabytes: self.megabytes,
            compilers: (self.slots / 2).max(1),
            idle: true,
        };
        for needs in running {
            left.slots = left.slots.saturating_sub(needs.slots(self));
            if needs.load == Load::Background {
                left.compilers = left.compilers.saturating_sub(1);
            }
            left.megabytes = left.megabytes.saturating_sub(needs.megabytes);
            left.idle = false;
        }
        left
    }
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes / 1024)
}

/// What a job takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Needs {
    pub(super) load: Load,
    megabytes: u64,
}

impl Needs {
    pub(super) fn of(job: &Job<'_>) -> Self {
        Self {
            load: job.load,
            megabytes: job.megabytes,
        }
    }

    /// On a machine with one processor, all of it is all that can be had.
    fn slots(&self, room: Room) -> u32 {
        self.load.slots().min(room.slots)
    }
}

/// What is free.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    room: Room,
    slots: u32,
    megabytes: u64,
    compilers: u32,
    idle: bool,
}

impl Left {
    /// The first of a queue that can be begun. None overtakes one that waits for room, or that one would wait for ever; but for those
    /// that want the whole machine: they would leave it idle while it empties, so they come last, one behind the other. Compilers are
    /// overtaken while there are enough of them.
    pub(super) fn first_that_fits(&self, queue: impl Iterator<Item = Needs>) -> Option<usize> {
        let mut patient = None;
        for (at, needs) in queue.enumerate() {
            if needs.load == Load::Background && self.compilers == 0 {
                continue;
            }
            let slots = needs.slots(self.room);
            if slots <= self.slots && needs.megabytes <= self.megabytes {
                return Some(at);
            }
            patient = patient.or(Some(at));
            if slots < self.room.slots || needs.load.slots() < WHOLE {
                break;
            }
        }
        // Whatever needs more than there is, is tried alone.
        patient.filter(|_| self.idle)
    }
}

/// Makes the thread and all that it starts give way to what is not in the background.
pub(super) fn yield_to_others() {
    // On Linux this is the thread's alone. Who is not allowed to be nicer is as nice as before.
    let _ = rustix::process::nice(10);
}

#[cfg(test)]
mod tests {
    use super::{available, Load, Needs, Room};

    const ROOM: Room = Room {
        slots: 4,
        megabytes: 2000,
    };

    fn needs(load: Load, megabytes: u64) -> Needs {
        Needs { load, megabytes }
    }

    fn first(running: &[Needs], queue: &[Needs]) -> Option<usize> {
        ROOM.left(running.iter())
            .first_that_fits(queue.iter().copied())
    }

    #[test]
    fn the_first_that_fits_is_begun() {
        let (light, busy) = (needs(Load::Light, 0), needs(Load::Busy, 0));
        let whole = needs(Load::Machine, 0);
        assert_eq!(first(&[], &[whole, light]), Some(0));
        assert_eq!(first(&[light, light], &[busy]), Some(0));
        assert_eq!(first(&[busy, busy], &[light]), None);
        assert_eq!(first(&[whole], &[light]), None);
        assert_eq!(first(&[], &[]), None);
    }

    #[test]
    fn only_what_wants_the_whole_machine_is_overtaken() {
        let (light, busy) = (needs(Load::Light, 0), needs(Load::Busy, 0));
        let whole = needs(Load::Machine, 0);
        assert_eq!(first(&[light, light, light], &[busy, light]), None);
        assert_eq!(first(&[light, light, light], &[whole, light]), Some(1));
        assert_eq!(first(&[light], &[whole]), None);
    }

    #[test]
    fn a_compiler_for_each_processor_and_machines_beside_them() {
        let (light, compiler) = (needs(Load::Light, 0), needs(Load::Background, 0));
        assert_eq!(first(&[compiler], &[compiler, light]), Some(0));
        assert_eq!(first(&[compiler, compiler], &[compiler, light]), Some(1));
        assert_eq!(
            first(&[compiler, compiler, light], &[compiler, light]),
            Some(1)
        );
        assert_eq!(first(&[compiler, compiler], &[compiler]), None);
        let one = Room { slots: 1, ..ROOM }.left([].iter());
        assert_eq!(one.first_that_fits([compiler].into_iter()), Some(0));
    }

    #[test]
    fn memory_is_counted_and_too_much_is_tried_alone() {
        let (one, large) = (needs(Load::Light, 1000), needs(Load::Light, 5000));
        assert_eq!(first(&[one], &[one]), Some(0));
        assert_eq!(first(&[one, one], &[one]), None);
        assert_eq!(first(&[one], &[large]), None);
        assert_eq!(first(&[], &[large]), Some(0));
    }

    #[test]
    fn the_kernel_says_what_is_available() {
        let text = "MemTotal:       24000000 kB\nMemAvailable:   20480000 kB\n";
        assert_eq!(available(text), Some(20000));
        assert_eq!(available("MemTotal: 1 kB\n"), None);
        assert!(Room::of_this_machine().slots >= 2);
    }
}
