// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

use meta_derive::XdpMeta;

pub struct Descriptor {
    pub value: u32,
}

#[derive(XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor, knobs(vlan))]
pub struct RxMeta {
    #[meta(hint = rx_hsah, valeu = |d| d.value)]
    rx_hash: usize,
    #[meta(id = 0x8000, bits = 9, value = |_| 1)]
    present: u8,
    #[meta(id = 0x8000, value = |_| 1, knob = vlna)]
    y: u8,
    #[meta(id = 0x9000, value = |_| 1)]
    z: u8,
    #[meta(id = 0x9000, value = |_| 1)]
    w: u8,
}

fn main() {}
