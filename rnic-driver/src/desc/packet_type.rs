// SPDX-License-Identifier: GPL-2.0

//! Which headers the 82574 saw in a packet. The 82576 has a bit for each header instead.

use super::number::number;

/// Packet type in an extended write-back (82574 datasheet, 7.1.5; types as the model gives them).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    Other = 15,
}

number!(PacketType: Mac Ipv4 Ipv4L4 Ipv6 Ipv6L4, else Other);

impl PacketType {
    /// The outermost header behind Ethernet's is IPv4.
    #[inline(always)]
    pub const fn is_ipv4(self) -> bool {
        matches!(self, Self::Ipv4 | Self::Ipv4L4)
    }
}

/// `DTYP` of extended and advanced transmit descriptors: what the descriptor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TransmitType {
    /// 82574: what the data descriptors that follow need to know about headers.
    Context = 0,
    /// 82574: a buffer.
    Data = 1,
    /// 82576: what the data descriptors that follow need to know about headers.
    AdvancedContext = 2,
    /// 82576: a buffer.
    AdvancedData = 3,
    /// Reserved.
    Reserved = 15,
}

number!(TransmitType: Context Data AdvancedContext AdvancedData, else Reserved);

/// The 82576's `L4T`: the transport header of the packets that a context is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Transport {
    /// UDP.
    Udp = 0,
    /// TCP.
    Tcp = 1,
    /// SCTP.
    Sctp = 2,
    /// Reserved.
    Reserved = 3,
}

number!(Transport: Udp Tcp Sctp, else Reserved);
