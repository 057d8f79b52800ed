// SPDX-License-Identifier: GPL-2.0

//! How received frames are spread over the queues: what a program saw, and what it must have seen.
//!
//! The program (`bpf/spread.bpf.c`) keeps queue and hash of each frame; what they must be comes from the frame's own
//! addresses, the oracle's Toeplitz, and the key and table that ethtool says are in force.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::case::Sent;
use crate::eth::NAME;
use crate::programs::Programs;
use crate::sys::bpf::Map;
use crate::toeplitz;
use crate::tools;

/// Queues that the program counts.
const QUEUES: u32 = 16;
/// Numbers that the program tells apart.
const KEPT: u32 = 4096;
const PACKET_LEN: usize = 32;

/// `XDP_RSS_TYPE_L3_IPV4` of the kernel.
pub(crate) const L3_IPV4: u32 = 0x01;
/// `XDP_RSS_TYPE_L4_IPV4_TCP`.
pub(crate) const L4_IPV4_TCP: u32 = 0x19;
/// `XDP_RSS_TYPE_L4_IPV4_UDP`.
pub(crate) const L4_IPV4_UDP: u32 = 0x29;

/// The loaded program.
#[derive(Debug)]
pub(crate) struct Spread {
    /// To attach and detach.
    pub(crate) programs: Programs,
    queues: Map,
    packets: Map,
}

/// One frame, as the program saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Packet {
    seq: u32,
    /// What the kfunc said.
    pub(crate) hash: u32,
    /// See [`L3_IPV4`]; 0: there was none.
    pub(crate) hash_type: u32,
    /// Queue that it came by.
    pub(crate) queue: u32,
    addresses: [u8; 8],
    ports: [u8; 4],
    protocol: u32,
}

impl Packet {
    fn parse(bytes: &[u8]) -> Result<Self> {
        let word = |at: usize| bytes[at..at + 4].try_into().map(u32::from_ne_bytes);
        Ok(Self {
            seq: word(0)?,
            hash: word(4)?,
            hash_type: word(8)?,
            queue: word(12)?,
            addresses: bytes[16..24].try_into()?,
            ports: bytes[24..28].try_into()?,
            protocol: word(28)?,
        })
    }

    /// Whether it is a datagram.
    pub(crate) fn is_udp(&self) -> bool {
        self.protocol == 17
    }

    /// The hash that it must have: over addresses, and ports if `ports`.
    fn must_hash(&self, key: &[u8; 40], ports: bool) -> u32 {
        let mut input = self.addresses.to_vec();
        if ports {
            input.extend(self.ports);
        }
        toeplitz::hash(key, &input)
    }
}

/// What ethtool says of the spreading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rss {
    /// The hash key.
    pub(crate) key: [u8; 40],
    /// Queue of each entry.
    pub(crate) table: Vec<u32>,
}

impl Rss {
    /// What is in force.
    ///
    /// # Errors
    ///
    /// When ethtool says something that is not understood.
    pub(crate) fn read() -> Result<Self> {
        Self::parse(&tools::line(&format!("ethtool -x {NAME}"))?)
    }

    fn parse(text: &str) -> Result<Self> {
        let (mut table, mut key) = (Vec::new(), None);
        for line in text.lines() {
            let line = line.trim();
            if line.len() == 40 * 3 - 1 && line.split(':').count() == 40 {
                let bytes = line.split(':').map(|byte| u8::from_str_radix(byte, 16));
                let bytes = bytes.collect::<Result<Vec<u8>, _>>()?;
                key = bytes.try_into().ok();
            } else if let Some((at, entries)) = line.split_once(':') {
                if at.parse::<u32>().is_ok() {
                    for entry in entries.split_whitespace() {
                        table.push(entry.parse()?);
                    }
                }
            }
        }
        Ok(Self {
            key: key.with_context(|| format!("no key of 40 bytes in {text}"))?,
            table,
        })
    }

    /// The queue of a hash.
    pub(crate) fn queue(&self, hash: u32) -> Option<u32> {
        let at = hash as usize % self.table.len().max(1);
        self.table.get(at).copied()
    }
}

impl Spread {
    /// Loads the program.
    ///
    /// # Errors
    ///
    /// What the verifier says.
    pub(crate) fn load() -> Result<Self> {
        let programs = Programs::load("spread", true)?;
        Ok(Self {
            queues: programs.map("queues", 8)?,
            packets: programs.map("packets", PACKET_LEN)?,
            programs,
        })
    }

    /// Loads the program, and attaches the one that drops.
    ///
    /// # Errors
    ///
    /// What the verifier or the driver says.
    pub(crate) fn start() -> Result<Self> {
        let mut this = Self::load()?;
        this.programs.attach("spread_drop")?;
        Ok(this)
    }

    /// Forgets what was counted.
    ///
    /// # Errors
    ///
    /// When a map is gone.
    pub(crate) fn clear(&self) -> Result<()> {
        for queue in 0..QUEUES {
            self.queues.set(queue, &[0; 8])?;
        }
        for slot in 0..KEPT {
            self.packets.set(slot, &[0; PACKET_LEN])?;
        }
        Ok(())
    }

    /// Frames that came by each queue.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn counts(&self) -> Result<Vec<u64>> {
        (0..QUEUES)
            .map(|queue| {
                let bytes: [u8; 8] = self.queues.get(queue)?.as_slice().try_into()?;
                Ok(u64::from_ne_bytes(bytes))
            })
            .collect()
    }

    /// Frames that came, once they are `count` or nothing more comes.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn settle(&self, count: u64) -> Result<u64> {
        let (mut seen, mut since) = (self.total()?, Instant::now());
        while seen < count && since.elapsed() < Duration::from_millis(500) {
            std::thread::sleep(Duration::from_millis(5));
            let now = self.total()?;
            if now != seen {
                (seen, since) = (now, Instant::now());
            }
        }
        Ok(seen)
    }

    fn total(&self) -> Result<u64> {
        Ok(self.counts()?.iter().sum())
    }

    /// The frames of a burst that were seen, of those with an IP header.
    ///
    /// # Errors
    ///
    /// When the map is gone.
    pub(crate) fn packets(&self, sent: Sent) -> Result<Vec<Packet>> {
        self.settle(sent.count.into())?;
        let mut all = Vec::new();
        for seq in sent.first..sent.first + sent.count {
            let packet = Packet::parse(&self.packets.get(seq % KEPT)?)?;
            if packet.protocol != 0 && packet.seq == seq {
                all.push(packet);
            }
        }
        Ok(all)
    }
}

/// The first of `packets` whose hash, its type or its queue is not what it must be; `udp_ports` as the user set it.
pub(crate) fn stray(packets: &[Packet], rss: &Rss, udp_ports: bool) -> Option<String> {
    packets.iter().find_map(|packet| {
        let (ports, kind) = match (packet.is_udp(), udp_ports) {
            (true, false) => (false, L3_IPV4),
            (true, true) => (true, L4_IPV4_UDP),
            (false, _) => (true, L4_IPV4_TCP),
        };
        let hash = packet.must_hash(&rss.key, ports);
        let right = packet.hash == hash
            && packet.hash_type == kind
            && Some(packet.queue) == rss.queue(hash);
        (!right).then(|| {
            format!(
                "{packet:x?}: hash {hash:x}, type {kind:x}, queue {:?}",
                rss.queue(hash)
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use super::Rss;

    #[test]
    fn the_table_and_the_key_are_found() {
        let key = ["10"; 40].join(":");
        let text = format!(
            "RX flow hash indirection table for eth0 with 2 RX ring(s):\n    0:      0     1\n    8:      1     0\n\
             RSS hash key:\n{key}\nRSS hash function:\n    toeplitz: on\n    xor: off\n"
        );
        let rss = Rss::parse(&text).unwrap();
        assert_eq!(rss.table, [0, 1, 1, 0]);
        assert_eq!(rss.key, [0x10; 40]);
        assert_eq!(rss.queue(6), Some(1));
        assert!(Rss::parse("nonsense").is_err());
    }
}
