// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

use meta_derive::XdpMeta;

pub struct Descriptor {
    pub value: u32,
}

#[derive(XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor)]
pub struct RxMeta {
    #[meta(hint = rx_hsah, value = |d| d.value)]
    rx_hash: u32,
    #[meta(hint = queue, value = |d| d.value)]
    queue: u32,
}

fn main() {}
