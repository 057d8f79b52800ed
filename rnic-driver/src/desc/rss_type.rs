// SPDX-License-Identifier: GPL-2.0

//! What a receive hash was computed over, as write-backs say it and as XDP programs are told.
//!
//! The two NICs number the first types alike; the 82574 has no others. Its types 6 to 15 are reserved, so they are no hash.

use meta_derive::Value;

/// Bits of `enum xdp_rss_hash_type` (`include/net/xdp.h`).
mod xdp {
    pub(super) const L3_IPV4: u16 = 1 << 0;
    pub(super) const L3_IPV6: u16 = 1 << 1;
    pub(super) const L3_DYNHDR: u16 = 1 << 2;
    pub(super) const L4: u16 = 1 << 3;
    pub(super) const L4_TCP: u16 = 1 << 4;
    pub(super) const L4_UDP: u16 = 1 << 5;
}

/// The 82574's types (datasheet, 7.1.5: RSS type in MRQ).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
#[repr(u8)]
pub enum RssType {
    /// There is no hash, or its type is reserved.
    #[value(fallback)]
    None = 0,
    /// Addresses and ports of TCP over IPv4.
    TcpIpv4 = 1,
    /// Addresses of IPv4.
    Ipv4 = 2,
    /// Addresses, those of extension headers included, and ports of TCP over IPv6.
    TcpIpv6Ex = 3,
    /// Addresses of IPv6, those of extension headers included.
    Ipv6Ex = 4,
    /// Addresses of IPv6.
    Ipv6 = 5,
}

impl RssType {
    /// Bits of `enum xdp_rss_hash_type`; 0 for no hash.
    #[inline(always)]
    pub const fn hash_type(self) -> u16 {
        use xdp::*;
        match self {
            Self::None => 0,
            Self::TcpIpv4 => L3_IPV4 | L4 | L4_TCP,
            Self::Ipv4 => L3_IPV4,
            Self::TcpIpv6Ex => L3_IPV6 | L4 | L4_TCP | L3_DYNHDR,
            Self::Ipv6Ex => L3_IPV6 | L3_DYNHDR,
            Self::Ipv6 => L3_IPV6,
        }
    }
}

/// [`RssType::hash_type`] of each number: one load in the receive loop.
const HASH_TYPES: [u16; 16] = {
    let mut types = [0; 16];
    let mut bits = 0;
    while bits < types.len() {
        types[bits] = RssType::from_bits(bits as u64).hash_type();
        bits += 1;
    }
    types
};

/// Bits of `enum xdp_rss_hash_type` of a number in a write-back.
#[inline(always)]
pub(super) const fn hash_type(bits: u8) -> u16 {
    HASH_TYPES[(bits & 0xf) as usize]
}

/// The 82576's types (`E1000_RSS_TYPE_*` in `igb/e1000_82575.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
#[repr(u8)]
pub enum AdvancedRssType {
    /// There is no hash, or its type is reserved.
    #[value(fallback)]
    None = 0,
    /// Addresses and ports of TCP over IPv4.
    TcpIpv4 = 1,
    /// Addresses of IPv4.
    Ipv4 = 2,
    /// Addresses and ports of TCP over IPv6.
    TcpIpv6 = 3,
    /// Addresses of IPv6, those of extension headers included.
    Ipv6Ex = 4,
    /// Addresses of IPv6.
    Ipv6 = 5,
    /// Addresses, those of extension headers included, and ports of TCP over IPv6.
    TcpIpv6Ex = 6,
    /// Addresses and ports of UDP over IPv4.
    UdpIpv4 = 7,
    /// Addresses and ports of UDP over IPv6.
    UdpIpv6 = 8,
    /// Addresses, those of extension headers included, and ports of UDP over IPv6.
    UdpIpv6Ex = 9,
}

impl AdvancedRssType {
    /// Bits of `enum xdp_rss_hash_type`; 0 for no hash.
    #[inline(always)]
    pub const fn hash_type(self) -> u16 {
        use xdp::*;
        match self {
            Self::None => 0,
            Self::TcpIpv4 => L3_IPV4 | L4 | L4_TCP,
            Self::Ipv4 => L3_IPV4,
            Self::TcpIpv6 => L3_IPV6 | L4 | L4_TCP,
            Self::Ipv6Ex => L3_IPV6 | L3_DYNHDR,
            Self::Ipv6 => L3_IPV6,
            Self::TcpIpv6Ex => L3_IPV6 | L3_DYNHDR | L4 | L4_TCP,
            Self::UdpIpv4 => L3_IPV4 | L4 | L4_UDP,
            Self::UdpIpv6 => L3_IPV6 | L4 | L4_UDP,
            Self::UdpIpv6Ex => L3_IPV6 | L3_DYNHDR | L4 | L4_UDP,
        }
    }
}

/// [`AdvancedRssType::hash_type`] of each number.
const ADVANCED_HASH_TYPES: [u16; 16] = {
    let mut types = [0; 16];
    let mut bits = 0;
    while bits < types.len() {
        types[bits] = AdvancedRssType::from_bits(bits as u64).hash_type();
        bits += 1;
    }
    types
};

/// Bits of `enum xdp_rss_hash_type` of a number in an advanced write-back.
#[inline(always)]
pub(super) const fn advanced_hash_type(bits: u8) -> u16 {
    ADVANCED_HASH_TYPES[(bits & 0xf) as usize]
}

/// Whether `enum xdp_rss_hash_type` says that ports are covered.
#[inline(always)]
pub(super) const fn is_l4(hash_type: u16) -> bool {
    hash_type & xdp::L4 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_reserved_is_no_hash() {
        for bits in (6..=15).chain([0]) {
            assert_eq!(RssType::from_bits(bits), RssType::None);
        }
        for bits in (10..=15).chain([0]) {
            assert_eq!(AdvancedRssType::from_bits(bits), AdvancedRssType::None);
        }
        assert_eq!(RssType::None.hash_type(), 0);
        assert_eq!(AdvancedRssType::None.hash_type(), 0);
    }

    /// The values of `enum xdp_rss_hash_type`.
    #[test]
    fn programs_are_told_what_the_kernel_calls_it() {
        let of = |bits| RssType::from_bits(bits).hash_type();
        assert_eq!([1, 2, 3, 4, 5].map(of), [0x19, 0x01, 0x1e, 0x06, 0x02]);
        let of = |bits| AdvancedRssType::from_bits(bits).hash_type();
        assert_eq!(
            [1, 2, 3, 4, 5, 6, 7, 8, 9].map(of),
            [0x19, 0x01, 0x1a, 0x06, 0x02, 0x1e, 0x29, 0x2a, 0x2e]
        );
    }

    #[test]
    fn ports_are_covered_where_the_type_says_so() {
        let covered =
            |of: fn(u8) -> u16| -> Vec<u8> { (0..16).filter(|bits| is_l4(of(*bits))).collect() };
        assert_eq!(covered(hash_type), [1, 3]);
        assert_eq!(covered(advanced_hash_type), [1, 3, 6, 7, 8, 9]);
    }
}
