// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A network card with the two knobs of the first driver, for the tests.

use meta_core::be::Be16;
use meta_derive::XdpMeta;

/// The knob `hash`.
#[allow(dead_code, reason = "not every test needs it")]
pub(crate) const HASH: u32 = 0b01;
/// The knob `vlan`.
#[allow(dead_code, reason = "not every test needs it")]
pub(crate) const VLAN: u32 = 0b10;

/// What the card says about a packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Descriptor {
    /// Hash and its type.
    pub(crate) hash: Option<(u32, u16)>,
    /// Protocol and tag.
    pub(crate) vlan: Option<(u16, u16)>,
}

impl Descriptor {
    /// As a function, not a closure.
    fn has_hash(&self) -> bool {
        self.hash.is_some()
    }
}

/// Its metadata.
#[derive(Debug, XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor, knobs(hash, vlan))]
pub(crate) struct RxMeta {
    #[meta(knob = hash, hint = rx_hash, value = |d| d.hash.map_or(0, |h| h.0), present = Descriptor::has_hash)]
    rx_hash: u32,
    #[meta(knob = hash, hint = rx_hash_type, value = |d| d.hash.map_or(0, |h| h.1), present = Descriptor::has_hash)]
    rx_hash_type: u16,
    #[meta(knob = vlan, hint = rx_vlan_tci, value = |d| d.vlan.map_or(0, |v| v.1), present = |d| d.vlan.is_some())]
    rx_vlan_tci: u16,
    #[meta(knob = vlan, hint = rx_vlan_proto, value = |d| Be16::new(d.vlan.map_or(0, |v| v.0)), present = |d| d.vlan.is_some())]
    rx_vlan_proto: Be16,
}
