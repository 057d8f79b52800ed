// SPDX-License-Identifier: GPL-2.0

//! Kinds of frames: one for each thing that a NIC says about a frame, and for each in which the NICs differ.

use std::net::IpAddr;

use crate::frames::{self, ipv4, Endpoints};

/// A kind of frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// UDP over IPv4.
    Udp,
    /// TCP over IPv4.
    Tcp,
    /// ARP requests: no IP header.
    Arp,
    /// UDP over IPv4 whose checksum is wrong.
    UdpWrong,
    /// TCP over IPv4 whose checksum is wrong.
    TcpWrong,
    /// TCP over IPv4 with a wrong checksum in the IPv4 header.
    IpWrong,
    /// UDP over IPv4 without a checksum.
    UdpUnchecked,
    /// The first fragment of a UDP datagram.
    Fragment,
    /// UDP over IPv6.
    Udp6,
    /// TCP over IPv6.
    Tcp6,
    /// PTP Sync messages in Ethernet.
    Ptp,
}

impl Kind {
    /// Each of them, with its name in a request.
    pub(crate) const ALL: [(Self, &'static str); 11] = [
        (Self::Udp, "udp"),
        (Self::Tcp, "tcp"),
        (Self::Arp, "arp"),
        (Self::UdpWrong, "udp-wrong"),
        (Self::TcpWrong, "tcp-wrong"),
        (Self::IpWrong, "ip-wrong"),
        (Self::UdpUnchecked, "udp-unchecked"),
        (Self::Fragment, "fragment"),
        (Self::Udp6, "udp6"),
        (Self::Tcp6, "tcp6"),
        (Self::Ptp, "ptp"),
    ];

    /// The kind of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find_map(|(kind, its)| (its == name).then_some(kind))
    }

    /// Whether there is an IPv4 header.
    pub(crate) fn is_ipv4(self) -> bool {
        !self.is_ipv6() && !matches!(self, Self::Arp | Self::Ptp)
    }

    /// Whether there is an IPv6 header.
    pub(crate) fn is_ipv6(self) -> bool {
        matches!(self, Self::Udp6 | Self::Tcp6)
    }

    /// Whether TCP is in it.
    pub(crate) fn is_tcp(self) -> bool {
        matches!(
            self,
            Self::Tcp | Self::TcpWrong | Self::IpWrong | Self::Tcp6
        )
    }

    /// A frame without a tag. The addresses of `ends` must be of the kind's family; `id` is what IPv4 is identified by.
    pub(crate) fn frame(self, ends: &Endpoints, seq: u32, id: u16, payload: &[u8]) -> Vec<u8> {
        let mut frame = match (self, ends.ip) {
            (Self::Arp, (IpAddr::V4(src), IpAddr::V4(dst))) => {
                frames::arp(ends.mac, src, dst, payload)
            }
            (Self::Ptp, _) => frames::sync(ends.mac, payload),
            _ if self.is_tcp() => frames::tcp(ends, seq, payload),
            _ => frames::udp(ends, payload),
        };
        if self.is_ipv4() {
            ipv4::identify(&mut frame, id);
        }
        match self {
            Self::UdpWrong => ipv4::spoil_transport(&mut frame, ipv4::UDP_CHECKSUM),
            Self::TcpWrong => ipv4::spoil_transport(&mut frame, ipv4::TCP_CHECKSUM),
            Self::IpWrong => ipv4::spoil(&mut frame),
            Self::UdpUnchecked => ipv4::drop_udp_checksum(&mut frame),
            Self::Fragment => ipv4::fragment(&mut frame),
            _ => {}
        }
        frame
    }
}
