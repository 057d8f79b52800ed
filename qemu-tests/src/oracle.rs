// SPDX-License-Identifier: GPL-2.0

//! What every piece of metadata must be, carried inside the frame itself.
//!
//! A frame of the oracle says in its payload which hash and which VLAN tag the device has to report
//! for it, so that a reader in the guest checks each packet on its own, whatever was reconfigured
//! meanwhile. The values come from the frame's own addresses and an independent Toeplitz, never
//! from the driver. A frame is a function of its [`Traffic`] and its sequence number, nothing else.

use std::net::Ipv4Addr;

use serde_json::Value;

use crate::frames::{self, Endpoints, Tag};
use crate::toeplitz;

/// "RNIC": what a payload of the oracle begins with.
pub(crate) const MAGIC: u32 = 0x524e_4943;

/// EtherType of an 802.1Q tag.
pub(crate) const ETH_P_8021Q: u16 = 0x8100;

/// `enum xdp_rss_hash_type` of the kernel: `XDP_RSS_TYPE_L3_IPV4`.
pub(crate) const HASH_L3_IPV4: u16 = 0x01;
/// `enum xdp_rss_hash_type` of the kernel: `XDP_RSS_TYPE_L4_IPV4_TCP`.
pub(crate) const HASH_L4_IPV4_TCP: u16 = 0x19;

/// The host's address on the wire.
pub(crate) const HOST_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x01];
/// QEMU's first default address, which the guest's NIC has.
pub(crate) const GUEST_MAC: [u8; 6] = [0x52, 0x54, 0, 0x12, 0x34, 0x56];

/// What the guest must find out about one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expect {
    /// Number of the frame on this wire.
    pub(crate) seq: u32,
    /// RSS hash; means nothing when `hash_type` is 0.
    pub(crate) rss_hash: u32,
    /// Type of the hash as `enum xdp_rss_hash_type`; 0: the device computes none.
    pub(crate) hash_type: u16,
    /// Tag control information of the frame as sent.
    pub(crate) vlan_tci: u16,
    /// EtherType of the tag; 0: sent untagged.
    pub(crate) vlan_proto: u16,
    /// Not used yet.
    pub(crate) flags: u16,
}

impl Expect {
    /// Bytes that it takes in a payload.
    pub(crate) const LEN: usize = 20;

    /// The payload form, in network byte order.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::LEN);
        for word in [MAGIC, self.seq, self.rss_hash] {
            bytes.extend(word.to_be_bytes());
        }
        for half in [self.hash_type, self.vlan_tci, self.vlan_proto, self.flags] {
            bytes.extend(half.to_be_bytes());
        }
        bytes
    }

    /// Reads the payload form; `None` when `bytes` is not a payload of the oracle.
    #[cfg(test)]
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| {
            bytes
                .get(at..at + 4)
                .map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]))
        };
        let half = |at: usize| {
            bytes
                .get(at..at + 2)
                .map(|b| u16::from_be_bytes([b[0], b[1]]))
        };
        (word(0)? == MAGIC).then_some(())?;
        Some(Self {
            seq: word(4)?,
            rss_hash: word(8)?,
            hash_type: half(12)?,
            vlan_tci: half(14)?,
            vlan_proto: half(16)?,
            flags: half(18)?,
        })
    }
}

/// Which protocols a stream of frames is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum L4 {
    /// UDP over IPv4.
    Udp,
    /// TCP over IPv4.
    Tcp,
    /// ARP requests: no IP header, so no hash.
    Arp,
    /// UDP and TCP.
    Mix,
    /// All of them.
    All,
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
    /// Protocols.
    pub(crate) l4: L4,
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
}

impl Default for Traffic {
    fn default() -> Self {
        // An address that the guest does not have: its stack drops the packets without answering.
        let to = (Ipv4Addr::new(192, 0, 2, 77), 9999);
        Self {
            l4: L4::Udp,
            vlan: Vlan::None,
            flows: 8,
            seed: 1,
            to,
            mac: GUEST_MAC,
            payload: 32,
        }
    }
}

impl Traffic {
    /// Reads the fields of a `wire` request; one that is not there keeps its default.
    ///
    /// # Errors
    ///
    /// Names the field and the value that it does not understand.
    pub(crate) fn from_json(request: &Value) -> Result<Self, String> {
        let mut traffic = Self::default();
        let bad = |field: &str| format!("{field}: cannot be {}", request[field]);
        traffic.l4 = match request.get("l4").map(Value::as_str) {
            None | Some(Some("udp")) => L4::Udp,
            Some(Some("tcp")) => L4::Tcp,
            Some(Some("arp")) => L4::Arp,
            Some(Some("mix")) => L4::Mix,
            Some(Some("all")) => L4::All,
            Some(_) => return Err(bad("l4")),
        };
        traffic.vlan = match request.get("vlan") {
            None => Vlan::None,
            Some(Value::String(text)) => match text.as_str() {
                "none" => Vlan::None,
                "all" => Vlan::All,
                "mix" => Vlan::Mix,
                _ => return Err(bad("vlan")),
            },
            Some(tci) => Vlan::Tci(number(tci).ok_or_else(|| bad("vlan"))?),
        };
        if let Some(flows) = request.get("flows") {
            traffic.flows = number(flows)
                .filter(|&f: &u32| f > 0)
                .ok_or_else(|| bad("flows"))?;
        }
        if let Some(seed) = request.get("seed") {
            traffic.seed = number(seed).ok_or_else(|| bad("seed"))?;
        }
        if let Some(payload) = request.get("payload") {
            traffic.payload = number(payload).ok_or_else(|| bad("payload"))?;
        }
        if let Some(dst) = request.get("dst") {
            traffic.to.0 = dst
                .as_str()
                .and_then(|d| d.parse().ok())
                .ok_or_else(|| bad("dst"))?;
        }
        if let Some(mac) = request.get("mac") {
            let bytes = mac.as_str().and_then(|hex| frames::from_hex(hex).ok());
            traffic.mac = bytes
                .and_then(|b| b.try_into().ok())
                .ok_or_else(|| bad("mac"))?;
        }
        if let Some(port) = request.get("dport") {
            traffic.to.1 = number(port).ok_or_else(|| bad("dport"))?;
        }
        Ok(traffic)
    }

    /// Frame number `seq`, with its expectation in it.
    pub(crate) fn frame(&self, seq: u32) -> Vec<u8> {
        let random = mix(self.seed ^ u64::from(seq) << 20);
        let l4 = match self.l4 {
            L4::Mix => [L4::Udp, L4::Tcp][pick(random, 2)],
            L4::All => [L4::Udp, L4::Tcp, L4::Arp][pick(random, 3)],
            one => one,
        };
        let tag = self.tag(mix(random));
        let ends = self.ends(seq % self.flows);
        let expect = self.expect(seq, l4, tag, &ends);
        let mut payload = expect.to_bytes();
        payload.resize(self.payload.max(Expect::LEN), 0x5a);
        let frame = match (l4, ends.ip) {
            (L4::Tcp, _) => frames::tcp(&ends, seq, &payload),
            (L4::Arp, (std::net::IpAddr::V4(src), _)) => {
                frames::arp(ends.mac, src, self.to.0, &payload)
            }
            _ => frames::udp(&ends, &payload),
        };
        match tag {
            Some(tag) => frames::tagged(frame, tag),
            None => frame,
        }
    }

    fn ends(&self, flow: u32) -> Endpoints {
        // 198.18.0.0/15 is set aside for measurements; the port changes with the address.
        let src = Ipv4Addr::from(u32::from(Ipv4Addr::new(198, 18, 0, 1)) + flow % 0xff00);
        let sport = 10_000 + u16::try_from(flow % 50_000).expect("below 50000");
        Endpoints {
            mac: (HOST_MAC, self.mac),
            ip: (src.into(), self.to.0.into()),
            port: (sport, self.to.1),
        }
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

    /// What an 82574 reports: TCP is hashed over the ports too, the rest of IPv4 over the addresses.
    fn expect(&self, seq: u32, l4: L4, tag: Option<Tag>, ends: &Endpoints) -> Expect {
        let (rss_hash, hash_type) = match (l4, ends.ip.0) {
            (L4::Arp, _) | (_, std::net::IpAddr::V6(_)) => (0, 0),
            (L4::Tcp, std::net::IpAddr::V4(src)) => {
                let hash = toeplitz::ipv4_ports((src, ends.port.0), (self.to.0, ends.port.1));
                (hash, HASH_L4_IPV4_TCP)
            }
            (_, std::net::IpAddr::V4(src)) => (toeplitz::ipv4(src, self.to.0), HASH_L3_IPV4),
        };
        let Tag { proto, tci } = tag.unwrap_or(Tag { proto: 0, tci: 0 });
        Expect {
            seq,
            rss_hash,
            hash_type,
            vlan_tci: tci,
            vlan_proto: proto,
            flags: 0,
        }
    }
}

fn number<T: TryFrom<u64>>(value: &Value) -> Option<T> {
    T::try_from(value.as_u64()?).ok()
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The expectation in a frame, and what stands in front of it.
    fn read(frame: &[u8]) -> (Expect, Option<Tag>, u16) {
        let half = |at: usize| u16::from_be_bytes([frame[at], frame[at + 1]]);
        let (tag, l3) = match half(12) {
            ETH_P_8021Q => (
                Some(Tag {
                    proto: ETH_P_8021Q,
                    tci: half(14),
                }),
                18,
            ),
            _ => (None, 14),
        };
        let payload = match (half(l3 - 2), frame[l3 + 9]) {
            (0x0806, _) => l3 + 28,
            (0x0800, 6) => l3 + 40,
            (0x0800, 17) => l3 + 28,
            other => panic!("unknown frame {other:?}"),
        };
        (
            Expect::from_bytes(&frame[payload..]).expect("the magic"),
            tag,
            half(l3 - 2),
        )
    }

    #[test]
    fn an_expectation_survives_its_payload_form() {
        let expect = Expect {
            seq: 1,
            rss_hash: 0xdead_beef,
            hash_type: 0x19,
            vlan_tci: 5,
            vlan_proto: 0x8100,
            flags: 3,
        };
        assert_eq!(expect.to_bytes().len(), Expect::LEN);
        assert_eq!(Expect::from_bytes(&expect.to_bytes()), Some(expect));
        assert_eq!(Expect::from_bytes(b"RNIC"), None);
        assert_eq!(Expect::from_bytes(&[0; 20]), None);
    }

    #[test]
    fn the_expectation_tells_the_tag_that_the_frame_has() {
        let traffic = Traffic {
            l4: L4::All,
            vlan: Vlan::Mix,
            ..Traffic::default()
        };
        let (mut with, mut without) = (0, 0);
        for seq in 0..2000 {
            let (expect, tag, ethertype) = read(&traffic.frame(seq));
            assert_eq!(expect.seq, seq);
            assert_eq!(expect.vlan_proto, tag.map_or(0, |t| t.proto));
            assert_eq!(expect.vlan_tci, tag.map_or(0, |t| t.tci));
            assert_eq!(expect.hash_type == 0, ethertype == 0x0806);
            *if tag.is_some() {
                &mut with
            } else {
                &mut without
            } += 1;
        }
        assert!(with > 800 && without > 800, "{with} tagged, {without} not");
    }

    #[test]
    fn tcp_and_udp_of_one_flow_have_different_hashes() {
        let frame = |l4| {
            read(
                &Traffic {
                    l4,
                    ..Traffic::default()
                }
                .frame(3),
            )
            .0
        };
        let (tcp, udp) = (frame(L4::Tcp), frame(L4::Udp));
        assert_eq!(
            (tcp.hash_type, udp.hash_type),
            (HASH_L4_IPV4_TCP, HASH_L3_IPV4)
        );
        assert_ne!(tcp.rss_hash, udp.rss_hash);
    }

    #[test]
    fn frames_are_a_function_of_their_arguments() {
        let traffic = Traffic {
            l4: L4::All,
            vlan: Vlan::Mix,
            ..Traffic::default()
        };
        let other = Traffic {
            seed: 2,
            ..traffic.clone()
        };
        let all = |t: &Traffic| (0..100).map(|seq| t.frame(seq)).collect::<Vec<_>>();
        assert_eq!(all(&traffic), all(&traffic));
        assert_ne!(all(&traffic), all(&other));
        assert!(all(&traffic)
            .iter()
            .all(|frame| frame.len() >= frames::MIN_LEN));
    }

    #[test]
    fn requests_are_read_and_wrong_ones_name_their_field() {
        let request = json!({"l4": "all", "vlan": 0x2005, "flows": 3, "seed": 9, "dst": "192.0.2.2", "dport": 7});
        let traffic = Traffic::from_json(&request).unwrap();
        assert_eq!(
            (traffic.l4, traffic.vlan, traffic.flows),
            (L4::All, Vlan::Tci(0x2005), 3)
        );
        assert_eq!(traffic.to, (Ipv4Addr::new(192, 0, 2, 2), 7));
        for (field, bad) in [
            ("l4", json!("sctp")),
            ("vlan", json!("some")),
            ("flows", json!(0)),
            ("dst", json!("x")),
            ("mac", json!("0102")),
        ] {
            let error = Traffic::from_json(&json!({ field: bad })).unwrap_err();
            assert!(error.starts_with(field), "{error}");
        }
    }
}
