// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Kinds of a record each, functions and variables.

use meta_core::btf::write::{Encoding, Member, Param, Variable};
use meta_core::btf::Linkage;
use meta_core::btf::{Builder, Id};

use super::{bytes, Blob};

/// Blobs of these kinds.
pub(crate) fn all() -> Vec<Blob> {
    vec![
        Blob {
            name: "integers".to_owned(),
            base: None,
            bytes: bytes!(INTEGERS).to_vec(),
            types: 5,
            raw: &[
                "INT 'unsigned char' size=1 bits_offset=0 nr_bits=8 encoding=(none)",
                "INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED",
                "INT 'char' size=1 bits_offset=0 nr_bits=8 encoding=CHAR",
                "INT '_Bool' size=1 bits_offset=0 nr_bits=8 encoding=BOOL",
                "INT '__int128' size=16 bits_offset=0 nr_bits=128 encoding=SIGNED",
            ],
            c: &[],
        },
        Blob {
            name: "floats".to_owned(),
            base: None,
            bytes: bytes!(FLOATS).to_vec(),
            types: 3,
            raw: &[
                "FLOAT 'float' size=4",
                "FLOAT 'double' size=8",
                "FLOAT 'long double' size=16",
            ],
            c: &[],
        },
        Blob {
            name: "pointers".to_owned(),
            base: None,
            bytes: bytes!(POINTERS).to_vec(),
            types: 10,
            raw: &[
                "CONST '(anon)' type_id=1",
                "PTR '(anon)' type_id=2",
                "RESTRICT '(anon)' type_id=3",
                "VOLATILE '(anon)' type_id=1",
                "PTR '(anon)' type_id=0",
                "TYPE_TAG 'user' type_id=1",
                "TYPEDEF 'user_int' type_id=9",
            ],
            c: &["typedef int __attribute__((btf_type_tag(\"user\"))) *user_int;"],
        },
        Blob {
            name: "arrays".to_owned(),
            base: None,
            bytes: bytes!(ARRAYS).to_vec(),
            types: 5,
            raw: &[
                "INT '__ARRAY_SIZE_TYPE__' size=4 bits_offset=0 nr_bits=32 encoding=(none)",
                "ARRAY '(anon)' type_id=1 index_type_id=2 nr_elems=6",
                "ARRAY '(anon)' type_id=3 index_type_id=2 nr_elems=2",
                "STRUCT 'pair_of_macs' size=12 vlen=1",
            ],
            c: &["struct pair_of_macs { unsigned char mac[2][6]; };"],
        },
        Blob {
            name: "forwards".to_owned(),
            base: None,
            bytes: bytes!(FORWARDS).to_vec(),
            types: 5,
            raw: &[
                "FWD 'sk_buff' fwd_kind=struct",
                "FWD 'any_buff' fwd_kind=union",
            ],
            c: &["struct slot { struct sk_buff *skb; union any_buff *any; };"],
        },
        Blob {
            name: "functions".to_owned(),
            base: None,
            bytes: bytes!(FUNCTIONS).to_vec(),
            types: 10,
            raw: &[
                "FUNC_PROTO '(anon)' ret_type_id=1 vlen=2",
                "'ctx' type_id=3",
                "FUNC 'nic_local' type_id=4 linkage=static",
                "FUNC 'nic_global' type_id=4 linkage=global",
                "DECL_TAG 'bits' type_id=5 component_idx=1",
                "FUNC_PROTO '(anon)' ret_type_id=0 vlen=0",
            ],
            c: &[],
        },
        Blob {
            name: "variables".to_owned(),
            base: None,
            bytes: bytes!(VARIABLES).to_vec(),
            types: 6,
            raw: &[
                "VAR 'limit' type_id=2, linkage=global",
                "VAR 'count' type_id=1, linkage=static",
                "DATASEC '.data' size=12 vlen=2",
                "type_id=3 offset=0 size=4",
                "type_id=4 offset=8 size=4",
            ],
            c: &[],
        },
    ]
}

const INTEGERS: Builder<512> = {
    let mut btf = Builder::new();
    btf.int("unsigned char", 1, Encoding::Unsigned);
    btf.int("int", 4, Encoding::Signed);
    btf.int("char", 1, Encoding::Char);
    btf.int("_Bool", 1, Encoding::Bool);
    btf.int("__int128", 16, Encoding::Signed);
    btf
};

const FLOATS: Builder<128> = {
    let mut btf = Builder::new();
    btf.float("float", 4);
    btf.float("double", 8);
    btf.float("long double", 16);
    btf
};

const POINTERS: Builder<256> = {
    let mut btf = Builder::new();
    let int = btf.int("int", 4, Encoding::Signed);
    let constant = btf.constant(int);
    let pointer = btf.pointer(constant);
    btf.restrict(pointer);
    let volatile = btf.volatile(int);
    btf.pointer(volatile);
    btf.pointer(Id::VOID);
    let user = btf.type_tag("user", int);
    let tagged = btf.pointer(user);
    btf.typedef("user_int", tagged);
    btf
};

const ARRAYS: Builder<256> = {
    let mut btf = Builder::new();
    let byte = btf.int("unsigned char", 1, Encoding::Unsigned);
    let mac = btf.array(byte, 6);
    let two = btf.array(mac, 2);
    btf.structure("pair_of_macs", 12, &[Member::new("mac", two, 0)]);
    btf
};

const FORWARDS: Builder<256> = {
    let mut btf = Builder::new();
    let (one, two) = (btf.fwd_struct("sk_buff"), btf.fwd_union("any_buff"));
    let (skb, any) = (btf.pointer(one), btf.pointer(two));
    btf.structure(
        "slot",
        16,
        &[Member::new("skb", skb, 0), Member::new("any", any, 8)],
    );
    btf
};

const FUNCTIONS: Builder<512> = {
    let mut btf = Builder::new();
    let int = btf.int("int", 4, Encoding::Signed);
    let context = btf.fwd_struct("context");
    let context = btf.pointer(context);
    let params = [
        Param {
            name: "ctx",
            ty: context,
        },
        Param {
            name: "mask",
            ty: int,
        },
    ];
    let proto = btf.prototype(int, &params);
    let local = btf.function("nic_local", proto, Linkage::Static);
    btf.function("nic_global", proto, Linkage::Global);
    btf.tag(local, "bpf_kfunc");
    btf.tag_member(local, 1, "bits");
    let none = btf.prototype(Id::VOID, &[]);
    btf.function("nic_nothing", none, Linkage::Static);
    btf
};

const VARIABLES: Builder<512> = {
    let mut btf = Builder::new();
    let int = btf.int("int", 4, Encoding::Signed);
    let constant = btf.constant(int);
    let limit = btf.variable("limit", constant, Linkage::Global);
    let count = btf.variable("count", int, Linkage::Static);
    btf.tag(count, "shown");
    btf.section(
        ".data",
        12,
        &[
            Variable {
                ty: limit,
                offset: 0,
                size: 4,
            },
            Variable {
                ty: count,
                offset: 8,
                size: 4,
            },
        ],
    );
    btf
};
