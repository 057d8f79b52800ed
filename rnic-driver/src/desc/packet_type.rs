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
