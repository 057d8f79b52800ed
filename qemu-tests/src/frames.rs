// SPDX-License-Identifier: GPL-2.0

//! Deterministic Ethernet frames, as bytes.
//!
//! Every frame that a test sends is made here, from arguments only, so that a failure can be sent
//! again byte for byte. Headers and checksums come from `etherparse`; what it has no business
//! making (a wrong checksum, a runt) is made by changing the bytes afterwards.

pub(crate) mod ipv4;
pub(crate) mod malformed;

use std::net::{IpAddr, Ipv4Addr};

use etherparse::{ArpEthIpv4Packet, ArpOperation, PacketBuilder, PacketBuilderStep};

/// Shortest frame on a wire, without the frame check sequence.
pub(crate) const MIN_LEN: usize = 60;

/// Bytes of the two addresses, after which a VLAN tag stands.
const ADDRESSES: usize = 12;

/// Who talks to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Endpoints {
    /// Ethernet source and destination.
    pub(crate) mac: ([u8; 6], [u8; 6]),
    /// IP source and destination, of one family.
    pub(crate) ip: (IpAddr, IpAddr),
    /// Source and destination port.
    pub(crate) port: (u16, u16),
}

/// A VLAN tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    /// EtherType of the tag, 0x8100 for 802.1Q.
    pub(crate) proto: u16,
    /// Priority, drop-eligible bit and VLAN id.
    pub(crate) tci: u16,
}

impl Endpoints {
    fn ip(&self) -> PacketBuilderStep<etherparse::IpHeaders> {
        let eth = PacketBuilder::ethernet2(self.mac.0, self.mac.1);
        match self.ip {
            (IpAddr::V4(src), IpAddr::V4(dst)) => eth.ipv4(src.octets(), dst.octets(), 64),
            (IpAddr::V6(src), IpAddr::V6(dst)) => eth.ipv6(src.octets(), dst.octets(), 64),
            mixed => panic!("addresses of two families: {mixed:?}"),
        }
    }
}

/// A UDP datagram.
pub(crate) fn udp(ends: &Endpoints, payload: &[u8]) -> Vec<u8> {
    let step = ends.ip().udp(ends.port.0, ends.port.1);
    let mut frame = Vec::with_capacity(step.size(payload.len()));
    step.write(&mut frame, payload)
        .expect("a vector takes every byte");
    padded(frame, MIN_LEN)
}

/// A TCP segment with PSH and ACK set, of no connection that anybody opened.
pub(crate) fn tcp(ends: &Endpoints, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let step = ends
        .ip()
        .tcp(ends.port.0, ends.port.1, sequence, 8192)
        .psh()
        .ack(1);
    let mut frame = Vec::with_capacity(step.size(payload.len()));
    step.write(&mut frame, payload)
        .expect("a vector takes every byte");
    padded(frame, MIN_LEN)
}

/// An ARP request from `mac`/`src` for `dst`, with `trailer` behind it where a short frame has its padding.
pub(crate) fn arp(
    mac: ([u8; 6], [u8; 6]),
    src: Ipv4Addr,
    dst: Ipv4Addr,
    trailer: &[u8],
) -> Vec<u8> {
    let packet = ArpEthIpv4Packet {
        operation: ArpOperation::REQUEST,
        sender_mac: mac.0,
        sender_ipv4: src.octets(),
        target_mac: [0; 6],
        target_ipv4: dst.octets(),
    };
    let step = PacketBuilder::ethernet2(mac.0, mac.1).arp(packet.into());
    let mut frame = Vec::with_capacity(MIN_LEN);
    step.write(&mut frame).expect("a vector takes every byte");
    frame.extend_from_slice(trailer);
    padded(frame, MIN_LEN)
}

/// A Sync message of PTP version 2 in Ethernet, with `trailer` behind it.
pub(crate) fn sync(mac: ([u8; 6], [u8; 6]), trailer: &[u8]) -> Vec<u8> {
    /// Header and origin time stamp (IEEE 1588, 13.3 and 13.6).
    const LEN: u8 = 34 + 10;
    let mut message = vec![0; usize::from(LEN)];
    message[1] = 2;
    message[3] = LEN;
    let frame = [&mac.1[..], &mac.0, &[0x88, 0xf7], &message, trailer];
    padded(frame.concat(), MIN_LEN)
}

/// `frame` with `tag` inserted behind the addresses.
pub(crate) fn tagged(mut frame: Vec<u8>, tag: Tag) -> Vec<u8> {
    let bytes = [tag.proto.to_be_bytes(), tag.tci.to_be_bytes()].concat();
    frame.splice(ADDRESSES..ADDRESSES, bytes);
    frame
}

/// `frame` with zeros behind it up to `len` bytes; unchanged when it has them already.
pub(crate) fn padded(mut frame: Vec<u8>, len: usize) -> Vec<u8> {
    frame.resize(frame.len().max(len), 0);
    frame
}

/// `frame` as lower-case hexadecimal digits.
pub(crate) fn to_hex(frame: &[u8]) -> String {
    frame.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes that `hex` spells.
///
/// # Errors
///
/// When it is not pairs of hexadecimal digits.
pub(crate) fn from_hex(hex: &str) -> Result<Vec<u8>, String> {
    if hex.len() % 2 != 0 || !hex.is_ascii() {
        return Err(format!("not pairs of hexadecimal digits: {hex:?}"));
    }
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).map_err(|e| format!("{hex:?}: {e}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::ipv4::ones_sum;
    use super::*;
    use etherparse::{NetSlice, SlicedPacket, TransportSlice};

    fn ends(src: &str, dst: &str) -> Endpoints {
        let mac = ([2, 0, 0, 0, 0, 1], [0x52, 0x54, 0, 0x12, 0x34, 0x56]);
        Endpoints {
            mac,
            ip: (src.parse().unwrap(), dst.parse().unwrap()),
            port: (40000, 9),
        }
    }

    #[test]
    fn ipv4_udp_is_well_formed_and_its_checksums_hold() {
        let frame = udp(&ends("192.0.2.1", "192.0.2.2"), &[7; 21]);
        assert_eq!(frame.len(), 14 + 20 + 8 + 21);
        assert_eq!(ones_sum(&frame[14..34]), 0xffff, "IPv4 header");
        let pseudo = [&frame[26..34], &[0, 17, 0, 29], &frame[34..]].concat();
        assert_eq!(ones_sum(&pseudo), 0xffff, "UDP");
    }

    #[test]
    fn tcp_parses_back_for_both_families() {
        for (src, dst) in [("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::2")] {
            let frame = tcp(&ends(src, dst), 5, b"payload");
            let parsed = SlicedPacket::from_ethernet(&frame).unwrap();
            let Some(TransportSlice::Tcp(tcp)) = parsed.transport else {
                panic!("no TCP header")
            };
            assert_eq!((tcp.source_port(), tcp.destination_port()), (40000, 9));
            assert_eq!((tcp.sequence_number(), tcp.payload()), (5, &b"payload"[..]));
        }
    }

    #[test]
    fn arp_carries_its_trailer_behind_the_message() {
        let e = ends("192.0.2.1", "192.0.2.2");
        let frame = arp(
            e.mac,
            Ipv4Addr::new(192, 0, 2, 1),
            Ipv4Addr::new(192, 0, 2, 2),
            &[9; 20],
        );
        assert!(matches!(
            SlicedPacket::from_ethernet(&frame).unwrap().net,
            Some(NetSlice::Arp(_))
        ));
        assert_eq!(&frame[42..62], &[9; 20]);
    }

    #[test]
    fn a_sync_message_is_of_version_2_and_carries_its_trailer() {
        let frame = sync(([2, 0, 0, 0, 0, 1], [6; 6]), &[9; 4]);
        assert_eq!(
            frame[..16],
            [6, 6, 6, 6, 6, 6, 2, 0, 0, 0, 0, 1, 0x88, 0xf7, 0, 2]
        );
        assert_eq!((frame.len(), &frame[58..62]), (62, &[9; 4][..]));
    }

    #[test]
    fn a_tag_stands_behind_the_addresses_and_nothing_else_moves() {
        let plain = udp(&ends("192.0.2.1", "192.0.2.2"), &[1; 20]);
        let frame = tagged(
            plain.clone(),
            Tag {
                proto: 0x8100,
                tci: 0x6005,
            },
        );
        assert_eq!(&frame[12..16], &[0x81, 0, 0x60, 5]);
        assert_eq!((&frame[..12], &frame[16..]), (&plain[..12], &plain[12..]));
    }

    #[test]
    fn hex_goes_both_ways_and_refuses_the_rest() {
        assert_eq!(from_hex(&to_hex(&[0, 0x9f, 255])).unwrap(), [0, 0x9f, 255]);
        for bad in ["0", "zz", "0é"] {
            assert!(from_hex(bad).is_err(), "{bad}");
        }
    }
}
