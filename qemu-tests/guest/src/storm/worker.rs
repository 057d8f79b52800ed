// SPDX-License-Identifier: GPL-2.0

//! Makes changes of some kinds, one after the other: which, and to what, is pseudo-random and follows from a seed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::change::{least_mtu, Change, Made};
use super::counters::Counters;
use crate::boot::Options;
use crate::eth::NAME;
use crate::sys::hwtstamp::{self, filter};
use crate::sys::netdev::{Netdev, RXHASH, RXVLAN, TXVLAN};
use crate::tools;

/// Bits of the private flags.
const XDP_RECORDS: u32 = 1 << 0;
const XDP_PACKET_TYPE: u32 = 1 << 1;
/// That of the first receive queue; the others' follow.
const XDP_PACKET_TYPE_RX0: u32 = 1 << 2;

/// Makes changes of some kinds until it is told to stop.
pub(super) struct Worker {
    kinds: Vec<Change>,
    random: u64,
    netdev: Netdev,
    queues: u32,
    rx: u32,
    tx: u32,
    mtu: i32,
    stamps: bool,
    checksum: bool,
}

impl Worker {
    /// One that makes these changes, of which there is at least one, in an order that follows from the seed.
    ///
    /// # Errors
    ///
    /// When there is no interface.
    pub(super) fn new(kinds: Vec<Change>, jumbo: bool, seed: u64) -> Result<Self> {
        let is_igb = Options::read()?.nic == "igb";
        Ok(Self {
            kinds,
            random: seed,
            netdev: Netdev::new(NAME)?,
            queues: if is_igb { 4 } else { 2 },
            rx: 256,
            tx: 256,
            mtu: least_mtu(jumbo),
            stamps: false,
            checksum: true,
        })
    }

    /// A number below `n`.
    fn pick(&mut self, n: u32) -> u32 {
        // splitmix64.
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.random ^ self.random >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ z >> 31) >> 33) as u32 % n
    }

    /// Makes changes until it is told to stop, and tells of each.
    ///
    /// # Errors
    ///
    /// When the driver refuses one.
    pub(super) fn run(
        &mut self,
        stop: &AtomicBool,
        counters: &Counters,
        mut tell: impl FnMut(Made) -> Result<()>,
    ) -> Result<()> {
        while !stop.load(Ordering::Relaxed) {
            let which = self.pick(self.kinds.len() as u32) as usize;
            let kind = self.kinds[which];
            let before = counters.packets()?;
            let start = Instant::now();
            self.make(kind)
                .with_context(|| format!("the change {kind:?}"))?;
            tell(Made {
                kind: kind.name(),
                time: start.elapsed(),
                in_flight: counters.packets()?.saturating_sub(before),
            })?;
            // Frames are to come in between.
            std::thread::sleep(Duration::from_millis(self.pick(12).into()));
        }
        Ok(())
    }

    fn make(&mut self, kind: Change) -> Result<()> {
        match kind {
            // The 82574 takes tags out and puts them in together.
            Change::Hash => self
                .netdev
                .set_flags((self.netdev.flags()? ^ RXHASH) | TXVLAN)?,
            Change::Vlan => self
                .netdev
                .set_flags((self.netdev.flags()? ^ RXVLAN) | TXVLAN)?,
            Change::Checksum => {
                self.checksum = !self.checksum;
                self.netdev.set_rx_checksum(self.checksum)?;
            }
            Change::Stamps => {
                self.stamps = !self.stamps;
                let wanted = if self.stamps {
                    filter::ALL
                } else {
                    filter::NONE
                };
                hwtstamp::set(NAME, wanted)?;
            }
            Change::Tcpdump => {
                self.stamps = true;
                let mut tcpdump = Command::new("tcpdump")
                    .args(["-i", NAME, "-j", "adapter_unsynced", "-w", "/dev/null"])
                    .args(["ether", "proto", "0x9999"])
                    .stdout(Stdio::null())
                    .stderr(Stdio::piped())
                    .spawn()
                    .context("tcpdump")?;
                let said = BufReader::new(tcpdump.stderr.take().context("no output")?);
                // No such packets come, so it ends when it is told to, once it has done what it does to the NIC. While the
                // interface is down it ends by itself.
                said.lines()
                    .map_while(Result::ok)
                    .any(|line| line.contains("listening on"));
                tcpdump.kill()?;
                tcpdump.wait()?;
            }
            Change::PacketType => self.netdev.turn_private_flags(XDP_PACKET_TYPE)?,
            Change::QueuePacketType => {
                let queue = self.pick(self.queues);
                self.netdev
                    .turn_private_flags(XDP_PACKET_TYPE_RX0 << queue)?;
            }
            Change::Records => {
                self.netdev.turn_private_flags(XDP_RECORDS)?;
                std::thread::sleep(Duration::from_millis(5));
                self.netdev.turn_private_flags(XDP_RECORDS)?;
            }
            Change::Mtu => {
                let mtu = self.mtu + 20 * self.pick(6) as i32;
                self.netdev.set_mtu(mtu)?;
            }
            Change::Rings => {
                // Never so short that it has no room for two windows of frames: the sender begins another one when it has heard
                // nothing for a while, as the machine may have stood still.
                (self.rx, self.tx) = (256 << self.pick(2), 64 << self.pick(3));
                self.netdev.set_rings(self.rx, self.tx)?;
            }
            Change::Channels => {
                let count = 1 + self.pick(self.queues);
                self.netdev.set_channels(count)?;
            }
            Change::Table => {
                let table = ["equal 1", "default"][self.pick(2) as usize];
                tools::line(&format!("ethtool -X {NAME} {table}"))?;
            }
            Change::Key => {
                let key = turned(&tools::line(&format!("ethtool -x {NAME}"))?)?;
                tools::line(&format!("ethtool -X {NAME} hkey {key}"))?;
            }
            Change::Coalescing => {
                let interval = 10 + self.pick(60);
                tools::line(&format!("ethtool -C {NAME} rx-usecs {interval}"))?;
            }
            Change::Nothing => self.netdev.set_rings(self.rx, self.tx)?,
        }
        Ok(())
    }
}

/// The key in what `ethtool -x` prints, with the last of its 320 bits turned. The oracle's hashes stay true: the longest input
/// that a NIC hashes, 36 bytes, ends at the bit before.
fn turned(printed: &str) -> Result<String> {
    let mut lines = printed.lines().map(str::trim);
    lines.find(|line| *line == "RSS hash key:");
    let key = lines
        .next()
        .filter(|key| key.split(':').count() == 40)
        .with_context(|| format!("no key of 40 bytes in {printed:?}"))?;
    let (head, last) = key.split_at(key.len() - 2);
    let last = u8::from_str_radix(last, 16).with_context(|| key.to_owned())?;
    Ok(format!("{head}{:02x}", last ^ 1))
}

#[cfg(test)]
mod tests {
    use super::{turned, Change, Worker};

    #[test]
    fn one_bit_of_the_key_is_turned() {
        let printed = |last| {
            let key = ["6d"; 39].join(":");
            format!(
                "RX flow hash indirection table:\nRSS hash key:\n{key}:{last}\nRSS hash function:"
            )
        };
        assert!(turned(&printed("fa")).unwrap().ends_with(":6d:fb"));
        assert!(turned(&printed("fb")).unwrap().ends_with(":6d:fa"));
        assert!(turned("RSS hash key:\nOperation not supported").is_err());
    }

    #[test]
    fn the_order_follows_from_the_seed() {
        let order = |seed| {
            let mut worker = Worker {
                kinds: Change::SETTINGS.to_vec(),
                random: seed,
                netdev: super::Netdev::new("eth0").unwrap(),
                queues: 2,
                rx: 256,
                tx: 256,
                mtu: 1400,
                stamps: false,
                checksum: true,
            };
            (0..50).map(|_| worker.pick(12)).collect::<Vec<_>>()
        };
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
    }
}
