// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

use meta_derive::XdpMeta;

pub struct Descriptor {
    pub value: u32,
}

#[derive(XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor, knobs(more))]
pub struct RxMeta {
    #[meta(id = 0x8000, value = |_| 1)]
    f0: u8,
    #[meta(id = 0x8001, value = |_| 1)]
    f1: u8,
    #[meta(id = 0x8002, value = |_| 1)]
    f2: u8,
    #[meta(id = 0x8003, value = |_| 1)]
    f3: u8,
    #[meta(id = 0x8004, value = |_| 1)]
    f4: u8,
    #[meta(id = 0x8005, value = |_| 1)]
    f5: u8,
    #[meta(id = 0x8006, value = |_| 1)]
    f6: u8,
    #[meta(id = 0x8007, value = |_| 1)]
    f7: u8,
    #[meta(id = 0x8008, value = |_| 1)]
    f8: u8,
    #[meta(id = 0x8009, value = |_| 1)]
    f9: u8,
    #[meta(id = 0x800a, value = |_| 1)]
    f10: u8,
    #[meta(id = 0x800b, value = |_| 1)]
    f11: u8,
    #[meta(id = 0x800c, value = |_| 1)]
    f12: u8,
    #[meta(id = 0x800d, value = |_| 1)]
    f13: u8,
    #[meta(id = 0x800e, value = |_| 1)]
    f14: u8,
    #[meta(id = 0x800f, knobs(more), value = |_| 1)]
    f15: u8,
    #[meta(id = 0x8010, knobs(more), value = |_| 1)]
    f16: u8,
}

fn main() {}
