// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The encoder, byte for byte, and through its own reader.

use std::sync::LazyLock;

use meta_core::btf::{layout_blob, Blob, Body, Item, Kfunc, Kind, Module, Reader, BASE};
use meta_core::layout::Layout;
use meta_core::XdpMeta;

#[path = "support/card.rs"]
mod card;

use card::RxMeta;

const MODULE: Module<4096> = Module::new().with::<RxMeta>().kfunc(&Kfunc::META_FIELD);
static SPLIT: [u8; MODULE.len()] = MODULE.bytes();

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}

/// Magic and version, then the rest of the header.
fn header(types: u32, strings: u32) -> Vec<u8> {
    let mut bytes = 0xeb9f_u16.to_ne_bytes().to_vec();
    bytes.extend([1, 0]);
    bytes.extend(words(&[24, 0, types, types, strings]));
    bytes
}

#[test]
fn the_base_is_two_types_of_the_kernel() {
    let mut expected = header(28, 21);
    // INT "unsigned int", 4 bytes, 32 bits and no encoding; STRUCT "xdp_md", 24 bytes, no members.
    expected.extend(words(&[1, 1 << 24, 4, 32]));
    expected.extend(words(&[14, 4 << 24, 24]));
    expected.extend(b"\0unsigned int\0xdp_md\0");
    assert_eq!(BASE.to_vec(), expected);
}

#[test]
fn a_blob_is_its_struct_and_what_that_needs() {
    const NONE: Layout = Layout::new("n", 0, &[]);
    const BLOB: Blob = layout_blob(&NONE);
    let bytes: [u8; BLOB.len()] = BLOB.bytes();

    let mut strings = Vec::new();
    let mut offset = |text: &str| {
        let at = u32::try_from(strings.len()).unwrap();
        strings.extend(text.bytes().chain([0]));
        at
    };
    offset("");
    let uint = offset("unsigned int");
    let u32_name = offset("__u32");
    let ushort = offset("unsigned short");
    let u16_name = offset("__u16");
    let name = offset("n");
    let members = ["layout_id", "generation", "present"].map(&mut offset);
    let tag = offset(&format!("layout_id:0x{:08x}", NONE.id));

    let mut types = words(&[uint, 1 << 24, 4, 32]);
    types.extend(words(&[u32_name, 8 << 24, 1]));
    types.extend(words(&[ushort, 1 << 24, 2, 16]));
    types.extend(words(&[u16_name, 8 << 24, 3]));
    types.extend(words(&[name, 4 << 24 | 3, 8]));
    types.extend(words(&[members[0], 2, 0]));
    types.extend(words(&[members[1], 4, 32]));
    types.extend(words(&[members[2], 4, 48]));
    types.extend(words(&[tag, 17 << 24, 5, u32::MAX]));

    let mut expected = header(
        u32::try_from(types.len()).unwrap(),
        u32::try_from(strings.len()).unwrap(),
    );
    expected.extend(types);
    expected.extend(strings);
    assert_eq!(bytes.to_vec(), expected);
}

/// Every member of a layout, from BTF and from the model.
fn compare(item: &Item<'_>, layout: &Layout) {
    assert_eq!(item.name(), layout.name);
    assert_eq!(item.size(), Some(u32::from(layout.size)));
    let mut members = item.members();
    assert_eq!(members.len(), layout.fields.len() + 3);
    for field in layout.fields {
        let member = members.next().unwrap();
        assert_eq!(member.name(), field.name);
        assert_eq!(member.offset, u32::from(field.offset) * 8);
    }
    let member = members.next().unwrap();
    assert_eq!(member.name(), "layout_id");
    assert_eq!(member.offset, (u32::from(layout.size) - 8) * 8);
}

#[test]
fn each_layout_has_a_blob_of_its_own() {
    for (layout, blob) in RxMeta::LAYOUTS.iter().zip(RxMeta::BTF) {
        let structs: Vec<_> = Reader::new(blob)
            .unwrap()
            .types()
            .filter(|item| item.kind() == Kind::Struct)
            .collect();
        assert_eq!(structs.len(), 1);
        compare(&structs[0], layout);
    }
}

/// The per-queue file in sysfs has one size, whatever layout is in force.
#[test]
fn blobs_have_one_size() {
    let longest = RxMeta::btf(0b11).len();
    for blob in RxMeta::BTF {
        assert_eq!(blob.len(), longest);
    }
}

#[test]
fn members_are_tagged_with_bit_and_hint() {
    let blob = RxMeta::btf(0b11);
    let tags: Vec<_> = Reader::new(blob)
        .unwrap()
        .types()
        .filter_map(|item| match item.body() {
            Body::DeclTag(tag) => Some((item.name().to_str().unwrap(), tag.component)),
            _ => None,
        })
        .collect();
    let id = format!("layout_id:0x{:08x}", RxMeta::layout(0b11).id);
    assert_eq!(
        tags,
        [
            (id.as_str(), None),
            ("present:0", Some(0)),
            ("hint:rx_hash", Some(0)),
            ("present:1", Some(1)),
            ("hint:rx_hash_type", Some(1)),
            ("present:2", Some(2)),
            ("hint:rx_vlan_tci", Some(2)),
            ("present:3", Some(3)),
            ("hint:rx_vlan_proto", Some(3)),
        ]
    );
}

static BASE_BTF: LazyLock<Reader<'static>> = LazyLock::new(|| Reader::new(&BASE).unwrap());

fn split() -> Reader<'static> {
    Reader::split(&SPLIT, &BASE_BTF).unwrap()
}

fn find(kind: Kind, name: &str) -> Item<'static> {
    split().find_own(kind, name).unwrap()
}

#[test]
fn the_module_describes_every_layout() {
    assert_eq!(split().check(), Ok(()));
    assert_eq!(split().types().next().unwrap().id(), 3);
    for layout in RxMeta::LAYOUTS {
        compare(&find(Kind::Struct, layout.name), layout);
    }
    compare(&find(Kind::Struct, "nic_rx"), RxMeta::SUPERSET);

    let union = find(Kind::Union, "nic_rx_layouts");
    assert_eq!((union.members().len(), union.size()), (4, Some(24)));
    let member = union.members().nth(2).unwrap();
    assert_eq!(member.name(), "nic_rx_vlan");
    assert_eq!(member.type_id, find(Kind::Struct, "nic_rx_vlan").id());
    assert_eq!(member.offset, 0);
}

#[test]
fn the_module_has_the_ids_as_enums() {
    let layouts = find(Kind::Enum, "nic_rx_layout");
    let value = layouts.values().nth(3).unwrap();
    assert_eq!(value.name(), "NIC_RX_HASH_VLAN");
    assert_eq!(
        value.number.to_u64(),
        Some(u64::from(RxMeta::LAYOUTS[3].id))
    );
    let fields = find(Kind::Enum, "nic_rx_field");
    let value = fields.values().next().unwrap();
    assert_eq!(value.name(), "NIC_RX_FIELD_RX_HASH");
    assert_eq!(value.number.to_u64(), Some(2));
    assert_eq!(fields.values().len(), 4);
}

#[test]
fn a_kfunc_is_a_function_with_its_prototype() {
    let func = find(Kind::Func, "bpf_xdp_meta_field");
    assert_eq!(func.id(), MODULE.kfunc_id("bpf_xdp_meta_field"));
    let proto = split().get(func.target().unwrap()).unwrap();
    assert_eq!(proto.kind(), Kind::FuncProto);
    let names: Vec<_> = proto.params().map(|param| param.name()).collect();
    assert_eq!(names, ["ctx", "layout_id", "field_id"]);
    let ctx = proto.params().next().unwrap().type_id;
    let ctx = split().get(ctx).unwrap();
    assert_eq!((ctx.kind(), ctx.target()), (Kind::Ptr, Some(2)));
    let result = split().get(proto.target().unwrap()).unwrap();
    assert_eq!(result.name(), "__s32");
}

#[test]
fn no_string_is_there_twice() {
    let at = SPLIT.len() - usize::try_from(word(&SPLIT, 20)).unwrap();
    let mut strings: Vec<_> = SPLIT[at..].split(|byte| *byte == 0).collect();
    strings.pop();
    let count = strings.len();
    strings.sort_unstable();
    strings.dedup();
    assert_eq!(strings.len(), count);
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap())
}
