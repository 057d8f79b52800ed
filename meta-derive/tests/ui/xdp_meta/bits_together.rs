// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

use meta_derive::XdpMeta;

pub struct Descriptor {
    pub value: u32,
}

#[derive(XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor, knobs(more))]
pub struct RxMeta {
    #[meta(id = 0x8000, bits = 60, value = |_| 1)]
    x: u64,
    #[meta(id = 0x8001, knob = more, bits = 5, value = |_| 1)]
    y: u8,
}

fn main() {}
