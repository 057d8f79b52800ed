// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

use meta_derive::{Value, XdpMeta};

pub struct Descriptor {
    pub value: u32,
}

#[derive(Clone, Copy, Value)]
#[repr(C)]
pub struct Flow {
    words: [u64; 7],
}

#[derive(XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor)]
pub struct RxMeta {
    #[meta(id = 0x8000, value = |_| Flow { words: [0; 7] })]
    flow: Flow,
    #[meta(id = 0x8001, value = |_| 1)]
    x: u8,
}

fn main() {}
