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

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::Value;

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
    fn named(name: &str) -> Option<Self> {
        match name {
            "mix" => Some(Self::Mix),
            "all" => Some(Self::All),
            one => Kind::named(one).map(Self::One),
        }
    }

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
    /// Reads the fields of a `wire` request; one that is not there keeps its default.
    ///
    /// # Errors
    ///
    /// Names the field and the value that it does not understand.
    pub(crate) fn from_json(request: &Value) -> Result<Self, String> {
        let mut traffic = Self::default();
        let bad = |field: &str| format!("{field}: cannot be {}", request[field]);
        let name = |field: &str| match request.get(field) {
            None => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or_else(|| bad(field)),
        };
        if let Some(nic) = name("nic")? {
            traffic.nic = Nic::named(nic).ok_or_else(|| bad("nic"))?;
        }
        if let Some(kinds) = name("l4")? {
            traffic.kinds = Kinds::named(kinds).ok_or_else(|| bad("l4"))?;
        }
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
        traffic.longest = match request.get("longest") {
            Some(longest) => number(longest).ok_or_else(|| bad("longest"))?,
            None => traffic.payload,
        };
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
    use super::nic::{csum, hash_type};
    use super::*;
    use crate::frames::ipv4;
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
        let payload = match (half(l3 - 2), frame[l3 + 9], frame[l3 + 6]) {
            (0x0806, ..) => l3 + 28,
            (0x0800, 6, _) => l3 + 40,
            (0x0800, 17, _) => l3 + 28,
            (0x86dd, _, 6) => l3 + 60,
            (0x86dd, _, 17) => l3 + 48,
            (0x88f7, ..) => l3 + 44,
            other => panic!("unknown frame {other:?}"),
        };
        (
            Expect::from_bytes(&frame[payload..]).expect("the magic"),
            tag,
            half(l3 - 2),
        )
    }

    #[test]
    fn the_expectation_tells_the_tag_that_the_frame_has() {
        let traffic = Traffic {
            kinds: Kinds::All,
            vlan: Vlan::Mix,
            ..Traffic::default()
        };
        let (mut with, mut without) = (0, 0);
        for seq in 0..2000 {
            let (expect, tag, ethertype) = read(&traffic.frame(seq));
            assert_eq!(expect.seq, seq);
            assert_eq!(expect.vlan_proto, tag.map_or(0, |t| t.proto));
            assert_eq!(expect.vlan_tci, tag.map_or(0, |t| t.tci));
            let is_ip = matches!(ethertype, 0x0800 | 0x86dd);
            assert_eq!(expect.hash_type != 0, is_ip);
            assert_eq!(expect.packet_type != 0, is_ip);
            assert_eq!(expect.flags & flag::IPV4 != 0, ethertype == 0x0800);
            assert_eq!(expect.flags & flag::LATCH, 0);
            *if tag.is_some() {
                &mut with
            } else {
                &mut without
            } += 1;
        }
        assert!(with > 800 && without > 800, "{with} tagged, {without} not");
    }

    /// A frame of each kind.
    fn each(nic: Nic) -> impl Iterator<Item = (Kind, Vec<u8>)> {
        Kind::ALL.into_iter().map(move |(kind, _)| {
            let traffic = Traffic {
                nic,
                kinds: Kinds::One(kind),
                ..Traffic::default()
            };
            (kind, traffic.frame(3))
        })
    }

    #[test]
    fn tcp_and_udp_of_one_flow_have_different_hashes() {
        let of = |wanted| {
            let (_, frame) = each(Nic::Igb).find(|(kind, _)| *kind == wanted).unwrap();
            read(&frame).0
        };
        for (tcp, udp) in [(Kind::Tcp, Kind::Udp), (Kind::Tcp6, Kind::Udp6)] {
            let (tcp, udp) = (of(tcp), of(udp));
            assert_eq!(tcp.hash_type, udp.hash_type | hash_type::TCP);
            assert_ne!(tcp.rss_hash, udp.rss_hash);
        }
    }

    #[test]
    fn checksums_are_as_wrong_as_is_said() {
        for (kind, frame) in each(Nic::E1000e) {
            let (expect, ..) = read(&frame);
            if !kind.is_ipv4() {
                continue;
            }
            let protocol = frame[23];
            let len = u16::from_be_bytes([frame[16], frame[17]]) - 20;
            let end = 34 + usize::from(len);
            let [high, low] = len.to_be_bytes();
            let pseudo = [&frame[26..34], &[0, protocol, high, low], &frame[34..end]].concat();
            let header = ipv4::ones_sum(&frame[14..34]) == 0xffff;
            let transport = ipv4::ones_sum(&pseudo) == 0xffff;
            let right = (header, transport);
            match kind {
                Kind::IpWrong => assert_eq!(right, (false, true)),
                Kind::UdpWrong | Kind::TcpWrong | Kind::UdpUnchecked => {
                    assert_eq!(right, (true, false), "{kind:?}");
                }
                _ => assert_eq!(right, (true, true), "{kind:?}"),
            }
            assert_eq!(
                expect.csum == csum::GOOD,
                right == (true, true) && kind != Kind::Fragment
            );
            assert_eq!(expect.ip_id.to_be_bytes(), frame[18..20]);
        }
    }

    #[test]
    fn one_nic_keeps_the_time_of_an_untagged_sync_message() {
        let latched = |nic| {
            let all = each(nic).filter(|(_, frame)| read(frame).0.flags & flag::LATCH != 0);
            all.map(|(kind, _)| kind).collect::<Vec<_>>()
        };
        assert_eq!(latched(Nic::E1000e), []);
        assert_eq!(latched(Nic::Igb), [Kind::Ptp]);
    }

    #[test]
    fn frames_are_a_function_of_their_arguments() {
        let traffic = Traffic {
            kinds: Kinds::All,
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
            (traffic.kinds, traffic.vlan, traffic.flows),
            (Kinds::All, Vlan::Tci(0x2005), 3)
        );
        assert_eq!(traffic.to, (Ipv4Addr::new(192, 0, 2, 2), 7));
        for (field, bad) in [
            ("l4", json!("sctp")),
            ("nic", json!("e100")),
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
