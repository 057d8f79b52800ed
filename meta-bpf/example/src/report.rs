// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What program and user space share: which fields are read, and what is reported of a packet.
//!
//! A file that both compile. In a larger project it is a crate.

use meta_core::be::Be16;
use meta_core::hint;

meta_bpf::fields! {
    /// What the program reads.
    pub struct Fields {
        /// When the packet arrived.
        pub timestamp: u64 = hint::RX_TIMESTAMP,
        /// RSS hash.
        pub hash: u32 = hint::RX_HASH,
        /// What it covers.
        pub hash_type: u16 = hint::RX_HASH_TYPE,
        /// Tag that was taken out of the packet.
        pub vlan_tci: u16 = hint::RX_VLAN_TCI,
        /// Its Ethertype.
        pub vlan_proto: Be16 = hint::RX_VLAN_PROTO,
        /// Verdict on checksums.
        pub csum: u16 = hint::RX_CSUM,
        /// Kinds of headers.
        pub packet_type: u16 = hint::RX_PACKET_TYPE,
        /// Of this driver: identification in the IPv4 header, which takes the place of the hash.
        pub ip_id: u16 = 0x8000,
        /// Of this driver: where the time comes from.
        pub timestamp_kind: u8 = 0x8001,
    }
}

/// Bytes of the packet that are reported.
pub const HEAD: usize = 128;

/// What is reported of a packet.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Report {
    /// One of [`outcome`].
    pub outcome: u32,
    /// Of the record.
    pub layout_id: u32,
    /// For each field, in the order of [`Fields`], one of [`state`].
    pub states: [u8; 16],
    /// For each field its value, or 0.
    pub values: [u64; Fields::LEN],
    /// Bytes of `head` that are the packet's.
    pub len: u32,
    /// Low 16 bits of the generation.
    pub generation: u32,
    /// The start of the packet.
    pub head: [u8; HEAD],
}

/// What came of a packet.
pub mod outcome {
    /// There is no record.
    pub const NO_RECORD: u32 = 1;
    /// Its layout is not in the map.
    pub const UNKNOWN_LAYOUT: u32 = 2;
    /// The record was read.
    pub const READ: u32 = 3;
}

/// What came of a field.
pub mod state {
    /// There is a value.
    pub const THERE: u8 = 1;
    /// The layout does not have the field.
    pub const NOT_IN_LAYOUT: u8 = 2;
    /// The packet does not.
    pub const NOT_IN_PACKET: u8 = 3;
    /// The layout has a field of another type.
    pub const OTHER_TYPE: u8 = 4;
}
