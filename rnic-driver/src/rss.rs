// SPDX-License-Identifier: GPL-2.0

//! Receive-side scaling: the hash key, the table from hashes to queues, and the header fields that are hashed.
//!
//! The key is well known until a user sets another one, so that anybody can compute the hash that a packet must have. A
//! [`Config`] is complete: it is put into force as a whole, so that no packet is spread by half of one.

/// Bytes of a key.
pub const KEY_LEN: usize = 40;

/// Entries of a table.
pub const TABLE_LEN: usize = 128;

/// The key of the Toeplitz hash, in the order of its bytes: the one of Microsoft's RSS verification suite.
pub const KEY: [u8; KEY_LEN] = [
    0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
    0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
    0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
];

/// The ten RSSRK registers of `key`: four key bytes each, the first in the lowest bits (82574 datasheet, 10.2.5.38).
pub const fn key_registers(key: &[u8; KEY_LEN]) -> [u32; KEY_LEN / 4] {
    let mut registers = [0; KEY_LEN / 4];
    let mut i = 0;
    while i < registers.len() {
        registers[i] =
            u32::from_le_bytes([key[4 * i], key[4 * i + 1], key[4 * i + 2], key[4 * i + 3]]);
        i += 1;
    }
    registers
}

/// Which queue a hash leads to, by its lowest seven bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table([u8; TABLE_LEN]);

impl Table {
    /// Spreads the hashes evenly over `queues` queues, as `ethtool -X default` does. 0 queues count as one.
    pub const fn spread(queues: usize) -> Self {
        let queues = if queues == 0 { 1 } else { queues };
        let mut entries = [0; TABLE_LEN];
        let mut i = 0;
        while i < TABLE_LEN {
            entries[i] = (i % queues) as u8;
            i += 1;
        }
        Self(entries)
    }

    /// The table of these entries; `None` if one of them is not below `queues`, or if they are not 128.
    pub fn new(entries: &[u32], queues: usize) -> Option<Self> {
        let mut table = Self([0; TABLE_LEN]);
        if entries.len() != TABLE_LEN {
            return None;
        }
        for (to, &queue) in table.0.iter_mut().zip(entries) {
            *to = u8::try_from(queue).ok()?;
            if usize::from(*to) >= queues {
                return None;
            }
        }
        Some(table)
    }

    /// The queue of each entry.
    pub const fn queues(&self) -> &[u8; TABLE_LEN] {
        &self.0
    }

    /// Whether every entry is below `queues`.
    pub fn fits(&self, queues: usize) -> bool {
        self.0.iter().all(|&queue| usize::from(queue) < queues)
    }

    /// The 32 RETA registers: four entries each, the first in the lowest byte. A queue's number begins at bit `shift` of
    /// its byte: 7 on the 82574 (datasheet, 10.2.5.37), 0 on the 82576.
    pub const fn registers(&self, shift: u32) -> [u32; TABLE_LEN / 4] {
        let mut registers = [0; TABLE_LEN / 4];
        let mut i = 0;
        while i < TABLE_LEN {
            let byte = (self.0[i] as u32).wrapping_shl(shift) & 0xff;
            registers[i / 4] |= byte << (i % 4 * 8);
            i += 1;
        }
        registers
    }
}

/// A kind of packet, as far as hashing tells them apart. What is no TCP or UDP is of the two last ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Flow {
    /// TCP over IPv4.
    TcpIpv4 = 1 << 0,
    /// UDP over IPv4.
    UdpIpv4 = 1 << 1,
    /// TCP over IPv6.
    TcpIpv6 = 1 << 2,
    /// UDP over IPv6.
    UdpIpv6 = 1 << 3,
    /// Other protocols over IPv4, and fragments.
    Ipv4 = 1 << 4,
    /// Other protocols over IPv6, and fragments.
    Ipv6 = 1 << 5,
}

/// The header fields that a flow's hash covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fields {
    /// Both addresses.
    Addresses,
    /// Both addresses and both ports.
    Ports,
}

/// A set of flows: those whose ports are hashed. Addresses always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortHashing(u8);

impl PortHashing {
    /// No flow.
    pub const NONE: Self = Self(0);

    /// TCP, which both NICs can hash, and which is on at start: its segments all have ports. A datagram's fragments have
    /// none, so that with UDP the packets of one sender could overtake each other.
    pub const TCP: Self = Self::NONE.with(Flow::TcpIpv4).with(Flow::TcpIpv6);

    /// TCP and UDP, which the 82576 can hash.
    pub const TCP_UDP: Self = Self::TCP.with(Flow::UdpIpv4).with(Flow::UdpIpv6);

    /// The set and `flow`.
    pub const fn with(self, flow: Flow) -> Self {
        Self(self.0 | flow as u8)
    }

    /// Whether `flow` is in the set.
    pub const fn has(self, flow: Flow) -> bool {
        self.0 & flow as u8 != 0
    }

    /// What `flow`'s hash covers.
    pub const fn fields(self, flow: Flow) -> Fields {
        if self.has(flow) {
            Fields::Ports
        } else {
            Fields::Addresses
        }
    }

    /// The set with `flow`'s hash covering `fields`; `None` if hardware that has `capable` cannot do it.
    pub const fn changed(self, flow: Flow, fields: Fields, capable: Self) -> Option<Self> {
        match fields {
            Fields::Addresses => Some(Self(self.0 & !(flow as u8))),
            Fields::Ports if capable.has(flow) => Some(self.with(flow)),
            Fields::Ports => None,
        }
    }
}

/// How received packets are spread over the queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// The hash key.
    pub key: [u8; KEY_LEN],
    /// The table from hashes to queues.
    pub table: Table,
    /// The flows whose ports are hashed.
    pub ports: PortHashing,
}

impl Config {
    /// What is in force until the user changes it: the well-known key, and the hashes spread over `queues` queues.
    pub const fn new(queues: usize) -> Self {
        Self {
            key: KEY,
            table: Table::spread(queues),
            ports: PortHashing::TCP,
        }
    }

    /// The configuration for `queues` queues instead. A user's table stays as it is: ethtool's core has refused to take
    /// away a queue that it names.
    pub fn resized(mut self, queues: usize, users_table: bool) -> Self {
        if !users_table || !self.table.fits(queues) {
            self.table = Table::spread(queues);
        }
        self
    }
}

#[cfg(test)]
mod tests;
