// SPDX-License-Identifier: GPL-2.0

//! The 82574's descriptors: what it writes back for a received packet, and what it reads to send one.
//!
//! A write-back is copied once, after its done bit was seen, and only the copy is looked at: a device that goes on
//! writing can't change an answer between two questions. Nothing that a descriptor says is trusted beyond its range.
//!
//! Source: Intel 82574 GbE Controller Family datasheet, 7.1.5 (extended receive descriptors), 7.2.10 (legacy transmit
//! descriptors); `drivers/net/ethernet/intel/e1000e/hw.h` has the same layouts.

/// Status bits of an extended receive write-back (bits 0 to 19 of its upper dword 0).
mod status {
    pub(super) const DD: u32 = 1 << 0;
    pub(super) const EOP: u32 = 1 << 1;
    pub(super) const VP: u32 = 1 << 3;
    pub(super) const UDPCS: u32 = 1 << 4;
    pub(super) const TCPCS: u32 = 1 << 5;
    pub(super) const IPCS: u32 = 1 << 6;
}

/// Error bits of the same dword.
mod error {
    pub(super) const TCPE: u32 = 1 << 29;
    pub(super) const IPE: u32 = 1 << 30;
    /// CE, SE, SEQ, CXE, RXE: the frame itself is damaged.
    pub(super) const FRAME: u32 = 0x9700_0000;
}

/// `enum xdp_rss_hash_type` for each RSS type that the NIC may report; 0 = it reports none.
const RSS_HASH_TYPE: [u16; 16] = {
    const L3_IPV4: u16 = 1 << 0;
    const L3_IPV6: u16 = 1 << 1;
    const L3_DYNHDR: u16 = 1 << 2;
    const L4: u16 = 1 << 3;
    const L4_TCP: u16 = 1 << 4;
    let mut types = [0; 16];
    types[1] = L3_IPV4 | L4 | L4_TCP;
    types[2] = L3_IPV4;
    types[3] = L3_IPV6 | L4 | L4_TCP | L3_DYNHDR;
    types[4] = L3_IPV6 | L3_DYNHDR;
    types[5] = L3_IPV6;
    types
};

/// What the hardware found out about a packet's checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// It did not look.
    None,
    /// The transport checksum, and the IP header's if there is one, are right.
    Good,
    /// One of them is wrong.
    Bad,
}

/// The write-back of a received packet: 16 bytes, little-endian.
///
/// # Examples
///
/// ```
/// use rnic_driver::desc::RxDescriptor;
///
/// // TCP over IPv4, 66 bytes, hash 0x12345678, as QEMU's model writes it.
/// let d = RxDescriptor::new(0x1234_5678_0000_0001, 0x0000_0042_0002_8063);
/// assert!(d.is_done() && d.is_last());
/// assert_eq!(d.length(), 66);
/// assert_eq!((d.has_rss_hash(), d.rss_hash()), (true, 0x1234_5678));
/// assert!(!d.has_vlan());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RxDescriptor {
    lower: u64,
    upper: u64,
}

impl RxDescriptor {
    /// The descriptor with these two quadwords, in host byte order.
    #[inline]
    pub const fn new(lower: u64, upper: u64) -> Self {
        Self { lower, upper }
    }

    #[inline]
    const fn status(self) -> u32 {
        self.upper as u32
    }

    #[inline]
    const fn has(self, bits: u32) -> bool {
        self.status() & bits == bits
    }

    /// The device is done with the descriptor.
    #[inline]
    pub const fn is_done(self) -> bool {
        self.has(status::DD)
    }

    /// The packet ends in this descriptor's buffer. All metadata is in the last descriptor.
    #[inline]
    pub const fn is_last(self) -> bool {
        self.has(status::EOP)
    }

    /// Bytes that the device wrote into the buffer, as it says.
    #[inline]
    pub const fn length(self) -> usize {
        (self.upper >> 32) as u16 as usize
    }

    /// The frame arrived damaged (and store-bad-packets let it pass).
    #[inline]
    pub const fn is_damaged(self) -> bool {
        self.status() & error::FRAME != 0
    }

    /// A VLAN tag was taken out of the packet.
    #[inline]
    pub const fn has_vlan(self) -> bool {
        self.has(status::VP)
    }

    /// Priority, DEI and VLAN id of that tag; without one, whatever was in memory.
    #[inline]
    pub const fn vlan_tci(self) -> u16 {
        (self.upper >> 48) as u16
    }

    /// What the hash covers: bits of `enum xdp_rss_hash_type`; 0 for none and for types that the datasheet reserves.
    #[inline]
    pub const fn rss_hash_type(self) -> u16 {
        RSS_HASH_TYPE[(self.lower & 0xf) as usize]
    }

    /// The NIC computed a hash.
    #[inline]
    pub const fn has_rss_hash(self) -> bool {
        self.rss_hash_type() != 0
    }

    /// The hash; without one, the dword holds IP identification and packet checksum.
    #[inline]
    pub const fn rss_hash(self) -> u32 {
        (self.lower >> 32) as u32
    }

    /// The hash covers ports.
    #[inline]
    pub const fn is_l4_hash(self) -> bool {
        const L4: u16 = 1 << 3;
        self.rss_hash_type() & L4 != 0
    }

    /// What the NIC found out about checksums. Only a transport checksum that was looked at counts as good: an IP header
    /// says nothing about what follows it.
    #[inline]
    pub const fn checksum(self) -> Checksum {
        if self.status() & (error::TCPE | error::IPE) != 0 {
            Checksum::Bad
        } else if self.status() & (status::TCPCS | status::UDPCS) != 0
            && (self.has(status::IPCS) || !self.is_ipv4())
        {
            Checksum::Good
        } else {
            Checksum::None
        }
    }

    /// Packet type 1 or 2 (bits 16 to 19): IPv4.
    const fn is_ipv4(self) -> bool {
        matches!(self.status() >> 16 & 0xf, 1 | 2)
    }
}

/// A legacy transmit descriptor: 16 bytes, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TxDescriptor {
    /// Bus address of the packet.
    pub address: u64,
    /// Length and command for the device to read; status for the driver.
    pub control: u64,
}

impl TxDescriptor {
    const EOP: u64 = 1 << 24;
    const IFCS: u64 = 1 << 25;
    const RS: u64 = 1 << 27;
    const DD: u64 = 1 << 32;

    /// One whole packet. The NIC appends the frame check sequence and reports when it is done.
    #[inline]
    pub const fn packet(address: u64, length: u16) -> Self {
        Self {
            address,
            control: length as u64 | Self::EOP | Self::IFCS | Self::RS,
        }
    }

    /// The device is done with a descriptor whose second quadword is `control`.
    #[inline]
    pub const fn is_done(control: u64) -> bool {
        control & Self::DD != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upper(status: u32, length: u16, vlan: u16) -> u64 {
        u64::from(status) | u64::from(length) << 32 | u64::from(vlan) << 48
    }

    /// Status words observed on QEMU's model: see the datasheet's table 42 for the bits.
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
                RxDescriptor::new(0, upper(status, 64, 0)).checksum(),
                verdict,
                "{status:#x}"
            );
        }
    }

    #[test]
    fn vlan_is_valid_with_vp_only() {
        let stale = RxDescriptor::new(0, upper(0x3, 64, 0x5a5a));
        assert!(!stale.has_vlan());
        let tagged = RxDescriptor::new(0, upper(0xb, 64, 0xe005));
        assert!(tagged.has_vlan());
        assert_eq!(tagged.vlan_tci(), 0xe005);
    }

    #[test]
    fn reserved_rss_types_are_no_hash() {
        for kind in (6..=15).chain([0]) {
            assert!(!RxDescriptor::new(0xffff_ffff_0000_0000 | kind, 0x3).has_rss_hash());
        }
    }

    /// Whatever a hostile device writes, the answers stay in range.
    #[test]
    fn any_bits_are_decoded() {
        for bits in [0, u64::MAX, 0x5555_5555_5555_5555, 0xaaaa_aaaa_aaaa_aaaa] {
            let d = RxDescriptor::new(bits, bits);
            assert!(d.length() <= 0xffff);
            let _ = (
                d.checksum(),
                d.rss_hash_type(),
                d.is_damaged(),
                d.is_l4_hash(),
            );
        }
    }

    #[test]
    fn transmit_bytes_are_golden() {
        let d = TxDescriptor::packet(0x1122_3344, 60);
        assert_eq!(
            d.address.to_le_bytes(),
            [0x44, 0x33, 0x22, 0x11, 0, 0, 0, 0]
        );
        assert_eq!(d.control.to_le_bytes(), [60, 0, 0, 0x0b, 0, 0, 0, 0]);
        assert!(!TxDescriptor::is_done(d.control));
        assert!(TxDescriptor::is_done(d.control | 1 << 32));
    }
}
