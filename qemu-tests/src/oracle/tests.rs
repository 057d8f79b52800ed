// SPDX-License-Identifier: GPL-2.0

//! What frames say of themselves is what they are.

use super::nic::{csum, hash_type};
use super::*;
use crate::frames::ipv4;

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
