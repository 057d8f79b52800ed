// SPDX-License-Identifier: GPL-2.0

//! What every piece of metadata must be, carried inside the frame itself.
//!
//! A frame of the oracle says in its payload what the device has to report for it, so that a reader in the
//! guest checks each packet on its own, whatever was reconfigured meanwhile. The values come from the frame's
//! own headers, what is known of the NIC, and an independent Toeplitz, never from the driver. A frame is a
//! function of its [`Traffic`] and its sequence number, nothing else.

mod expect;
mod kind;
mod nic;
mod request;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use self::expect::{flag, Expect};
use self::kind::Kind;
use self::nic::Nic;
use crate::frames::{self, malformed, Endpoints, Tag};

/// EtherType of an 802.1Q tag.
pub(crate) const ETH_P_8021Q: u16 = 0x8100;

/// The host's address on the wire.
pub(crate) const HOST_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x01];
/// QEMU's first default address, which the guest's NIC has.
pub(crate) const GUEST_MAC: [u8; 6] = [0x52, 0x54, 0, 0x12, 0x34, 0x56];

/// Which kinds of frames a stream is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kinds {
    /// One.
    One(Kind),
    /// UDP and TCP over IPv4, all of them right.
    Mix,
    /// All of them.
    All,
}

impl Kinds {
    fn pick(self, random: u64) -> Kind {
        match self {
            Self::One(kind) => kind,
            Self::Mix => [Kind::Udp, Kind::Tcp][pick(random, 2)],
            Self::All => Kind::ALL[pick(random, Kind::ALL.len() as u64)].0,
        }
    }
}

/// Which frames are tagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vlan {
    /// None of them.
    None,
    /// Every one, with different tags.
    All,
    /// About half.
    Mix,
    /// Every one, with this tag control information.
    Tci(u16),
}

/// A reproducible stream of frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Traffic {
    /// The NIC that receives it.
    pub(crate) nic: Nic,
    /// Kinds of frames.
    pub(crate) kinds: Kinds,
    /// Tags.
    pub(crate) vlan: Vlan,
    /// Number of different flows (source address and port).
    pub(crate) flows: u32,
    /// Where the pseudo-random choices start.
    pub(crate) seed: u64,
    /// Destination address and port.
    pub(crate) to: (Ipv4Addr, u16),
    /// Ethernet destination.
    pub(crate) mac: [u8; 6],
    /// Bytes of payload, at least [`Expect::LEN`].
    pub(crate) payload: usize,
    /// Bytes of payload, at most; frames have any length between.
    pub(crate) longest: usize,
}

impl Default for Traffic {
    fn default() -> Self {
        // An address that the guest does not have: its stack drops the packets without answering.
        let to = (Ipv4Addr::new(192, 0, 2, 77), 9999);
        Self {
            nic: Nic::E1000e,
            kinds: Kinds::One(Kind::Udp),
            vlan: Vlan::None,
            flows: 8,
            seed: 1,
            to,
            mac: GUEST_MAC,
            payload: 32,
            longest: 32,
        }
    }
}

impl Traffic {
    /// Frame number `seq`, with its expectation in it.
    pub(crate) fn frame(&self, seq: u32) -> Vec<u8> {
        let random = mix(self.seed ^ u64::from(seq) << 20);
        let kind = self.kinds.pick(random);
        let tag = self.tag(mix(random));
        let ends = self.ends(seq % self.flows, kind);
        let expect = self.expect(seq, kind, tag, &ends);
        let mut payload = expect.to_bytes();
        let more = self.longest.saturating_sub(self.payload) as u64;
        let len = self.payload + pick(mix(!random), more + 1);
        payload.resize(len.max(Expect::LEN), 0x5a);
        let frame = kind.frame(&ends, seq, expect.ip_id, &payload);
        match tag {
            Some(tag) => frames::tagged(frame, tag),
            None => frame,
        }
    }

    fn ends(&self, flow: u32, kind: Kind) -> Endpoints {
        // 198.18.0.0/15 and 2001:2::/48 are set aside for measurements; the port changes with the address.
        let flow = flow % 0xff00;
        let ip: (IpAddr, IpAddr) = if kind.is_ipv6() {
            let base = u128::from(Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 1));
            let src = Ipv6Addr::from(base + u128::from(flow));
            (
                src.into(),
                Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x77).into(),
            )
        } else {
            let base = u32::from(Ipv4Addr::new(198, 18, 0, 1));
            (Ipv4Addr::from(base + flow).into(), self.to.0.into())
        };
        let sport = 10_000 + u16::try_from(flow % 50_000).expect("below 50000");
        Endpoints {
            mac: (HOST_MAC, self.mac),
            ip,
            port: (sport, self.to.1),
        }
    }

    /// A malformed frame without a number, to the same NIC.
    pub(crate) fn malformed(&self, which: u32) -> Vec<u8> {
        malformed::frame((HOST_MAC, self.mac), which)
    }

    fn tag(&self, random: u64) -> Option<Tag> {
        let tci = match self.vlan {
            Vlan::None => return None,
            Vlan::Mix if random & 1 == 0 => return None,
            Vlan::Tci(tci) => tci,
            // Any priority and drop bit; the id neither 0 (a priority tag) nor 4095 (reserved).
            Vlan::All | Vlan::Mix => {
                let id = 1 + pick(random >> 8, 4094);
                let priority = pick(random >> 32, 16) << 12;
                u16::try_from(priority | id).expect("16 bits")
            }
        };
        Some(Tag {
            proto: ETH_P_8021Q,
            tci,
        })
    }

    /// What the NIC reports.
    fn expect(&self, seq: u32, kind: Kind, tag: Option<Tag>, ends: &Endpoints) -> Expect {
        let nic = self.nic;
        let (rss_hash, hash_type) = nic.hash(kind, ends);
        let Tag { proto, tci } = tag.unwrap_or(Tag { proto: 0, tci: 0 });
        let mut flags = 0;
        if kind.is_ipv4() {
            flags |= flag::IPV4;
        }
        if nic.can_latch(kind, tag.is_some()) {
            flags |= flag::LATCH;
        }
        // Any, and not in order.
        let ip_id = mix(self.seed ^ !u64::from(seq)).to_le_bytes();
        Expect {
            seq,
            rss_hash,
            hash_type,
            vlan_tci: tci,
            vlan_proto: proto,
            flags,
            csum: nic.csum(kind),
            packet_type: nic.packet_type(kind),
            ip_id: if kind.is_ipv4() {
                u16::from_le_bytes([ip_id[0], ip_id[1]])
            } else {
                0
            },
        }
    }
}

/// The number of a frame of the oracle, whatever was done to its headers.
pub(crate) fn sequence_number(frame: &[u8]) -> Option<u32> {
    let magic = expect::MAGIC.to_be_bytes();
    let at = frame.windows(4).position(|word| word == magic)?;
    let bytes = frame.get(at + 4..at + 8)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// A number below `n`, from the upper half of `random`.
fn pick(random: u64, n: u64) -> usize {
    usize::try_from((random >> 32 & 0xff_ffff) % n).expect("24 bits")
}

/// The finaliser of splitmix64: scatters neighbouring numbers.
fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}
