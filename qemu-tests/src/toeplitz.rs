// SPDX-License-Identifier: GPL-2.0

//! The Toeplitz hash of receive-side scaling, computed on the host.
//!
//! The oracle has to know the hash of a frame without asking the device or the driver, so this
//! shares no code with either. It works a bit at a time, straight from the definition; speed does
//! not matter here, and a clever version would be one more thing that could be wrong.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The key of Microsoft's test vectors, which the driver programs into the device.
pub(crate) const KEY: [u8; 40] = [
    0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
    0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
    0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
];

/// Hash of `input` under `key`.
///
/// # Panics
///
/// When `input` is longer than the key has windows for (36 bytes: an IPv6 4-tuple).
pub(crate) fn hash(key: &[u8; 40], input: &[u8]) -> u32 {
    assert!(
        input.len() <= key.len() - 4,
        "input longer than the key allows"
    );
    let bit = |bytes: &[u8], i: usize| bytes[i / 8] >> (7 - i % 8) & 1;
    let mut result = 0;
    for i in (0..input.len() * 8).filter(|&i| bit(input, i) == 1) {
        // The 32 bits of the key that start at bit i.
        result ^= (i..i + 32).fold(0, |window, k| window << 1 | u32::from(bit(key, k)));
    }
    result
}

/// Hash over addresses only (`XDP_RSS_TYPE_L3_IPV4`).
pub(crate) fn ipv4(src: Ipv4Addr, dst: Ipv4Addr) -> u32 {
    hash(&KEY, &[src.octets(), dst.octets()].concat())
}

/// Hash over addresses and ports (`XDP_RSS_TYPE_L4_IPV4_TCP`).
pub(crate) fn ipv4_ports(src: (Ipv4Addr, u16), dst: (Ipv4Addr, u16)) -> u32 {
    let input = [
        &src.0.octets()[..],
        &dst.0.octets()[..],
        &src.1.to_be_bytes()[..],
        &dst.1.to_be_bytes()[..],
    ];
    hash(&KEY, &input.concat())
}

/// Hash over addresses only (`XDP_RSS_TYPE_L3_IPV6`).
pub(crate) fn ipv6(src: Ipv6Addr, dst: Ipv6Addr) -> u32 {
    hash(&KEY, &[src.octets(), dst.octets()].concat())
}

/// Hash over addresses and ports (`XDP_RSS_TYPE_L4_IPV6_TCP`).
pub(crate) fn ipv6_ports(src: (Ipv6Addr, u16), dst: (Ipv6Addr, u16)) -> u32 {
    let input = [
        &src.0.octets()[..],
        &dst.0.octets()[..],
        &src.1.to_be_bytes()[..],
        &dst.1.to_be_bytes()[..],
    ];
    hash(&KEY, &input.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Endpoint = ([u8; 4], u16);

    /// "Verifying the RSS Hash Calculation" in Microsoft's NDIS documentation: source, destination,
    /// hash of the addresses, hash of addresses and ports.
    const VECTORS: &[(Endpoint, Endpoint, u32, u32)] = &[
        (
            ([66, 9, 149, 187], 2794),
            ([161, 142, 100, 80], 1766),
            0x323e_8fc2,
            0x51cc_c178,
        ),
        (
            ([199, 92, 111, 2], 14230),
            ([65, 69, 140, 83], 4739),
            0xd718_262a,
            0xc626_b0ea,
        ),
        (
            ([24, 19, 198, 95], 12898),
            ([12, 22, 207, 184], 38024),
            0xd2d0_a5de,
            0x5c2b_394a,
        ),
        (
            ([38, 27, 205, 30], 48228),
            ([209, 142, 163, 6], 2217),
            0x8298_9176,
            0xafc7_327f,
        ),
        (
            ([153, 39, 163, 191], 44251),
            ([202, 188, 127, 2], 1303),
            0x5d18_09c5,
            0x10e8_28a2,
        ),
    ];

    #[test]
    fn microsofts_vectors_hash_as_published() {
        for &((src, sport), (dst, dport), l3, l4) in VECTORS {
            let (src, dst) = (Ipv4Addr::from(src), Ipv4Addr::from(dst));
            assert_eq!(ipv4(src, dst), l3, "{src} -> {dst}");
            assert_eq!(
                ipv4_ports((src, sport), (dst, dport)),
                l4,
                "{src}:{sport} -> {dst}:{dport}"
            );
        }
    }

    /// The same documentation's vectors for IPv6: source, destination, both hashes.
    #[test]
    fn microsofts_vectors_for_ipv6_hash_as_published() {
        for (src, sport, dst, dport, l3, l4) in [
            (
                "3ffe:2501:200:1fff::7",
                2794,
                "3ffe:2501:200:3::1",
                1766,
                0x2cc1_8cd5,
                0x4020_7d3d,
            ),
            (
                "3ffe:501:8::260:97ff:fe40:efab",
                14230,
                "ff02::1",
                4739,
                0x0f0c_461c,
                0xdde5_1bbf,
            ),
        ] {
            let (src, dst) = (src.parse().unwrap(), dst.parse().unwrap());
            assert_eq!(ipv6(src, dst), l3, "{src} -> {dst}");
            assert_eq!(ipv6_ports((src, sport), (dst, dport)), l4, "{src}:{sport}");
        }
    }

    #[test]
    fn nothing_hashes_to_zero() {
        assert_eq!(hash(&KEY, &[]), 0);
        assert_eq!(hash(&KEY, &[0; 36]), 0);
    }

    /// A storm turns it as a change of the key after which all hashes are as before.
    #[test]
    fn the_last_bit_of_a_key_is_in_no_hash() {
        let turned = |bit: usize| {
            let mut key = KEY;
            key[bit / 8] ^= 0x80 >> (bit % 8);
            key
        };
        let longest = [0xff; 36];
        assert_eq!(hash(&turned(319), &longest), hash(&KEY, &longest));
        assert_ne!(hash(&turned(318), &longest), hash(&KEY, &longest));
    }
}
