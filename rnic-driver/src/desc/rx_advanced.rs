// SPDX-License-Identifier: GPL-2.0

//! The 82576's advanced receive descriptor: `union e1000_adv_rx_desc`.
//!
//! Source: Intel 82576 GbE Controller datasheet, 7.1.5 (advanced receive descriptors: read and write-back format).

use super::{
    checksum_bits, packet_type,
    rss_type::{self, AdvancedRssType},
    Checksum,
};
use meta_core::{
    descriptor::Descriptor as _,
    le::{Le16, Le32, Le64},
};
use meta_derive::Descriptor;

/// The memory of an advanced receive descriptor.
#[derive(Descriptor)]
#[descriptor(name = "e1000_adv_rx_desc")]
#[repr(C)]
pub union RxAdvanced {
    read: RxRead,
    wb: RxWriteBack,
}

/// What the driver posts.
///
/// # Examples
///
/// ```
/// use meta_core::descriptor::Descriptor;
/// use rnic_driver::desc::rx_advanced::RxRead;
///
/// let posted = RxRead::zeroed().with_pkt_addr(0x1000);
/// assert_eq!(posted.to_words(), [0x1000u64.to_le(), 0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct RxRead {
    /// Bus address of the buffer.
    pkt_addr: Le64,
    /// Bus address of the buffer for headers. It shares its place with the status: 0 if headers are not split, so that the
    /// done bit is clear.
    hdr_addr: Le64,
}

/// What the device writes back for a received packet.
///
/// # Examples
///
/// ```
/// use rnic_driver::desc::rx_advanced::RxWriteBack;
///
/// // TCP over IPv4, 66 bytes, hash 0x12345678, as QEMU's model writes it.
/// let d = RxWriteBack::new(0x1234_5678_0000_0111, 0x0000_0042_0000_0063);
/// assert!(d.is_done() && d.is_last());
/// assert_eq!((d.length(), d.rss_hash()), (66, 0x1234_5678));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct RxWriteBack {
    /// What kind of packet it is, and what it was hashed by.
    lower: RxLower,
    /// Status, length and VLAN tag.
    upper: RxUpper,
}

/// The lower half of a write-back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct RxLower {
    /// Kind of packet, and split header.
    lo_dword: RxLoDword,
    #[desc(as = RxHiDword)]
    #[desc(rss: u32, bits = 31..=0, overlap, doc = "The hash, if there is an RSS type.")]
    #[desc(ip_id: u16, bits = 15..=0, overlap, doc = "Identification in the IPv4 header, with `ipidv`.")]
    #[desc(csum: u16, bits = 31..=16, overlap, doc = "Checksum over the packet; there instead of a hash.")]
    hi_dword: Le32,
}

/// Kind of packet, and split header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct RxLoDword {
    #[desc(rss_type: AdvancedRssType, bits = 3..=0, overlap, doc = "What the hash covers.")]
    #[desc(rss_number: u8, bits = 3..=0, overlap, doc = "The same as a number, reserved ones too.")]
    #[desc(packet_type: u16, bits = 15..=4, overlap, doc = "All the bits that say which headers the packet has.")]
    #[desc(ipv4: bool, bits = 4, overlap, doc = "IPv4.")]
    #[desc(ipv4_options: bool, bits = 5, overlap, doc = "IPv4 with options.")]
    #[desc(ipv6: bool, bits = 6, overlap, doc = "IPv6.")]
    #[desc(ipv6_extensions: bool, bits = 7, overlap, doc = "IPv6 with extension headers.")]
    #[desc(tcp: bool, bits = 8, overlap, doc = "TCP.")]
    #[desc(udp: bool, bits = 9, overlap, doc = "UDP.")]
    #[desc(sctp: bool, bits = 10, overlap, doc = "SCTP.")]
    #[desc(etqf_index: u8, bits = 6..=4, overlap, doc = "Which Ethertype filter matched, with `etqf`.")]
    #[desc(etqf: bool, bits = 15, overlap, doc = "An Ethertype filter matched; the other bits are not what is said above.")]
    pkt_info: Le16,
    #[desc(reserved, bits = 4..=0)]
    #[desc(hdr_len: u16, bits = 14..=5, doc = "Bytes of the header, with `sph`.")]
    #[desc(sph: bool, bits = 15, doc = "The header was split.")]
    hdr_info: Le16,
}

/// What stands in the dword of the hash.
#[derive(Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub union RxHiDword {
    rss: Le32,
    csum_ip: RxCsumIp,
}

/// IP identification and packet checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "", part)]
#[repr(C)]
pub struct RxCsumIp {
    /// Identification in the IPv4 header.
    ip_id: Le16,
    /// Checksum over the packet.
    csum: Le16,
}

/// The upper half of a write-back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct RxUpper {
    #[desc(dd: bool, bits = 0, doc = "Descriptor done.")]
    #[desc(eop: bool, bits = 1, doc = "End of packet.")]
    #[desc(reserved, bits = 2)]
    #[desc(vp: bool, bits = 3, doc = "A VLAN tag was stripped.")]
    #[desc(udpcs: bool, bits = 4, doc = "The UDP checksum was looked at.")]
    #[desc(l4cs: bool, bits = 5, doc = "The transport checksum was looked at: TCP, UDP or SCTP.")]
    #[desc(ipcs: bool, bits = 6, doc = "The IPv4 header checksum was looked at.")]
    #[desc(pif: bool, bits = 7, doc = "The packet passed an inexact filter only.")]
    #[desc(reserved, bits = 8)]
    #[desc(ipidv: bool, bits = 9, doc = "The IP identification is there.")]
    #[desc(udpv: bool, bits = 10, doc = "The packet checksum is that of an UDP fragment.")]
    #[desc(reserved, bits = 15..=11)]
    #[desc(ts: bool, bits = 16, doc = "The time of the packet is in the register.")]
    #[desc(reserved, bits = 17)]
    #[desc(lb: bool, bits = 18, doc = "The packet came from another function of the NIC.")]
    #[desc(reserved, bits = 22..=19)]
    #[desc(hbo: bool, bits = 23, doc = "The header was larger than its buffer.")]
    #[desc(errors: u8, bits = 31..=24, overlap, doc = "All error bits: CE, SE, SEQ, CXE, L4E, IPE, RXE.")]
    #[desc(ce: bool, bits = 24, overlap, doc = "CRC or alignment error.")]
    #[desc(se: bool, bits = 25, overlap, doc = "Symbol error.")]
    #[desc(seq: bool, bits = 26, overlap, doc = "Sequence error.")]
    #[desc(cxe: bool, bits = 28, overlap, doc = "Carrier extension error.")]
    #[desc(l4e: bool, bits = 29, overlap, doc = "The transport checksum is wrong.")]
    #[desc(ipe: bool, bits = 30, overlap, doc = "The IPv4 header checksum is wrong.")]
    #[desc(rxe: bool, bits = 31, overlap, doc = "Receive data error.")]
    status_error: Le32,
    /// Bytes that the device wrote into the buffer, as it says.
    length: Le16,
    /// Priority, DEI and VLAN id of the stripped tag.
    vlan: Le16,
}

impl RxWriteBack {
    /// The descriptor with these two quadwords, in host byte order.
    #[inline]
    pub fn new(lower: u64, upper: u64) -> Self {
        Self::from_words([lower.to_le(), upper.to_le()])
    }

    /// The device is done with the descriptor.
    #[inline]
    pub const fn is_done(self) -> bool {
        self.upper.dd()
    }

    /// The packet ends in this descriptor's buffer. All metadata is in the last descriptor.
    #[inline]
    pub const fn is_last(self) -> bool {
        self.upper.eop()
    }

    /// Bytes that the device wrote into the buffer, as it says.
    #[inline]
    pub const fn length(self) -> usize {
        self.upper.length() as usize
    }

    /// The frame arrived damaged (and store-bad-packets let it pass).
    #[inline]
    pub const fn is_damaged(self) -> bool {
        // CE, SE, SEQ, CXE, RXE; what else there is are checksums.
        self.upper.errors() & 0x97 != 0
    }

    /// A VLAN tag was taken out of the packet.
    #[inline]
    pub const fn has_vlan(self) -> bool {
        self.upper.vp()
    }

    /// Priority, DEI and VLAN id of that tag; without one, nothing that means anything.
    #[inline]
    pub const fn vlan_tci(self) -> u16 {
        self.upper.vlan()
    }

    /// What the hash covers: bits of `enum xdp_rss_hash_type`; 0 for none and for types that are reserved.
    #[inline]
    pub const fn rss_hash_type(self) -> u16 {
        rss_type::advanced_hash_type(self.lower.lo_dword.rss_number())
    }

    /// The NIC computed a hash.
    #[inline]
    pub const fn has_rss_hash(self) -> bool {
        self.rss_hash_type() != 0
    }

    /// The hash; without one, the dword holds IP identification and packet checksum.
    #[inline]
    pub const fn rss_hash(self) -> u32 {
        self.lower.rss()
    }

    /// The hash covers ports.
    #[inline]
    pub const fn is_l4_hash(self) -> bool {
        rss_type::is_l4(self.rss_hash_type())
    }

    /// The time of the packet is held in the NIC's register, until that is read.
    #[inline]
    pub const fn has_timestamp(self) -> bool {
        self.upper.ts()
    }

    /// The dword is IP identification and packet checksum, not a hash, and the packet is IPv4.
    #[inline]
    pub const fn has_ip_id(self) -> bool {
        self.upper.ipidv()
    }

    /// Identification in the IPv4 header; without one, a part of the hash.
    #[inline]
    pub const fn ip_id(self) -> u16 {
        self.lower.ip_id()
    }

    /// Which headers the packet has: bits of [`packet_type::bit`].
    #[inline]
    pub const fn packet_type(self) -> u16 {
        packet_type::of_advanced(self.lower.lo_dword.packet_type())
    }

    /// What is known about checksums: bits of [`checksum_bit`](super::checksum_bit), 0 for nothing. Only a transport checksum
    /// that was looked at counts as good: an IP header says nothing about what follows it.
    #[inline]
    pub const fn checksum_bits(self) -> u16 {
        let (upper, lo) = (self.upper, self.lower.lo_dword);
        let bad = upper.l4e() | upper.ipe();
        let looked = upper.l4cs() | upper.udpcs();
        let header = upper.ipcs() | !lo.ipv4() | lo.etqf();
        checksum_bits(!bad & looked & header, bad)
    }

    /// Something is known about checksums.
    #[inline]
    pub const fn has_checksum(self) -> bool {
        self.checksum_bits() != 0
    }

    /// What the NIC found out about checksums.
    #[inline]
    pub const fn checksum(self) -> Checksum {
        Checksum::of_bits(self.checksum_bits())
    }
}

super::receive!(RxWriteBack, |address| RxRead::zeroed()
    .with_pkt_addr(address));

#[cfg(test)]
mod tests {
    use super::*;
    use meta_core::{descriptor::View, value::Value};

    fn upper(status: u32) -> u64 {
        u64::from(status) | 64 << 32
    }

    /// Status words observed on QEMU's model, with the packet information that goes with them.
    #[test]
    fn checksum_verdicts_of_the_model() {
        for (info, status, verdict) in [
            (0x110, 0x0000_0263, Checksum::Good), // TCPv4
            (0x110, 0x2000_0263, Checksum::Bad),  // TCPv4, wrong checksum
            (0x110, 0x4000_0263, Checksum::Bad),  // wrong IP header
            (0x210, 0x0000_0273, Checksum::Good), // UDPv4
            (0x210, 0x0000_0243, Checksum::None), // UDPv4 without a checksum
            (0x010, 0x0000_0243, Checksum::None), // ICMP, fragment
            (0x000, 0x0000_0003, Checksum::None), // ARP
            (0x140, 0x0000_0023, Checksum::Good), // TCPv6
            (0x240, 0x0000_0033, Checksum::Good), // UDPv6
            (0x040, 0x0000_0003, Checksum::None), // ICMPv6
            (0x410, 0x2000_0263, Checksum::Bad),  // SCTP, wrong checksum
        ] {
            let d = RxWriteBack::new(info, upper(status));
            assert_eq!(d.checksum(), verdict, "{info:#x} {status:#x}");
        }
    }

    #[test]
    fn a_write_back_is_golden() {
        // UDP over IPv6 with a hash, 128 bytes of header split off, a stripped tag, a time.
        let d = RxWriteBack::from_bytes([
            0x48, 0x02, 0x00, 0x90, 0x78, 0x56, 0x34, 0x12, 0x3b, 0, 0x01, 0, 0xea, 0x05, 0x05,
            0xe0,
        ]);
        let (lo, upper) = (d.lower().lo_dword(), d.upper());
        assert_eq!(lo.rss_type(), AdvancedRssType::UdpIpv6);
        assert_eq!(
            (lo.packet_type(), lo.hdr_len(), lo.sph()),
            (0x24, 128, true)
        );
        assert!(lo.ipv6() && lo.udp() && !lo.ipv4() && !lo.tcp() && !lo.sctp() && !lo.etqf());
        assert!(!lo.ipv4_options() && !lo.ipv6_extensions());
        assert_eq!(lo.etqf_index(), 4);
        assert!(upper.ts() && d.has_timestamp() && !upper.hbo() && !upper.lb());
        assert_eq!(
            (d.length(), d.vlan_tci(), d.has_vlan()),
            (1514, 0xe005, true)
        );
        assert_eq!(
            (d.rss_hash(), d.rss_hash_type(), d.is_l4_hash()),
            (0x1234_5678, 0x2a, true)
        );
        assert_eq!((d.lower().ip_id(), d.lower().csum()), (0x5678, 0x1234));
    }

    #[test]
    fn each_error_has_its_bit() {
        for (bit, getter) in [
            (24, RxUpper::ce as fn(&RxUpper) -> bool),
            (25, RxUpper::se),
            (26, RxUpper::seq),
            (28, RxUpper::cxe),
            (29, RxUpper::l4e),
            (30, RxUpper::ipe),
            (31, RxUpper::rxe),
        ] {
            let d = RxWriteBack::new(0, 1 << bit);
            assert!(getter(&d.upper()), "{bit}");
            assert_eq!(d.is_damaged(), !matches!(bit, 29 | 30), "{bit}");
        }
    }

    #[test]
    fn what_is_posted_is_not_done() {
        let posted = RxRead::zeroed().with_pkt_addr(0x1122_3344_5566_7788);
        assert_eq!(
            posted.to_bytes(),
            [0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0, 0, 0, 0, 0]
        );
        assert!(!View::<RxAdvanced>::view::<RxWriteBack>(posted).is_done());
        let split = posted.with_hdr_addr(0x99);
        assert_eq!(split.to_bytes().as_slice().get(8), Some(&0x99));
    }

    /// Whatever a hostile device writes, the answers stay in range.
    #[test]
    fn any_bits_are_decoded() {
        for bits in [0, u64::MAX, 0x5555_5555_5555_5555, 0xaaaa_aaaa_aaaa_aaaa] {
            let d = RxWriteBack::new(bits, bits);
            assert_eq!(d.to_words(), [bits.to_le(); 2]);
            assert!(d.length() <= 0xffff && d.lower().lo_dword().hdr_len() <= 0x3ff);
            let _ = (d.checksum(), d.rss_hash_type(), d.is_damaged());
        }
    }
}
