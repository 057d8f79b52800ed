// SPDX-License-Identifier: GPL-2.0

//! What each NIC says about a kind of frame, as it is set up at the start: TCP is hashed over the ports too, the rest of IP
//! over the addresses.

use std::net::IpAddr;

use super::kind::Kind;
use crate::frames::Endpoints;
use crate::toeplitz;

/// A NIC under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nic {
    /// The 82574L.
    E1000e,
    /// The 82576.
    Igb,
    /// The one of `vm/vhost.rs`.
    Virtio,
}

/// Bits of `enum xdp_rss_hash_type` of the kernel.
pub(crate) mod hash_type {
    pub(crate) const IPV4: u16 = 1 << 0;
    pub(crate) const IPV6: u16 = 1 << 1;
    pub(crate) const EXTENSIONS: u16 = 1 << 2;
    /// Ports, of TCP.
    pub(crate) const TCP: u16 = 1 << 3 | 1 << 4;
}

/// Bits of the record's packet type.
pub(crate) mod packet_type {
    pub(crate) const IPV4: u16 = 1 << 0;
    pub(crate) const IPV6: u16 = 1 << 1;
    pub(crate) const L4: u16 = 1 << 2;
    pub(crate) const TCP: u16 = 1 << 3;
    pub(crate) const UDP: u16 = 1 << 4;
}

/// The verdict on checksums.
pub(crate) mod csum {
    pub(crate) const NONE: u16 = 0;
    pub(crate) const GOOD: u16 = 1;
    pub(crate) const BAD: u16 = 2;
}

impl Nic {
    /// The NIC of QEMU's name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "e1000e" => Some(Self::E1000e),
            "igb" => Some(Self::Igb),
            "virtio_net" => Some(Self::Virtio),
            _ => None,
        }
    }

    /// Hash and its type; type 0 for none.
    pub(crate) fn hash(self, kind: Kind, ends: &Endpoints) -> (u32, u16) {
        let (sport, dport) = ends.port;
        match (kind, ends.ip) {
            (Kind::Arp | Kind::Ptp, _) => (0, 0),
            (_, (IpAddr::V4(src), IpAddr::V4(dst))) => match kind.is_tcp() {
                true => (
                    toeplitz::ipv4_ports((src, sport), (dst, dport)),
                    hash_type::IPV4 | hash_type::TCP,
                ),
                false => (toeplitz::ipv4(src, dst), hash_type::IPV4),
            },
            (_, (IpAddr::V6(src), IpAddr::V6(dst))) => match kind.is_tcp() {
                true => {
                    // The 82574 looks for extension headers, whether there are some or not.
                    let extensions = match self {
                        Self::E1000e => hash_type::EXTENSIONS,
                        Self::Igb | Self::Virtio => 0,
                    };
                    (
                        toeplitz::ipv6_ports((src, sport), (dst, dport)),
                        hash_type::IPV6 | hash_type::TCP | extensions,
                    )
                }
                false => (toeplitz::ipv6(src, dst), hash_type::IPV6),
            },
            (_, mixed) => panic!("addresses of two families: {mixed:?}"),
        }
    }

    /// What it says about checksums.
    pub(crate) fn csum(self, kind: Kind) -> u16 {
        match kind {
            Kind::Udp | Kind::Tcp | Kind::Udp6 | Kind::Tcp6 => csum::GOOD,
            Kind::UdpWrong | Kind::TcpWrong | Kind::IpWrong => csum::BAD,
            // An IPv4 header that is right says nothing of what follows it.
            Kind::UdpUnchecked | Kind::Fragment | Kind::Arp | Kind::Ptp => csum::NONE,
        }
    }

    /// Which headers it says that there are.
    pub(crate) fn packet_type(self, kind: Kind) -> u16 {
        use packet_type::*;
        match (self, kind) {
            (_, Kind::Arp | Kind::Ptp) => 0,
            (_, Kind::Fragment) => IPV4,
            // The 82574 names the transport by the checksum that it looked at.
            (Self::E1000e, Kind::UdpUnchecked) => IPV4 | L4,
            (_, Kind::Udp6) => IPV6 | L4 | UDP,
            (_, Kind::Tcp6) => IPV6 | L4 | TCP,
            (_, Kind::Udp | Kind::UdpWrong | Kind::UdpUnchecked) => IPV4 | L4 | UDP,
            (_, Kind::Tcp | Kind::TcpWrong | Kind::IpWrong) => IPV4 | L4 | TCP,
        }
    }

    /// Whether it can keep the time of a frame: it does not find PTP behind a tag.
    pub(crate) fn can_latch(self, kind: Kind, is_tagged: bool) -> bool {
        self == Self::Igb && kind == Kind::Ptp && !is_tagged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nics_differ_in_three_things() {
        let (a, b) = (Nic::E1000e, Nic::Igb);
        for (kind, name) in Kind::ALL {
            assert_eq!(a.csum(kind), b.csum(kind), "{name}");
            let same = a.packet_type(kind) == b.packet_type(kind);
            assert_eq!(same, kind != Kind::UdpUnchecked, "{name}");
            assert!(!a.can_latch(kind, false), "{name}");
            assert_eq!(b.can_latch(kind, false), kind == Kind::Ptp, "{name}");
        }
    }

    #[test]
    fn names_are_qemus() {
        assert_eq!(Nic::named("igb"), Some(Nic::Igb));
        assert_eq!(Nic::named("e1000e"), Some(Nic::E1000e));
        assert_eq!(Nic::named("e1000"), None);
    }
}
