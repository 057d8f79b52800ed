// SPDX-License-Identifier: GPL-2.0

//! The kernel's packet generator: the same frames, in bursts with pauses in which the other side can catch up.

use std::thread::{self, sleep};
use std::time::Duration;

use anyhow::{anyhow, ensure, Result};

use super::nic::PEER_ADDRESS;
use crate::boot;
use crate::tools;

/// Packets in one go, fewer than a ring has slots: QEMU's igb raises no interrupt any more once its ring was full,
/// and it is throttled for longer than a ring takes to fill.
pub(super) const BURST: u32 = 192;
/// How often that many are sent.
pub(super) const BURSTS: u32 = 64;
/// The port that frames are sent to.
pub(super) const PORT: u16 = 9;

const CONTROL: &str = "/proc/net/pktgen/pgctrl";
const THREAD: &str = "/proc/net/pktgen/kpktgend_0";
/// What a frame's length includes and its sender does not write.
const CHECK_SEQUENCE: u32 = 4;

/// How packets reach the driver that sends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Path {
    /// Straight, as fast as can be: the sender is only the source.
    Straight,
    /// Through the queueing layer, as a socket's would: the sender is what is measured.
    Queue,
}

/// Where packets are addressed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// To [`PORT`] of the subject.
    Socket,
    /// To nobody: a stack that gets them throws them away.
    Nobody,
}

/// Between packets that come one at a time. For less than 100 µs the generator would not sleep.
pub(super) const GAP_NS: u32 = 200_000;
/// The tag of frames that have everything which a reader may ask for.
pub(super) const TCI: u16 = 5;

/// A flow that is set up.
#[derive(Debug)]
pub(super) struct Generator {
    device: String,
}

impl Generator {
    /// From the interface `from` to the address `mac`, in frames of `size` bytes.
    pub(super) fn new(from: &str, mac: &str, size: u32, path: Path, to: To) -> Result<Self> {
        let this = Self {
            device: format!("/proc/net/pktgen/{from}"),
        };
        if !std::path::Path::new(THREAD).exists() {
            boot::insmod("pktgen")?;
        }
        tools::write(THREAD, "rem_device_all\n")?;
        tools::write(THREAD, &format!("add_device {from}\n"))?;
        let length = size - CHECK_SEQUENCE;
        let mut settings = vec![
            format!("pkt_size {length}"),
            "clone_skb 0".to_owned(),
            "delay 0".to_owned(),
            format!("count {BURST}"),
            format!("dst_mac {mac}"),
            match to {
                To::Socket => "dst 192.0.2.2".to_owned(),
                To::Nobody => "dst 198.51.100.9".to_owned(),
            },
            format!("src_min {PEER_ADDRESS}"),
            format!("src_max {PEER_ADDRESS}"),
            format!("udp_dst_min {PORT}"),
            format!("udp_dst_max {PORT}"),
        ];
        settings.push(match path {
            Path::Straight => "burst 16".to_owned(),
            Path::Queue => "xmit_mode queue_xmit".to_owned(),
        });
        for setting in settings {
            tools::write(&this.device, &format!("{setting}\n"))?;
        }
        Ok(this)
    }

    /// With a tag, and a checksum that can be judged. Its sender has the peer compute it, whose ring does not take all the more
    /// descriptors at once.
    pub(super) fn tagged(self) -> Result<Self> {
        let tag = format!("vlan_id {TCI}");
        for setting in [&tag, "flag UDPCSUM", "burst 1"] {
            tools::write(&self.device, &format!("{setting}\n"))?;
        }
        Ok(self)
    }

    /// Sends one at a time for as long as `body` runs, and does not keep the processor in between.
    pub(super) fn meanwhile<T>(&self, body: impl FnOnce() -> Result<T>) -> Result<T> {
        for setting in ["burst 1", "count 0", &format!("delay {GAP_NS}")] {
            tools::write(&self.device, &format!("{setting}\n"))?;
        }
        let sender = thread::spawn(|| tools::write(CONTROL, "start\n"));
        let outcome = body();
        tools::write(CONTROL, "stop\n")?;
        sender
            .join()
            .map_err(|_| anyhow!("the sender panicked"))??;
        outcome
    }

    /// Sends one burst and waits until it must have been handled.
    pub(super) fn burst(&self) -> Result<()> {
        tools::write(CONTROL, "start\n")?;
        sleep(Duration::from_millis(20));
        Ok(())
    }

    /// Makes sure that the last burst was sent whole.
    pub(super) fn check(&self) -> Result<()> {
        let said = tools::read(&self.device)?;
        let sent = said
            .lines()
            .find_map(|line| line.trim().strip_prefix("pkts-sofar:"))
            .and_then(|rest| rest.split_whitespace().next()?.parse::<u32>().ok());
        ensure!(
            sent == Some(BURST),
            "the generator sent {sent:?} of {BURST} packets"
        );
        Ok(())
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        let _ = tools::write(THREAD, "rem_device_all\n");
    }
}
