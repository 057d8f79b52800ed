// SPDX-License-Identifier: GPL-2.0

//! The driver's receive metadata, declared once: from here come layouts, BTF, writers and readers.

use crate::desc::RxDescriptor;
use meta_core::{
    be::Be16,
    btf::{Kfunc, Module},
};
use meta_derive::XdpMeta;

/// Knobs of [`RxMeta`], one bit each.
pub mod knob {
    /// `ethtool -K rxhash`.
    pub const HASH: u32 = 1 << 0;
    /// `ethtool -K rxvlan`.
    pub const VLAN: u32 = 1 << 1;
}

/// Ethertype of a 802.1Q tag, the only one that the NIC is told to strip.
pub const ETH_P_8021Q: u16 = 0x8100;

/// What the NIC says about a received packet.
#[derive(XdpMeta, Clone, Copy, Debug, PartialEq, Eq)]
#[xdp_meta(name = "rnic_rx", source = RxDescriptor, knobs(hash, vlan))]
pub struct RxMeta {
    /// Toeplitz hash of addresses and, for TCP, ports.
    #[meta(knob = hash, hint = rx_hash, field = rss_hash, valid = has_rss_hash)]
    pub rx_hash: u32,
    /// What the hash covers: bits of `enum xdp_rss_hash_type`.
    #[meta(knob = hash, hint = rx_hash_type, field = rss_hash_type, valid = has_rss_hash)]
    pub rx_hash_type: u16,
    /// Tag control information of the tag that was taken out of the packet.
    #[meta(knob = vlan, hint = rx_vlan_tci, field = vlan_tci, valid = has_vlan)]
    pub rx_vlan_tci: u16,
    /// Its Ethertype.
    #[meta(knob = vlan, hint = rx_vlan_proto, value = |_| Be16::new(ETH_P_8021Q), valid = has_vlan)]
    pub rx_vlan_proto: Be16,
}

/// Bytes of a layout's own BTF, the same for every layout.
pub const BTF_SIZE: usize = <RxMeta as meta_core::meta::XdpMeta>::BTF[0].len();

/// The module's own BTF: every layout, the ids, and the kfunc.
pub const MODULE_BTF: Module<8192> = Module::new().with::<RxMeta>().kfunc(&Kfunc::META_FIELD);
