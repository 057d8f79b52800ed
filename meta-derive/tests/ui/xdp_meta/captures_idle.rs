// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

use meta_derive::XdpMeta;

pub struct Descriptor {
    pub value: u32,
}

#[derive(XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor, captures = RxCaptures)]
pub struct RxMeta {
    #[meta(id = 0x8000, value = |_| 1)]
    x: u8,
}

fn main() {}
