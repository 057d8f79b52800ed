// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

use meta_derive::XdpMeta;

pub struct Descriptor {
    pub value: u32,
}

#[derive(XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor, knobs(a, b, c, d, e, f, g))]
pub struct RxMeta {
    #[meta(id = 0x8000, knob = a, value = |_| 1)]
    a: u8,
    #[meta(id = 0x8001, knob = b, value = |_| 1)]
    b: u8,
    #[meta(id = 0x8002, knob = c, value = |_| 1)]
    c: u8,
    #[meta(id = 0x8003, knob = d, value = |_| 1)]
    d: u8,
    #[meta(id = 0x8004, knob = e, value = |_| 1)]
    e: u8,
    #[meta(id = 0x8005, knob = f, value = |_| 1)]
    f: u8,
    #[meta(id = 0x8006, knob = g, value = |_| 1)]
    g: u8,
}

fn main() {}
