// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

use meta_derive::XdpMeta;

pub struct Descriptor {
    pub value: u32,
}

#[derive(XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor, knobs(time))]
pub struct RxMeta {
    #[meta(id = 0x8000, value = |_| [0; 5])]
    addresses: [u64; 5],
    #[meta(id = 0x8001, value = |_| [0; 6])]
    mac: [u8; 6],
    #[meta(id = 0x8002, value = |_| 0)]
    port: u16,
    #[meta(id = 0x8003, knob = time, value = |_| 0)]
    time: u64,
    #[meta(id = 0x8004, knob = time, value = |_| 0)]
    clock: u8,
}

fn main() {}
