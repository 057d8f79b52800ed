// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

use meta_derive::XdpMeta;

pub struct Descriptor {
    pub value: u32,
}

#[derive(XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor, knobs(kind))]
pub struct RxMeta {
    #[meta(hint = rx_hash, value = |d| d.value)]
    rx_hash: u32,
    #[meta(hint = rx_hash_type, knob = kind, value = |_| 1)]
    rx_hash_type: u16,
}

fn main() {}
