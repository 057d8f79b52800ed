// SPDX-License-Identifier: GPL-2.0

//! The twin in Rust, with the derives.

use std::fmt::Write;

use super::model::{Enum, Group, Meta, Name, Range, Twin, Type};

/// The definitions of one twin.
pub fn twin_in_rust(twin: &Twin) -> String {
    let mut out = String::new();
    match twin {
        Twin::Value(ty) => define(ty, &mut out),
        Twin::Descriptor(group) => descriptor(group, &mut out),
        Twin::Meta(meta) => metadata(meta, &mut out),
    }
    out
}

/// A module with the definitions, and a function that writes the BTF of each root.
pub fn module(twin: &Twin) -> String {
    let mut out = format!("use crate::prelude::*;\n\n{}", twin_in_rust(twin));
    out.push_str("\npub fn write(out: &Out) {\n");
    match twin {
        Twin::Value(Type::Enum(Enum { name, .. }))
        | Twin::Value(Type::Group(Group { name, .. }))
        | Twin::Descriptor(Group { name, .. }) => {
            let ranges = match twin {
                Twin::Descriptor(_) => format!("<{} as Ranges>::RANGES", name.rust),
                _ => "&[]".to_owned(),
            };
            let (c, rust) = (name.c(), &name.rust);
            let _ = writeln!(out, "    describe!(out, \"{c}\", {rust}, {ranges});");
        }
        Twin::Value(_) => {}
        Twin::Meta(meta) => {
            let rust = &meta.rust;
            let _ = writeln!(
                out,
                "    layout!(out, \"{}\", <{rust} as XdpMeta>::SUPERSET);",
                meta.name
            );
            for knobs in 0..1 << meta.knobs.len() {
                let name = meta.layout(knobs);
                let _ = writeln!(
                    out,
                    "    out.write(\"{name}\", <{rust} as XdpMeta>::btf({knobs}));"
                );
            }
        }
    }
    out.push_str("}\n");
    out
}

/// Defines a type and what it is made of.
fn define(ty: &Type, out: &mut String) {
    match ty {
        Type::Int(_) => {}
        Type::Array(of, _) => define(of, out),
        Type::Enum(of) => enumeration(of, out),
        Type::Group(of) => {
            for member in &of.members {
                define(&member.ty, out);
            }
            group(of, out);
        }
    }
}

fn enumeration(of: &Enum, out: &mut String) {
    let _ = writeln!(
        out,
        "#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]\n#[repr({})]",
        of.scalar.rust
    );
    attribute("value", &of.name, 0, out);
    let _ = writeln!(out, "pub enum {} {{", of.name.rust);
    for (index, (name, value)) in of.values.iter().enumerate() {
        // What the derive makes of it is left to the derive.
        if name.c() != default_enumerator(&of.name.rust, &name.rust) {
            attribute("value", name, 1, out);
        }
        if index == 0 {
            out.push_str("    #[value(fallback)]\n");
        }
        let _ = writeln!(out, "    {} = {value},", name.rust);
    }
    out.push_str("}\n");
}

fn group(of: &Group, out: &mut String) {
    let keyword = if of.is_union { "union" } else { "struct" };
    out.push_str("#[derive(Clone, Copy, Value)]\n#[repr(C)]\n");
    attribute("value", &of.name, 0, out);
    if !of.is_union && of.members.iter().any(|member| member.ty.has_union()) {
        out.push_str("#[value(description)]\n");
    }
    let _ = writeln!(out, "pub {keyword} {} {{", of.name.rust);
    for member in &of.members {
        attribute("value", &member.name, 1, out);
        if !member.ranges.is_empty() {
            let _ = writeln!(out, "    #[value(bits({}))]", ranges(&member.ranges));
        }
        let _ = writeln!(
            out,
            "    pub {}: {},",
            member.name.rust,
            type_name(&member.ty)
        );
    }
    out.push_str("}\n");
}

fn descriptor(of: &Group, out: &mut String) {
    for member in &of.members {
        define(&member.ty, out);
    }
    out.push_str("#[derive(Clone, Copy, Descriptor)]\n#[repr(C)]\n");
    attribute("descriptor", &of.name, 0, out);
    let _ = writeln!(out, "pub struct {} {{", of.name.rust);
    for member in &of.members {
        let mut from = 0;
        for range in &member.ranges {
            let bits = bits(from, range.width);
            let what = match range.reserved {
                false => format!("{}: {}", range.name, getter(range.width)),
                true => "reserved".to_owned(),
            };
            let _ = writeln!(out, "    #[desc({what}, bits = {bits})]");
            from += range.width;
        }
        let _ = writeln!(
            out,
            "    pub {}: {},",
            member.name.rust,
            type_name(&member.ty)
        );
    }
    out.push_str("}\n");
}

fn metadata(of: &Meta, out: &mut String) {
    for field in &of.fields {
        define(&field.ty, out);
    }
    let knobs = of.knobs.join(", ");
    let knobs = match knobs.is_empty() {
        true => String::new(),
        false => format!(", knobs({knobs})"),
    };
    let _ = writeln!(
        out,
        "#[derive(Clone, Copy, XdpMeta)]\n#[xdp_meta(name = \"{}\", source = Nothing{knobs})]\npub struct {} {{",
        of.name, of.rust
    );
    for (index, field) in of.fields.iter().enumerate() {
        let ty = type_name(&field.ty);
        let mut keys = vec![format!("id = {:#x}", 0x8000 + index)];
        let on = field.on.iter().map(|knob| of.knobs[*knob].clone());
        let off = field.off.iter().map(|knob| format!("!{}", of.knobs[*knob]));
        let behind: Vec<String> = on.chain(off).collect();
        match behind.as_slice() {
            [] => {}
            [one] => keys.push(format!("knob = {one}")),
            several => keys.push(format!("knobs({})", several.join(", "))),
        }
        if field.bits != 0 {
            keys.push(format!("bits = {}", field.bits));
        }
        keys.push(format!("value = |_| <{ty} as value::Value>::ZERO"));
        let _ = writeln!(out, "    #[meta({})]", keys.join(", "));
        let _ = writeln!(out, "    pub {}: {ty},", field.name);
    }
    out.push_str("}\n");
}

/// `MODE_FULL_SPEED` of `Mode::FullSpeed`.
pub fn default_enumerator(name: &str, variant: &str) -> String {
    format!("{}_{}", snake(name), snake(variant))
}

/// `RxHash` as `RX_HASH`.
fn snake(camel: &str) -> String {
    let mut out = String::new();
    for (index, c) in camel.char_indices() {
        if c.is_ascii_uppercase() && index > 0 {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}

/// `#[derive_name(name = "…")]`, where the name in C is not that in Rust.
fn attribute(derive: &str, name: &Name, depth: usize, out: &mut String) {
    if let Some(c) = &name.c {
        let _ = writeln!(out, "{}#[{derive}(name = \"{c}\")]", "    ".repeat(depth));
    }
}

fn ranges(ranges: &[Range]) -> String {
    let mut from = 0;
    let texts = ranges.iter().map(|range| {
        let bits = bits(from, range.width);
        from += range.width;
        match range.reserved {
            false => format!("{}: {} = {bits}", range.name, getter(range.width)),
            true => format!("{} = {bits}", range.name),
        }
    });
    texts.collect::<Vec<_>>().join(", ")
}

/// The most significant bit comes first, as in data sheets; one bit has only one.
fn bits(from: u32, width: u32) -> String {
    match width {
        1 => from.to_string(),
        _ => format!("{}..={from}", from + width - 1),
    }
}

/// The type that a getter gives.
fn getter(width: u32) -> &'static str {
    match width {
        1 => "bool",
        2..=8 => "u8",
        9..=16 => "u16",
        17..=32 => "u32",
        _ => "u64",
    }
}

fn type_name(ty: &Type) -> String {
    match ty {
        Type::Int(scalar) => scalar.rust.to_owned(),
        Type::Array(of, len) => format!("[{}; {len}]", type_name(of)),
        Type::Enum(of) => of.name.rust.clone(),
        Type::Group(of) => of.name.rust.clone(),
    }
}
