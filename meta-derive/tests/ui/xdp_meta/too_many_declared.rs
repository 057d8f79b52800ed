// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

use meta_derive::XdpMeta;

pub struct Descriptor {
    pub value: u32,
}

#[derive(XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor, knobs(a, b, c))]
pub struct RxMeta {
    #[meta(id = 0x8000, knobs(a, b, c), value = |_| 1)]
    f0: u8,
    #[meta(id = 0x8001, knobs(a, b, c), value = |_| 1)]
    f1: u8,
    #[meta(id = 0x8002, knobs(a, b, c), value = |_| 1)]
    f2: u8,
    #[meta(id = 0x8003, knobs(a, b, c), value = |_| 1)]
    f3: u8,
    #[meta(id = 0x8004, knobs(a, b, c), value = |_| 1)]
    f4: u8,
    #[meta(id = 0x8005, knobs(a, b, c), value = |_| 1)]
    f5: u8,
    #[meta(id = 0x8006, knobs(a, b, c), value = |_| 1)]
    f6: u8,
    #[meta(id = 0x8007, knobs(a, b, c), value = |_| 1)]
    f7: u8,
    #[meta(id = 0x8008, knobs(a, b, c), value = |_| 1)]
    f8: u8,
    #[meta(id = 0x8009, knobs(a, b, c), value = |_| 1)]
    f9: u8,
    #[meta(id = 0x800a, knobs(a, b, c), value = |_| 1)]
    f10: u8,
    #[meta(id = 0x800b, knobs(a, b, c), value = |_| 1)]
    f11: u8,
    #[meta(id = 0x800c, knobs(a, b, c), value = |_| 1)]
    f12: u8,
    #[meta(id = 0x800d, knobs(a, b, !c), value = |_| 1)]
    f13: u8,
    #[meta(id = 0x800e, knobs(a, b, !c), value = |_| 1)]
    f14: u8,
    #[meta(id = 0x800f, knobs(a, b, !c), value = |_| 1)]
    f15: u8,
    #[meta(id = 0x8010, knobs(a, b, !c), value = |_| 1)]
    f16: u8,
    #[meta(id = 0x8011, knobs(a, b, !c), value = |_| 1)]
    f17: u8,
    #[meta(id = 0x8012, knobs(a, b, !c), value = |_| 1)]
    f18: u8,
    #[meta(id = 0x8013, knobs(a, b, !c), value = |_| 1)]
    f19: u8,
    #[meta(id = 0x8014, knobs(a, b, !c), value = |_| 1)]
    f20: u8,
    #[meta(id = 0x8015, knobs(a, b, !c), value = |_| 1)]
    f21: u8,
    #[meta(id = 0x8016, knobs(a, b, !c), value = |_| 1)]
    f22: u8,
    #[meta(id = 0x8017, knobs(a, b, !c), value = |_| 1)]
    f23: u8,
    #[meta(id = 0x8018, knobs(a, b, !c), value = |_| 1)]
    f24: u8,
    #[meta(id = 0x8019, knobs(a, b, !c), value = |_| 1)]
    f25: u8,
    #[meta(id = 0x801a, knobs(a, !b, c), value = |_| 1)]
    f26: u8,
    #[meta(id = 0x801b, knobs(a, !b, c), value = |_| 1)]
    f27: u8,
    #[meta(id = 0x801c, knobs(a, !b, c), value = |_| 1)]
    f28: u8,
    #[meta(id = 0x801d, knobs(a, !b, c), value = |_| 1)]
    f29: u8,
    #[meta(id = 0x801e, knobs(a, !b, c), value = |_| 1)]
    f30: u8,
    #[meta(id = 0x801f, knobs(a, !b, c), value = |_| 1)]
    f31: u8,
    #[meta(id = 0x8020, knobs(a, !b, c), value = |_| 1)]
    f32: u8,
    #[meta(id = 0x8021, knobs(a, !b, c), value = |_| 1)]
    f33: u8,
    #[meta(id = 0x8022, knobs(a, !b, c), value = |_| 1)]
    f34: u8,
    #[meta(id = 0x8023, knobs(a, !b, c), value = |_| 1)]
    f35: u8,
    #[meta(id = 0x8024, knobs(a, !b, c), value = |_| 1)]
    f36: u8,
    #[meta(id = 0x8025, knobs(a, !b, c), value = |_| 1)]
    f37: u8,
    #[meta(id = 0x8026, knobs(a, !b, c), value = |_| 1)]
    f38: u8,
    #[meta(id = 0x8027, knobs(a, !b, !c), value = |_| 1)]
    f39: u8,
    #[meta(id = 0x8028, knobs(a, !b, !c), value = |_| 1)]
    f40: u8,
    #[meta(id = 0x8029, knobs(a, !b, !c), value = |_| 1)]
    f41: u8,
    #[meta(id = 0x802a, knobs(a, !b, !c), value = |_| 1)]
    f42: u8,
    #[meta(id = 0x802b, knobs(a, !b, !c), value = |_| 1)]
    f43: u8,
    #[meta(id = 0x802c, knobs(a, !b, !c), value = |_| 1)]
    f44: u8,
    #[meta(id = 0x802d, knobs(a, !b, !c), value = |_| 1)]
    f45: u8,
    #[meta(id = 0x802e, knobs(a, !b, !c), value = |_| 1)]
    f46: u8,
    #[meta(id = 0x802f, knobs(a, !b, !c), value = |_| 1)]
    f47: u8,
    #[meta(id = 0x8030, knobs(a, !b, !c), value = |_| 1)]
    f48: u8,
    #[meta(id = 0x8031, knobs(a, !b, !c), value = |_| 1)]
    f49: u8,
    #[meta(id = 0x8032, knobs(a, !b, !c), value = |_| 1)]
    f50: u8,
    #[meta(id = 0x8033, knobs(a, !b, !c), value = |_| 1)]
    f51: u8,
    #[meta(id = 0x8034, knobs(!a, b, c), value = |_| 1)]
    f52: u8,
    #[meta(id = 0x8035, knobs(!a, b, c), value = |_| 1)]
    f53: u8,
    #[meta(id = 0x8036, knobs(!a, b, c), value = |_| 1)]
    f54: u8,
    #[meta(id = 0x8037, knobs(!a, b, c), value = |_| 1)]
    f55: u8,
    #[meta(id = 0x8038, knobs(!a, b, c), value = |_| 1)]
    f56: u8,
    #[meta(id = 0x8039, knobs(!a, b, c), value = |_| 1)]
    f57: u8,
    #[meta(id = 0x803a, knobs(!a, b, c), value = |_| 1)]
    f58: u8,
    #[meta(id = 0x803b, knobs(!a, b, c), value = |_| 1)]
    f59: u8,
    #[meta(id = 0x803c, knobs(!a, b, c), value = |_| 1)]
    f60: u8,
    #[meta(id = 0x803d, knobs(!a, b, c), value = |_| 1)]
    f61: u8,
    #[meta(id = 0x803e, knobs(!a, b, c), value = |_| 1)]
    f62: u8,
    #[meta(id = 0x803f, knobs(!a, b, c), value = |_| 1)]
    f63: u8,
    #[meta(id = 0x8040, knobs(!a, b, c), value = |_| 1)]
    f64: u8,
}

fn main() {}
