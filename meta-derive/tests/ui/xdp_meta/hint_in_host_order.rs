// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

use meta_core::be::Be16;
use meta_derive::XdpMeta;

pub struct Descriptor {
    pub value: u32,
}

#[derive(XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor)]
pub struct RxMeta {
    #[meta(hint = rx_csum, value = |_| Be16::new(1))]
    rx_csum: Be16,
}

fn main() {}
