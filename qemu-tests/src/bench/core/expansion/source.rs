// SPDX-License-Identifier: GPL-2.0

//! Files with structs of 32 fields, one derive each.

/// Writes a declaration that differs from others by its number.
pub type Write = fn(usize) -> String;

/// A macro's name, and what makes the text of a struct with a number in its name.
pub const MACROS: [(&str, Write); 3] = [
    ("XdpMeta, 4 layouts of 8 or 16 fields", xdp_meta),
    ("Descriptor, 32 ranges in 8 words", descriptor),
    ("Value, 32 members", value),
];

/// Fields of each struct.
const FIELDS: usize = 32;

/// A file with so many structs.
pub fn file(text: Write, count: usize) -> String {
    let start = "use meta_core::le::Le32;\npub struct Source(pub u64);\n";
    let structs: String = (0..count).map(text).collect();
    format!("{start}{structs}")
}

fn xdp_meta(number: usize) -> String {
    let fields = (0..FIELDS).map(|field| {
        let knobs = ["knob = a", "knobs(a, b)", "knob = !a", "knobs(!a, b)"][field / 8];
        format!(
            "#[meta({knobs}, id = {}, value = |d| d.0 as u8, present = |d| d.0 != {field})] f{field}: u8,\n",
            0x8000 + field
        )
    });
    format!(
        "#[derive(meta_derive::XdpMeta)]\n#[xdp_meta(name = \"m{number}\", source = Source, knobs(a, b))]\n\
         pub struct M{number} {{\n{}}}\n",
        fields.collect::<String>()
    )
}

fn descriptor(number: usize) -> String {
    let fields = (0..FIELDS).map(|field| {
        let low = field % 4 * 8;
        let range = format!("#[desc(f{field}: u8, bits = {}..={low})]\n", low + 7);
        match field % 4 {
            3 => format!("{range}w{}: Le32,\n", field / 4),
            _ => range,
        }
    });
    format!(
        "#[derive(meta_derive::Descriptor, Clone, Copy)]\n#[descriptor(name = \"d{number}\")]\n#[repr(C)]\n\
         pub struct D{number} {{\n{}}}\n",
        fields.collect::<String>()
    )
}

fn value(number: usize) -> String {
    let fields = (0..FIELDS).map(|field| format!("f{field}: u32,\n"));
    format!(
        "#[derive(meta_derive::Value, Clone, Copy)]\n#[repr(C)]\npub struct V{number} {{\n{}}}\n",
        fields.collect::<String>()
    )
}
