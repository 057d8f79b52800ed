// SPDX-License-Identifier: GPL-2.0

//! Which headers the 82574 saw in a packet. The 82576 has a bit for each header instead.

use meta_derive::Value;

/// Packet type in an extended write-back (82574 datasheet, 7.1.5; types as the model gives them).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
#[repr(u8)]
pub enum PacketType {
    /// Neither IPv4 nor IPv6.
    Mac = 0,
    /// IPv4, without a transport header that the NIC knows; fragments too.
    Ipv4 = 1,
    /// TCP or UDP over IPv4.
    Ipv4L4 = 2,
    /// IPv6, without a transport header that the NIC knows.
    Ipv6 = 5,
    /// TCP or UDP over IPv6.
    Ipv6L4 = 6,
    /// Another type: tunnels and NFS, of which the driver makes no use.
    #[value(fallback)]
    Other = 15,
}

impl PacketType {
    /// The outermost header behind Ethernet's is IPv4.
    #[inline(always)]
    pub const fn is_ipv4(self) -> bool {
        matches!(self, Self::Ipv4 | Self::Ipv4L4)
    }
}

/// Bits of the record's packet type, the same for all NICs.
pub mod bit {
    /// IPv4.
    pub const IPV4: u16 = 1 << 0;
    /// IPv6.
    pub const IPV6: u16 = 1 << 1;
    /// A transport header that the NIC knows, whole in this packet.
    pub const L4: u16 = 1 << 2;
    /// That is TCP.
    pub const TCP: u16 = 1 << 3;
    /// That is UDP.
    pub const UDP: u16 = 1 << 4;
    /// That is SCTP.
    pub const SCTP: u16 = 1 << 5;
    /// IPv6 extension headers.
    pub const EXTENSIONS: u16 = 1 << 6;
    /// The Ethertype is one that the driver asked the NIC to look for: PTP.
    pub const PTP: u16 = 1 << 7;
}

/// The bits of an 82574's type number. It tells TCP from UDP by the checksum that it looked at; a packet whose checksum it did
/// not look at has the transport's bit alone.
#[inline(always)]
pub(super) const fn of_extended(number: u8, tcpcs: bool, udpcs: bool) -> u16 {
    const L3_L4: [u16; 16] = {
        let mut types = [0; 16];
        types[PacketType::Ipv4 as usize] = bit::IPV4;
        types[PacketType::Ipv4L4 as usize] = bit::IPV4 | bit::L4;
        types[PacketType::Ipv6 as usize] = bit::IPV6;
        types[PacketType::Ipv6L4 as usize] = bit::IPV6 | bit::L4;
        types
    };
    let udp = udpcs as u16;
    let tcp = (tcpcs as u16) & !udp;
    L3_L4[(number & 0xf) as usize] | (tcp * bit::TCP) | (udp * bit::UDP)
}

/// The bits of an 82576's packet information (the twelve bits from bit 4 of the descriptor's first word on).
#[inline(always)]
pub(super) const fn of_advanced(info: u16) -> u16 {
    const ETQF: u32 = 11;
    let matched = (info >> ETQF) & 1;
    // IPv4: bit 0, IPv6: 2, its extensions: 3, TCP: 4, UDP: 5, SCTP: 6.
    let l4 = (info >> 4) & 0x7;
    let known = (l4 != 0) as u16;
    let bits = (info & bit::IPV4)
        | ((info >> 1) & bit::IPV6)
        | (known * bit::L4)
        | (l4 << 3)
        | ((info << 3) & bit::EXTENSIONS);
    // With a match the other bits mean something else.
    (bits & matched.wrapping_sub(1)) | (matched * bit::PTP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_nics_say_the_same_about_the_same_packet() {
        for (number, tcpcs, udpcs, info, bits) in [
            (0, false, false, 0x000, 0),
            (1, false, false, 0x001, bit::IPV4),
            (2, true, false, 0x011, bit::IPV4 | bit::L4 | bit::TCP),
            (2, true, true, 0x021, bit::IPV4 | bit::L4 | bit::UDP),
            (5, false, false, 0x004, bit::IPV6),
            (6, true, false, 0x014, bit::IPV6 | bit::L4 | bit::TCP),
            (6, true, true, 0x024, bit::IPV6 | bit::L4 | bit::UDP),
        ] {
            assert_eq!(of_extended(number, tcpcs, udpcs), bits, "{number}");
            assert_eq!(of_advanced(info), bits, "{info:#x}");
        }
    }

    #[test]
    fn what_one_nic_alone_can_say() {
        assert_eq!(of_extended(2, false, false), bit::IPV4 | bit::L4);
        assert_eq!(of_extended(15, false, false), 0);
        assert_eq!(of_advanced(0x041), bit::IPV4 | bit::L4 | bit::SCTP);
        assert_eq!(of_advanced(0x00c), bit::IPV6 | bit::EXTENSIONS);
        assert_eq!(of_advanced(0x803), bit::PTP);
    }
}
