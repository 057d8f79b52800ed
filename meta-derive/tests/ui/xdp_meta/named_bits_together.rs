// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

use meta_derive::XdpMeta;

pub struct Descriptor {
    pub value: u32,
}

const COUNT: usize = 3;

#[derive(XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor)]
pub struct RxMeta {
    #[meta(id = 0x8000, value = |_| [0; 3])]
    x: [u8; COUNT],
    #[meta(id = 0x8001, bits = 40, value = |_| 1)]
    y: u64,
    #[meta(id = 0x8002, bits = 30, value = |_| 1)]
    z: u64,
}

fn main() {}
