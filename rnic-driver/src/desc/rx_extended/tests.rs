// SPDX-License-Identifier: GPL-2.0

//! Golden bytes: status words observed on QEMU's model, and bytes that no device should write.

use super::*;
use meta_core::{
    descriptor::View,
    ty::{Described, Type},
    value::Value,
};

fn upper(status: u32, length: u16, vlan: u16) -> u64 {
    u64::from(status) | u64::from(length) << 32 | u64::from(vlan) << 48
}

/// See the datasheet's table 42 for the bits.
#[test]
fn checksum_verdicts_of_the_model() {
    for (status, verdict) in [
        (0x0002_8063, Checksum::Good), // TCPv4
        (0x2002_8063, Checksum::Bad),  // TCPv4, wrong checksum
        (0x4002_8063, Checksum::Bad),  // wrong IP header
        (0x0002_0073, Checksum::Good), // UDPv4
        (0x0002_0043, Checksum::None), // UDPv4 without a checksum
        (0x0001_0043, Checksum::None), // fragment
        (0x0000_0003, Checksum::None), // ARP
        (0x0006_0023, Checksum::Good), // TCPv6
    ] {
        assert_eq!(
            RxWriteBack::new(0, upper(status, 64, 0)).checksum(),
            verdict,
            "{status:#x}"
        );
    }
}

#[test]
fn a_write_back_is_golden() {
    // TCP over IPv4 with ACK, 66 bytes, tag 0xe005 stripped, queue 1, hash 0x12345678.
    let d = RxWriteBack::from_bytes([
        0x01, 0x01, 0, 0, 0x78, 0x56, 0x34, 0x12, 0x6b, 0x80, 0x02, 0, 66, 0, 0x05, 0xe0,
    ]);
    assert_eq!(
        d,
        RxWriteBack::new(0x1234_5678_0000_0101, upper(0x2_806b, 66, 0xe005))
    );
    let (lower, upper) = (d.lower(), d.upper());
    assert_eq!((lower.rss_type(), lower.queue()), (RssType::TcpIpv4, 1));
    assert_eq!(
        (lower.rss(), lower.ip_id(), lower.csum()),
        (0x1234_5678, 0x5678, 0x1234)
    );
    assert_eq!(upper.packet_type(), PacketType::Ipv4L4);
    assert!(
        upper.dd() && upper.eop() && upper.vp() && upper.tcpcs() && upper.ipcs() && upper.ack()
    );
    assert!(!upper.ixsm() && !upper.udpcs() && !upper.pif() && !upper.ipidv() && !upper.udpv());
    assert_eq!(
        (upper.frame_errors(), upper.length(), upper.vlan()),
        (0, 66, 0xe005)
    );
    assert_eq!(
        (d.length(), d.vlan_tci(), d.rss_hash_type()),
        (66, 0xe005, 0x19)
    );
}

#[test]
fn each_error_has_its_bit() {
    for (bit, getter) in [
        (24, RxUpper::ce as fn(&RxUpper) -> bool),
        (25, RxUpper::se),
        (26, RxUpper::seq),
        (28, RxUpper::cxe),
        (29, RxUpper::tcpe),
        (30, RxUpper::ipe),
        (31, RxUpper::rxe),
    ] {
        let d = RxWriteBack::new(0, 1 << bit);
        assert!(getter(&d.upper()), "{bit}");
        assert_eq!(d.is_damaged(), !matches!(bit, 29 | 30), "{bit}");
    }
}

#[test]
fn vlan_is_valid_with_vp_only() {
    let stale = RxWriteBack::new(0, upper(0x3, 64, 0x5a5a));
    assert!(!stale.has_vlan());
    let tagged = RxWriteBack::new(0, upper(0xb, 64, 0xe005));
    assert!(tagged.has_vlan());
    assert_eq!(tagged.vlan_tci(), 0xe005);
}

#[test]
fn reserved_rss_types_are_no_hash() {
    for kind in (6..=15).chain([0]) {
        assert!(!RxWriteBack::new(0xffff_ffff_0000_0000 | kind, 0x3).has_rss_hash());
    }
}

/// Whatever a hostile device writes, the answers stay in range.
#[test]
fn any_bits_are_decoded() {
    for bits in [0, u64::MAX, 0x5555_5555_5555_5555, 0xaaaa_aaaa_aaaa_aaaa] {
        let d = RxWriteBack::new(bits, bits);
        assert!(d.length() <= 0xffff);
        assert_eq!(d.to_words(), [bits.to_le(); 2]);
        let _ = (
            d.checksum(),
            d.rss_hash_type(),
            d.is_damaged(),
            d.is_l4_hash(),
        );
    }
}

#[test]
fn what_is_posted_is_not_done() {
    let posted = RxRead::zeroed().with_buffer_addr(0x1122_3344_5566_7788);
    assert_eq!(
        posted.to_bytes(),
        [0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0, 0, 0, 0, 0]
    );
    let seen: RxWriteBack = View::<RxExtended>::view(posted);
    assert!(!seen.is_done());
}

#[test]
fn each_word_is_read_once() {
    let mut order = Vec::new();
    let d = RxWriteBack::read_once(|word| {
        order.push(word);
        [0x1u64, 0x3][word].to_le()
    });
    assert_eq!(order, [0, 1]);
    assert!(d.is_done() && d.is_last() && d.has_rss_hash());
}

#[test]
fn c_has_the_same_members() {
    let Type::Union(memory) = RxExtended::TYPE else {
        panic!("not a union");
    };
    assert_eq!(
        (memory.name, memory.size, memory.align),
        ("e1000_rx_desc_extended", 16, 8)
    );
    let Type::Struct(wb) = memory.members[1].ty else {
        panic!("not a struct");
    };
    assert_eq!(
        wb.members
            .iter()
            .map(|member| (member.name, member.offset))
            .collect::<Vec<_>>(),
        [("lower", 0), ("upper", 64)]
    );
    let (Type::Struct(lower), Type::Struct(upper)) = (wb.members[0].ty, wb.members[1].ty) else {
        panic!("not structs");
    };
    assert!(
        matches!(lower.members[1].ty, Type::Union(hi) if hi.members.len() == 2 && hi.name.is_empty())
    );
    let names: Vec<_> = upper.members.iter().map(|member| member.name).collect();
    assert_eq!(names, ["status_error", "length", "vlan"]);
}
