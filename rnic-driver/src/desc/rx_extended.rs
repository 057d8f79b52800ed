// SPDX-License-Identifier: GPL-2.0

//! The 82574's extended receive descriptor: `union e1000_rx_desc_extended`.
//!
//! Source: Intel 82574 GbE Controller Family datasheet, 7.1.5 (extended receive descriptors).

use super::{
    checksum_bits,
    packet_type::{self, PacketType},
    rss_type::{self, RssType},
    Checksum,
};
use meta_core::{
    descriptor::Descriptor as _,
    le::{Le16, Le32, Le64},
};
use meta_derive::Descriptor;

/// The memory of an extended receive descriptor.
#[derive(Descriptor)]
#[descriptor(name = "e1000_rx_desc_extended")]
#[repr(C)]
pub union RxExtended {
    read: RxRead,
    wb: RxWriteBack,
}

/// What the driver posts.
///
/// # Examples
///
/// ```
/// use meta_core::descriptor::Descriptor;
/// use rnic_driver::desc::rx_extended::RxRead;
///
/// let posted = RxRead::zeroed().with_buffer_addr(0x1122_3344);
/// assert_eq!(posted.to_words(), [0x1122_3344u64.to_le(), 0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct RxRead {
    /// Bus address of the buffer.
    buffer_addr: Le64,
    /// Shares its place with the status, so 0 also clears the done bit.
    #[desc(reserved)]
    reserved: Le64,
}

/// What the device writes back for a received packet.
///
/// # Examples
///
/// ```
/// use rnic_driver::desc::rx_extended::RxWriteBack as RxDescriptor;
///
/// // TCP over IPv4, 66 bytes, hash 0x12345678, as QEMU's model writes it.
/// let d = RxDescriptor::new(0x1234_5678_0000_0001, 0x0000_0042_0002_8063);
/// assert!(d.is_done() && d.is_last());
/// assert_eq!(d.length(), 66);
/// assert_eq!((d.has_rss_hash(), d.rss_hash()), (true, 0x1234_5678));
/// assert!(!d.has_vlan());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct RxWriteBack {
    /// What the packet was hashed and directed by.
    lower: RxLower,
    /// Status, length and VLAN tag.
    upper: RxUpper,
}

/// The lower half of a write-back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Descriptor)]
#[descriptor(name = "")]
#[repr(C)]
pub struct RxLower {
    #[desc(rss_type: RssType, bits = 3..=0, overlap, doc = "What the hash covers.")]
    #[desc(rss_number: u8, bits = 3..=0, overlap, doc = "The same as a number, reserved ones too.")]
    #[desc(reserved, bits = 7..=4)]
    #[desc(queue: u8, bits = 12..=8, doc = "The queue that the packet was put into.")]
    #[desc(reserved, bits = 31..=13)]
    mrq: Le32,
    #[desc(as = RxHiDword)]
    #[desc(rss: u32, bits = 31..=0, overlap, doc = "The hash, if there is an RSS type.")]
    #[desc(ip_id: u16, bits = 15..=0, overlap, doc = "Identification in the IPv4 header, with `ipidv`.")]
    #[desc(csum: u16, bits = 31..=16, overlap, doc = "Checksum over the packet; there instead of a hash.")]
    hi_dword: Le32,
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
    #[desc(ixsm: bool, bits = 2, doc = "Ignore the checksum bits.")]
    #[desc(vp: bool, bits = 3, doc = "A VLAN tag was stripped.")]
    #[desc(udpcs: bool, bits = 4, doc = "The UDP checksum was looked at.")]
    #[desc(tcpcs: bool, bits = 5, doc = "The TCP checksum was looked at.")]
    #[desc(ipcs: bool, bits = 6, doc = "The IPv4 header checksum was looked at.")]
    #[desc(pif: bool, bits = 7, doc = "The packet passed an inexact filter only.")]
    #[desc(reserved, bits = 8)]
    #[desc(ipidv: bool, bits = 9, doc = "The IP identification is there.")]
    #[desc(udpv: bool, bits = 10, doc = "The packet checksum is that of an UDP fragment.")]
    #[desc(reserved, bits = 14..=11)]
    #[desc(ack: bool, bits = 15, doc = "A TCP segment with ACK.")]
    #[desc(packet_type: PacketType, bits = 19..=16, overlap, doc = "Which headers the packet has.")]
    #[desc(packet_type_number: u8, bits = 19..=16, overlap, doc = "The same as a number.")]
    #[desc(reserved, bits = 23..=20)]
    #[desc(frame_errors: u8, bits = 31..=24, overlap, doc = "All error bits: CE, SE, SEQ, CXE, TCPE, IPE, RXE.")]
    #[desc(ce: bool, bits = 24, overlap, doc = "CRC or alignment error.")]
    #[desc(se: bool, bits = 25, overlap, doc = "Symbol error.")]
    #[desc(seq: bool, bits = 26, overlap, doc = "Sequence error.")]
    #[desc(cxe: bool, bits = 28, overlap, doc = "Carrier extension error.")]
    #[desc(tcpe: bool, bits = 29, overlap, doc = "The TCP or UDP checksum is wrong.")]
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
        self.upper.frame_errors() & 0x97 != 0
    }

    /// A VLAN tag was taken out of the packet.
    #[inline]
    pub const fn has_vlan(self) -> bool {
        self.upper.vp()
    }

    /// Priority, DEI and VLAN id of that tag; without one, whatever was in memory.
    #[inline]
    pub const fn vlan_tci(self) -> u16 {
        self.upper.vlan()
    }

    /// What the hash covers: bits of `enum xdp_rss_hash_type`; 0 for none and for types that the datasheet reserves.
    #[inline]
    pub const fn rss_hash_type(self) -> u16 {
        rss_type::hash_type(self.lower.rss_number())
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

    /// This NIC holds no time for a packet.
    #[inline]
    pub const fn has_timestamp(self) -> bool {
        false
    }

    /// Which headers the packet has: bits of [`packet_type::bit`].
    #[inline]
    pub const fn packet_type(self) -> u16 {
        packet_type::of_extended(
            self.upper.packet_type_number(),
            self.upper.tcpcs(),
            self.upper.udpcs(),
        )
    }

    /// What is known about checksums: bits of [`checksum_bit`](super::checksum_bit), 0 for nothing. Only a transport checksum
    /// that was looked at counts as good: an IP header says nothing about what follows it.
    #[inline]
    pub const fn checksum_bits(self) -> u16 {
        let upper = self.upper;
        let bad = upper.tcpe() | upper.ipe();
        let looked = upper.tcpcs() | upper.udpcs();
        let header = upper.ipcs() | !upper.packet_type().is_ipv4();
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
    .with_buffer_addr(address));

#[cfg(test)]
mod tests;
