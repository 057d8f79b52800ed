// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

use meta_derive::XdpMeta;

pub struct Descriptor {
    pub value: u32,
}

#[derive(XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor)]
pub struct RxMeta {
    #[meta(hint = rx_hash_type, value = |_| 1)]
    rx_hash_type: u16,
    #[meta(hint = rx_vlan_tci, value = |_| 1)]
    rx_vlan_tci: u16,
}

fn main() {}
