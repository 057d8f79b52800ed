// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

use meta_derive::XdpMeta;

pub struct Descriptor {
    pub value: u32,
}

type Hash = u64;

#[derive(XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor)]
pub struct RxMeta {
    #[meta(hint = rx_hash, value = |d| u64::from(d.value))]
    rx_hash: Hash,
}

fn main() {}
