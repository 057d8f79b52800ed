// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

use meta_core::meta::{Captured, Visitor, Writer};
use meta_core::XdpMeta as _;
use meta_derive::XdpMeta;

pub struct Descriptor {
    pub value: u32,
}

#[derive(XdpMeta)]
#[xdp_meta(name = "nic_rx", source = Descriptor, captures = RxCaptures, knobs(hash))]
pub struct RxMeta {
    #[meta(hint = rx_hash, value = |d| d.value, nob = hash)]
    rx_hash: u32,
    #[meta(hint = rx_timestamp, capture)]
    rx_timestamp: u64,
}

struct Record<'a>(&'a Captured<Descriptor, RxCaptures>);

impl Visitor<RxMeta> for Record<'_> {
    type Output = u16;

    fn visit<W: Writer<Captured<Descriptor, RxCaptures>>>(self) -> u16 {
        let _ = W::record(self.0, 1);
        W::LAYOUT.size
    }
}

const SIZE: u16 = RxMeta::LAYOUTS[1].size;

fn main() {
    let captures = RxCaptures { rx_timestamp: 7.into() };
    let source = Captured { descriptor: Descriptor { value: 3 }, captures };
    let _ = (RxMeta::rx_hash(&source), RxMeta::rx_timestamp(&source), RxMeta::btf(1), SIZE);
    let _ = RxMeta::select(0, Record(&source));
    if let Some((meta, _)) = RxMeta::decode(&[]) {
        let _ = (meta.rx_hash, meta.value(2));
    }
}
