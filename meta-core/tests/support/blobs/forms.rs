// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Forms of output: a base, distilled or not, what is split from it, and one that is large.

use meta_core::btf::write::{Distilled, Encoding, Member};
use meta_core::btf::Builder;
use meta_core::ty::Type;

use super::composites::STRUCTS;
use super::{bytes, Blob};

/// Blobs of these forms.
pub(crate) fn all() -> Vec<Blob> {
    let mut list = vec![
        Blob {
            name: "distilled base".to_owned(),
            base: None,
            bytes: bytes!(DISTILLED).to_vec(),
            types: 6,
            raw: &[
                "STRUCT 'sk_buff' size=232 vlen=0",
                "UNION 'bpf_attr' size=152 vlen=0",
                "ENUM 'xdp_action' encoding=UNSIGNED size=4 vlen=0",
                "FWD 'module' fwd_kind=struct",
            ],
            c: &[],
        },
        Blob {
            name: "split from a distilled base".to_owned(),
            base: Some(bytes!(DISTILLED).to_vec()),
            bytes: bytes!(ON_DISTILLED).to_vec(),
            types: 2,
            raw: &[
                "[7] PTR '(anon)' type_id=3",
                "[8] STRUCT 'nic_slot' size=16 vlen=2",
                "'length' type_id=1 bits_offset=64",
            ],
            c: &["struct nic_slot { struct sk_buff *skb; unsigned int length; };"],
        },
        Blob {
            name: "split from a base".to_owned(),
            base: Some(bytes!(STRUCTS).to_vec()),
            bytes: bytes!(ON_STRUCTS).to_vec(),
            types: 1,
            raw: &[
                "[8] STRUCT 'nic_tail' size=8 vlen=2",
                "'hash' type_id=2 bits_offset=0",
            ],
            c: &["struct nic_tail { __u32 hash; __u32 tail; };"],
        },
    ];
    list.push(large());
    list
}

/// Every kind that a distilled base may have.
const DISTILLED: Distilled<256> = {
    let mut base = Distilled::new();
    base.int("unsigned int", 4, Encoding::Unsigned);
    base.float("double", 8);
    base.structure("sk_buff", 232);
    base.union("bpf_attr", 152);
    base.enumeration("xdp_action", 4);
    base.fwd_struct("module");
    base
};

const ON_DISTILLED: Builder<512> = {
    let mut btf = Builder::split(DISTILLED.builder());
    let uint = btf.int("unsigned int", 4, Encoding::Unsigned);
    assert!(uint.get() == 1, "the base's");
    let skb = btf.structure("sk_buff", 232, &[]);
    let skb = btf.pointer(skb);
    btf.structure(
        "nic_slot",
        16,
        &[Member::new("skb", skb, 0), Member::new("length", uint, 8)],
    );
    btf
};

const ON_STRUCTS: Builder<1024> = {
    let mut btf = Builder::split(&STRUCTS);
    let int = btf.int("unsigned int", 4, Encoding::Unsigned);
    let word = btf.typedef("__u32", int);
    btf.structure(
        "nic_tail",
        8,
        &[Member::new("hash", word, 0), Member::new("tail", word, 4)],
    );
    btf
};

/// Many types.
fn large() -> Blob {
    let mut btf = Builder::<32_000>::new();
    let word = btf.describe(&Type::U32);
    for number in 0..800_u32 {
        let bit = 32 + number % 31;
        let members = [
            Member::new("word", word, 0),
            Member::bit_field("bit", word, bit, 1),
        ];
        btf.structure(&format!("large_{number}"), 8, &members);
    }
    Blob {
        name: "large".to_owned(),
        base: None,
        bytes: btf.bytes::<64_000>().to_vec(),
        types: 802,
        raw: &[
            "STRUCT 'large_799' size=8 vlen=2",
            "'bit' type_id=2 bits_offset=56 bitfield_size=1",
        ],
        c: &["struct large_799 { __u32 word;"],
    }
}
