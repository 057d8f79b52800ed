// SPDX-License-Identifier: GPL-2.0

//! QEMU's command line. Pure: the same machine always gives the same words, as checkpoints need.

use std::path::Path;

use crate::lane::{Kind, Lane};
use crate::setup::Which;
use crate::trace;
use crate::vm::tsc;

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
    /// The same for hours: QEMU runs one processor at a time. When each has a thread, an instruction that the kernel patches may be
    /// translated between QEMU's forgetting of the old translation and its store, and is stale for ever: the kernel trips over its
    /// own breakpoint (`Oops: int3`) once in a thousand attached programs.
    Soak,
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
    /// Frequency of the host's time stamp counter in kHz, if guests can use it ([`tsc::khz`]).
    pub tsc: Option<u32>,
}

impl Machine {
    /// A machine on this host.
    pub fn new(lane: Lane, mode: Mode) -> Self {
        Self {
            lane,
            mode,
            tsc: tsc::khz(),
        }
    }

    /// All arguments but `-incoming`.
    pub fn argv(&self, kernel: &Path, initramfs: &Path) -> Vec<String> {
        let mut words = Vec::new();
        let mut add = |option: &str, value: String| words.extend([option.to_owned(), value]);
        if self.lane.is_virtio() {
            // Its device shares the memory.
            let size = self.megabytes();
            add(
                "-object",
                format!("memory-backend-memfd,id=memory,size={size}M,share=on"),
            );
            add("-machine", "q35,memory-backend=memory".into());
        } else {
            add("-machine", "q35".into());
        }
        let accelerator = match self.mode {
            Mode::Soak => "tcg,thread=single",
            Mode::Test | Mode::Shell | Mode::Bench => "tcg",
        };
        add("-accel", accelerator.into());
        add("-cpu", "Nehalem".into());
        add("-smp", self.lane.processors.to_string());
        add("-m", self.megabytes().to_string());
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
        if matches!(self.mode, Mode::Test | Mode::Soak) {
            for pattern in trace::PATTERNS {
                add("-trace", (*pattern).to_owned());
            }
        }
        if self.counts() {
            // One nanosecond of the guest's time for each instruction; idle time is skipped.
            add("-icount", "shift=0,sleep=off".into());
            add("-rtc", "base=2026-01-01,clock=vm".into());
        }
        if self.peer().is_some() {
            add("-netdev", "hubport,id=wire,hubid=0".into());
            add("-netdev", "hubport,id=peer,hubid=0".into());
        } else if !self.lane.is_virtio() {
            add(
                "-netdev",
                format!("dgram,id=wire,local.type=fd,local.str={WIRE_FD}"),
            );
        }
        let nic = if self.lane.is_virtio() {
            use super::vhost::{CONFIG_SIZE, QUEUES, QUEUE_SIZE};
            format!(
                "vhost-user-test-device-pci,chardev=vhost,virtio-id=1,num_vqs={QUEUES},vq_size={QUEUE_SIZE},config_size={CONFIG_SIZE}"
            )
        } else {
            format!(
                "{},netdev=wire,mac=52:54:00:12:34:56,romfile=",
                self.lane.nic
            )
        };
        if self.mode == Mode::Bench {
            add("-device", nic);
        } else {
            // Below a port, so that it can be pulled out and put back. A port has a property `port`, so that is no name for it.
            add(
                "-device",
                "pcie-root-port,id=nic_port,bus=pcie.0,chassis=1,slot=1".into(),
            );
            add("-device", format!("{nic},id=nic,bus=nic_port"));
        }
        if let Some(peer) = self.peer() {
            add(
                "-device",
                format!("{peer},netdev=peer,mac=52:54:00:12:34:57,romfile="),
            );
        }
        words.extend(["-nodefaults", "-no-user-config", "-no-reboot"].map(str::to_owned));
        words
    }

    /// The second NIC on the wire.
    fn peer(&self) -> Option<&'static str> {
        match self.mode {
            // The other model, so that each of them has its own C driver.
            Mode::Bench if self.lane.nic == "igb" => Some("e1000e"),
            Mode::Bench => Some("igb"),
            Mode::Test | Mode::Soak | Mode::Shell => self.lane.peer(),
        }
    }

    /// Whether the guest's time is the instructions that it has executed. Where all traffic stays inside the machine this
    /// makes it deaf to how busy the host is, and its sleeps free.
    fn counts(&self) -> bool {
        self.mode != Mode::Shell && self.peer().is_some()
    }

    /// The memory of the machine.
    pub fn megabytes(&self) -> u32 {
        // The kernel that watches keeps a shadow of all memory.
        if self.lane.peer().is_some() || self.lane.kernel == Which::Debug {
            1024
        } else {
            512
        }
    }

    fn kernel_arguments(&self) -> String {
        let mode = match self.mode {
            Mode::Test | Mode::Soak | Mode::Bench => "test",
            Mode::Shell => "shell",
        };
        let clock = match (self.mode, self.counts()) {
            (Mode::Bench, _) => {
                "tsc=reliable clocksource=tsc nokaslr kfence.sample_interval=0".to_owned()
            }
            (_, true) => "tsc=reliable clocksource=tsc".to_owned(),
            (_, false) => format!("{} trace_clock=global", tsc::kernel_arguments(self.tsc)),
        };
        let lane = &self.lane;
        let network = match lane.peer() {
            Some(peer) => format!("rnic.peer={peer}"),
            None => "ipv6.disable_ipv6=1".to_owned(),
        };
        // It costs every allocation something, which a clock that counts instructions does not mind.
        let leaks = match (self.mode, lane.kind, lane.kernel) {
            (Mode::Test, Kind::Pair, Which::Debug) => "kmemleak=on ",
            _ => "",
        };
        // What a processor's faults cost is for the bench, which counts it; elsewhere it is only slow.
        let mitigations = match self.mode {
            Mode::Bench => "",
            Mode::Test | Mode::Soak | Mode::Shell => "mitigations=off ",
        };
        let driver = match self.mode {
            // The measured drivers are loaded when it is their turn.
            Mode::Bench => "none",
            Mode::Test | Mode::Soak | Mode::Shell => lane.driver(),
        };
        // Each line of the log carries its level; a panic ends the machine at once. A case may look at the NIC's registers behind the
        // driver's back, which a stock kernel forbids (`iomem`).
        format!(
            "console=ttyS0 console_msg_format=syslog loglevel=7 printk.time=1 panic=-1 oops=panic \
             hung_task_panic=1 softlockup_panic=1 no_timer_check iomem=relaxed {mitigations}{leaks}{clock} net.ifnames=0 {network} \
             rnic.nic={} rnic.driver={} rnic.mode={mode}",
            lane.nic, driver,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Machine, Mode};
    use crate::lane::{Kind, Lane, LANES};
    use std::path::Path;

    fn line(lane: Lane, mode: Mode) -> String {
        let tsc = Some(2_596_000);
        let machine = Machine { lane, mode, tsc };
        let words = machine.argv(Path::new("/k"), Path::new("/i"));
        assert_eq!(words, machine.argv(Path::new("/k"), Path::new("/i")));
        words.join(" ")
    }

    #[test]
    fn a_machine_has_every_channel_and_is_always_the_same() {
        let lanes = LANES.iter().filter(|lane| lane.peer().is_none());
        for lane in lanes.filter(|lane| !lane.is_virtio()) {
            let line = line(*lane, Mode::Test);
            let nic = format!("-device {},", lane.nic);
            for part in [
                "local.str=10",
                "fd=11",
                "fd=12",
                "fd=13",
                "name=ctl",
                "panic=-1",
                "id=nic_port",
                "id=nic,bus=nic_port",
                "-trace",
                &nic,
            ] {
                assert!(line.contains(part), "{part} in {line}");
            }
        }
    }

    #[test]
    fn a_guest_is_told_how_fast_time_stamps_count_unless_they_count_instructions() {
        for lane in LANES {
            let told = line(*lane, Mode::Test).contains("tsc_early_khz=2596000");
            assert_eq!(told, lane.peer().is_none(), "{}", lane.name);
        }
        assert!(!line(Lane::first(), Mode::Bench).contains("tsc_early_khz"));
    }

    #[test]
    fn processors_take_turns_in_a_soak_only() {
        for mode in [Mode::Test, Mode::Soak, Mode::Shell, Mode::Bench] {
            let line = line(Lane::first(), mode);
            assert_eq!(line.contains("thread=single"), mode == Mode::Soak, "{line}");
        }
    }

    #[test]
    fn only_machines_that_have_their_wire_inside_count_instructions() {
        let counts = |lane, mode| line(lane, mode).contains("-icount");
        assert!(counts(Lane::first(), Mode::Bench));
        assert!(!counts(Lane::first(), Mode::Test));
        for lane in LANES {
            let pair = matches!(lane.kind, Kind::Pair | Kind::Control);
            assert_eq!(counts(*lane, Mode::Test), pair, "{}", lane.name);
            assert!(!counts(*lane, Mode::Shell), "{}", lane.name);
        }
    }

    #[test]
    fn a_pair_has_two_nics_on_one_wire_and_ipv6() {
        let lane = Lane::named("igb-pair").unwrap();
        let line = line(lane, Mode::Test);
        for part in [
            "hubport,id=wire,hubid=0",
            "hubport,id=peer,hubid=0",
            "-device igb,netdev=wire",
            "-device e1000e,netdev=peer",
            "rnic.peer=e1000e",
            "rnic.driver=rnic",
        ] {
            assert!(line.contains(part), "{part} in {line}");
        }
        assert!(!line.contains("disable_ipv6"));
        assert!(!line.contains("kmemleak"));
    }

    #[test]
    fn the_bench_has_a_peer_of_the_other_model_and_loads_drivers_itself() {
        for (nic, peer) in [("e1000e", "igb"), ("igb", "e1000e")] {
            let lane = Lane {
                nic,
                ..Lane::first()
            };
            let line = line(lane, Mode::Bench);
            assert!(line.contains(&format!("{nic},netdev=wire")), "{line}");
            assert!(line.contains(&format!("{peer},netdev=peer")), "{line}");
            assert!(line.contains("rnic.driver=none"), "{line}");
        }
    }
}
