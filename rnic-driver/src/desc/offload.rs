// SPDX-License-Identifier: GPL-2.0

//! What a packet to be sent asks of the NIC, in words that no NIC names.
//!
//! Offsets are bytes from the start of the packet. They come from the stack, which has checked them; a format still cuts
//! what does not fit its bits, so that a wrong offset damages its own packet and nothing else.

/// How a packet is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offload {
    /// The tag to insert: priority, DEI and VLAN id.
    pub vlan: Option<u16>,
    /// The transport checksum to fill in.
    pub checksum: Option<TransportChecksum>,
    /// How the packet is to be cut into segments; there is a checksum then.
    pub segments: Option<Segments>,
    /// Bytes of the packet; of one that is cut, those behind its headers.
    pub payload: u32,
    /// The time when it is sent is wanted.
    pub timestamp: bool,
}

/// A checksum that the NIC computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransportChecksum {
    /// Where the IP header begins.
    pub network: u16,
    /// The IP header is version 4.
    pub ipv4: bool,
    /// Where the transport header begins, from which on the sum is taken.
    pub transport: u16,
    /// Where in the packet the checksum is put.
    pub place: u16,
    /// The transport.
    pub protocol: Protocol,
}

/// A transport whose checksum the NICs know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// Segmentation of a TCP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    /// Bytes of payload in a segment, at most.
    pub mss: u16,
    /// Bytes of all headers, which every segment repeats.
    pub headers: u16,
    /// How many segments there will be.
    pub count: u16,
}

impl Offload {
    /// Packets on the wire, and their bytes, when `bytes` bytes are sent in this way.
    #[inline]
    pub const fn on_the_wire(&self, bytes: u32) -> (u32, u32) {
        match self.segments {
            None => (1, bytes),
            Some(segments) => {
                let more = (segments.count as u32).saturating_sub(1);
                let repeated = more.wrapping_mul(segments.headers as u32);
                (more.wrapping_add(1), bytes.wrapping_add(repeated))
            }
        }
    }

    /// The packet goes out as it is.
    pub const fn none(bytes: u32) -> Self {
        Self {
            vlan: None,
            checksum: None,
            segments: None,
            payload: bytes,
            timestamp: false,
        }
    }
}
