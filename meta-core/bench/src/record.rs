// SPDX-License-Identifier: GPL-2.0

//! The record that is measured: the four fields of the driver's, from a descriptor that C can have just so.
//!
//! The driver's probes include this file, so that the kernel's compiler makes the same writer of it.

use meta_core::be::Be16;
use meta_derive::XdpMeta;

/// A receive descriptor's write-back, as the 82574 writes it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Descriptor {
    /// Hash, RSS type.
    pub lower: u64,
    /// VLAN tag, length, status.
    pub upper: u64,
}

impl Descriptor {
    /// `enum xdp_rss_hash_type` of each RSS type.
    const HASH_TYPE: [u16; 16] = [
        0, 0x19, 0x01, 0x1e, 0x06, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// The hash.
    #[inline]
    pub const fn hash(&self) -> u32 {
        (self.lower >> 32) as u32
    }

    /// What it covers; 0 if there is none.
    #[inline]
    pub const fn hash_type(&self) -> u16 {
        Self::HASH_TYPE[(self.lower & 0xf) as usize]
    }

    /// A VLAN tag was taken out of the packet.
    #[inline]
    pub const fn has_vlan(&self) -> bool {
        self.upper & 8 != 0
    }

    /// The tag.
    #[inline]
    pub const fn vlan_tci(&self) -> u16 {
        (self.upper >> 48) as u16
    }
}

/// Hash and VLAN tag.
#[derive(XdpMeta, Clone, Copy, Debug)]
#[xdp_meta(name = "rnic_rx", source = Descriptor, knobs(hash, vlan))]
pub struct Meta {
    /// Hash.
    #[meta(knob = hash, hint = rx_hash, value = |d| d.hash(), present = |d| d.hash_type() != 0)]
    pub rx_hash: u32,
    /// What it covers.
    #[meta(knob = hash, hint = rx_hash_type, value = |d| d.hash_type(), present = |d| d.hash_type() != 0)]
    pub rx_hash_type: u16,
    /// VLAN tag.
    #[meta(knob = vlan, hint = rx_vlan_tci, value = |d| d.vlan_tci(), present = |d| d.has_vlan())]
    pub rx_vlan_tci: u16,
    /// Its Ethertype.
    #[meta(knob = vlan, hint = rx_vlan_proto, value = |_| Be16::new(0x8100), present = |d| d.has_vlan())]
    pub rx_vlan_proto: Be16,
}
