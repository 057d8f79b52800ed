// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What a module's BTF takes in memory, for as long as the module is loaded: 8 KiB are the limit for 16 layouts.

use meta_core::be::Be16;
use meta_core::btf::{Kfunc, Module};
use meta_core::XdpMeta as _;
use meta_derive::XdpMeta;

/// What a card of today says about a packet.
struct Descriptor {
    hash: u32,
    time: u64,
    flags: u16,
    tag: u16,
}

/// All the standard hints, behind the knobs that `ethtool` has for them.
#[derive(XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor, knobs(hash, vlan, timestamp, checksum))]
struct RxMeta {
    #[meta(knob = timestamp, hint = rx_timestamp, unit = "ns", value = |d| d.time, present = |d| d.flags & 1 != 0)]
    rx_timestamp: u64,
    #[meta(knob = hash, hint = rx_hash, value = |d| d.hash, present = |d| d.flags & 2 != 0)]
    rx_hash: u32,
    #[meta(knob = hash, hint = rx_hash_type, value = |d| d.flags >> 8, present = |d| d.flags & 2 != 0)]
    rx_hash_type: u16,
    #[meta(knob = vlan, hint = rx_vlan_tci, value = |d| d.tag, present = |d| d.flags & 4 != 0)]
    rx_vlan_tci: u16,
    #[meta(knob = vlan, hint = rx_vlan_proto, value = |_| Be16::new(0x8100), present = |d| d.flags & 4 != 0)]
    rx_vlan_proto: Be16,
    #[meta(knob = checksum, hint = rx_csum, value = |d| d.tag, present = |d| d.flags & 8 != 0)]
    rx_csum: u16,
    #[meta(hint = rx_packet_type, value = |d| d.flags)]
    rx_packet_type: u16,
}

const BTF: Module<8192> = Module::new().with::<RxMeta>().kfunc(&Kfunc::META_FIELD);

#[test]
fn sixteen_layouts_take_less_than_8_kib() {
    assert_eq!(RxMeta::LAYOUTS.len(), 16);
    println!(
        "{} bytes for 16 layouts; {} for each layout's own",
        BTF.len(),
        RxMeta::BTF[0].len()
    );
    assert!(BTF.len() <= 8192, "{}", BTF.len());
}
