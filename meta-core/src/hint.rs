// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The standard hints: fields whose ids and encodings are the same in every driver.
//!
//! A program asks for "the RSS hash" by id and gets it from any driver. An id, once given out here, is never used again for
//! something else; a driver's own fields start at [`DRIVER_FIRST`](crate::field::DRIVER_FIRST).

use crate::ty::Type;

/// Receive time in nanoseconds.
pub const RX_TIMESTAMP: u16 = 1;
/// RSS hash.
pub const RX_HASH: u16 = 2;
/// What the hash covers, as the kernel's `enum xdp_rss_hash_type`.
pub const RX_HASH_TYPE: u16 = 3;
/// VLAN tag control information.
pub const RX_VLAN_TCI: u16 = 4;
/// VLAN protocol (0x8100 or 0x88a8).
pub const RX_VLAN_PROTO: u16 = 5;
/// Checksum over the packet.
pub const RX_CSUM: u16 = 6;
/// Packet type as the hardware classified it.
pub const RX_PACKET_TYPE: u16 = 7;

/// A standard hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Field id.
    pub id: u16,
    /// Name in attributes, BTF tags and C.
    pub name: &'static str,
    /// The one encoding that it may have.
    pub ty: Type,
}

/// Every standard hint, by id.
pub const ALL: [Hint; 7] = [
    hint(RX_TIMESTAMP, "rx_timestamp", Type::U64),
    hint(RX_HASH, "rx_hash", Type::U32),
    hint(RX_HASH_TYPE, "rx_hash_type", Type::U16),
    hint(RX_VLAN_TCI, "rx_vlan_tci", Type::U16),
    hint(RX_VLAN_PROTO, "rx_vlan_proto", Type::BE16),
    hint(RX_CSUM, "rx_csum", Type::U16),
    hint(RX_PACKET_TYPE, "rx_packet_type", Type::U16),
];

const fn hint(id: u16, name: &'static str, ty: Type) -> Hint {
    Hint { id, name, ty }
}

/// The standard hint with an id.
///
/// # Examples
///
/// ```
/// use meta_core::hint;
///
/// assert_eq!(hint::by_id(hint::RX_HASH).unwrap().name, "rx_hash");
/// assert!(hint::by_id(0x8000).is_none());
/// ```
pub const fn by_id(id: u16) -> Option<&'static Hint> {
    const TABLE: &[Hint] = &ALL;
    let mut i = 0;
    while i < TABLE.len() {
        if TABLE[i].id == id {
            return Some(&TABLE[i]);
        }
        i += 1;
    }
    None
}
