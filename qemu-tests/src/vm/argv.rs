// SPDX-License-Identifier: GPL-2.0

//! QEMU's command line. Pure: the same machine always gives the same words, as checkpoints need.

use std::path::Path;

use crate::lane::Lane;

/// Descriptor numbers in QEMU.
pub const WIRE_FD: i32 = 10;
/// The kernel's log.
pub const CONSOLE_FD: i32 = 11;
/// The control port.
pub const CTL_FD: i32 = 12;
/// Machine control.
pub const QMP_FD: i32 = 13;

/// What the guest does once it is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Waits for cases.
    Test,
    /// Runs a shell on the user's terminal.
    Shell,
    /// Measures, by a clock that counts instructions, with a second NIC on the same wire inside QEMU.
    Bench,
}

/// A machine to start.
#[derive(Clone, Debug)]
pub struct Machine {
    /// NIC, processors and module.
    pub lane: Lane,
    /// What the guest does.
    pub mode: Mode,
}

impl Machine {
    /// The machine of a lane, for tests.
    pub fn test(lane: Lane) -> Self {
        Self {
            lane,
            mode: Mode::Test,
        }
    }

    /// All arguments but `-incoming`.
    pub fn argv(&self, kernel: &Path, initramfs: &Path) -> Vec<String> {
        let mut words = Vec::new();
        let mut add = |option: &str, value: String| words.extend([option.to_owned(), value]);
        add("-machine", "q35".into());
        add("-accel", "tcg".into());
        add("-cpu", "Nehalem".into());
        add("-smp", self.lane.processors.to_string());
        add("-m", "512".into());
        add("-kernel", kernel.display().to_string());
        add("-initrd", initramfs.display().to_string());
        add("-append", self.kernel_arguments());
        add("-display", "none".into());
        for (id, fd) in [("console", CONSOLE_FD), ("ctl", CTL_FD), ("qmp", QMP_FD)] {
            add("-chardev", format!("socket,id={id},fd={fd}"));
        }
        add("-serial", "chardev:console".into());
        add("-mon", "chardev=qmp,mode=control".into());
        if self.mode != Mode::Bench {
            add("-device", "virtio-rng-pci".into());
        }
        add("-device", "virtio-serial-pci".into());
        add("-device", "virtserialport,chardev=ctl,name=ctl".into());
        if self.mode == Mode::Shell {
            add("-chardev", "stdio,id=terminal,signal=off".into());
            add("-device", "virtconsole,chardev=terminal".into());
        }
        if self.mode == Mode::Bench {
            // One nanosecond of the guest's time for each instruction; idle time is skipped.
            add("-icount", "shift=0,sleep=off".into());
            add("-rtc", "base=2026-01-01,clock=vm".into());
            add("-netdev", "hubport,id=wire,hubid=0".into());
            add("-netdev", "hubport,id=peer,hubid=0".into());
        } else {
            add(
                "-netdev",
                format!("dgram,id=wire,local.type=fd,local.str={WIRE_FD}"),
            );
        }
        add(
            "-device",
            format!(
                "{},netdev=wire,mac=52:54:00:12:34:56,romfile=",
                self.lane.nic
            ),
        );
        if self.mode == Mode::Bench {
            add(
                "-device",
                "igb,netdev=peer,mac=52:54:00:12:34:57,romfile=".into(),
            );
        }
        words.extend(["-nodefaults", "-no-user-config", "-no-reboot"].map(str::to_owned));
        words
    }

    fn kernel_arguments(&self) -> String {
        let mode = match self.mode {
            Mode::Test | Mode::Bench => "test",
            Mode::Shell => "shell",
        };
        let clock = match self.mode {
            Mode::Bench => "tsc=reliable clocksource=tsc nokaslr kfence.sample_interval=0",
            Mode::Test | Mode::Shell => "tsc=unstable trace_clock=global",
        };
        // Each line of the log carries its level; a panic ends the machine at once. A busy host makes the guest
        // measure a wrong TSC frequency, so time comes from the HPET.
        format!(
            "console=ttyS0 console_msg_format=syslog loglevel=7 printk.time=1 panic=-1 oops=panic \
             hung_task_panic=1 softlockup_panic=1 no_timer_check {clock} ipv6.disable_ipv6=1 net.ifnames=0 rnic.mode={mode}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Machine, Mode};
    use crate::lane::Lane;
    use std::path::Path;

    #[test]
    fn a_machine_has_every_channel_and_is_always_the_same() {
        let machine = Machine::test(Lane::first());
        let words = machine.argv(Path::new("/k"), Path::new("/i"));
        assert_eq!(words, machine.argv(Path::new("/k"), Path::new("/i")));
        let line = words.join(" ");
        for part in [
            "local.str=10",
            "fd=11",
            "fd=12",
            "fd=13",
            "name=ctl",
            "-device e1000e,",
            "panic=-1",
        ] {
            assert!(line.contains(part), "{part} in {line}");
        }
    }

    #[test]
    fn only_the_bench_counts_instructions() {
        for (mode, counts) in [
            (Mode::Test, false),
            (Mode::Shell, false),
            (Mode::Bench, true),
        ] {
            let line = Machine {
                lane: Lane::first(),
                mode,
            }
            .argv(Path::new("/k"), Path::new("/i"))
            .join(" ");
            for part in ["-icount", "clocksource=tsc", "igb"] {
                assert_eq!(line.contains(part), counts, "{part} in {line}");
            }
        }
    }
}
