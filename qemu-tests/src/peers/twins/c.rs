// SPDX-License-Identifier: GPL-2.0

//! The twin in C, as the author of a driver would have written it.
//!
//! Places are left to the compiler: nothing here knows an offset.

use std::fmt::Write;

use super::model::{Field, Group, Member, Twin, Type};

/// What comes first. Only clang knows the tags.
pub const PRELUDE: &str = "\
#include <linux/types.h>
#ifdef __clang__
#define TAG(text) __attribute__((btf_decl_tag(text)))
#else
#define TAG(text)
#endif
";

/// One translation unit with the twins; a variable of each type keeps it in the debug information.
pub fn unit<'a>(twins: impl IntoIterator<Item = &'a Twin>) -> String {
    let mut text = PRELUDE.to_owned();
    for twin in twins {
        text.push_str(&twin_in_c(twin));
    }
    text
}

/// The definitions of one twin, and a variable for each of its roots.
pub fn twin_in_c(twin: &Twin) -> String {
    let mut out = String::new();
    match twin {
        Twin::Value(ty) => {
            define_parts(ty, &mut out);
            define(ty, &mut out);
        }
        Twin::Descriptor(group) => {
            for member in &group.members {
                define_all(&member.ty, &mut out);
            }
            let _ = writeln!(out, "{} {{", head(group));
            for member in &group.members {
                let tags = tags(member);
                let _ = writeln!(
                    out,
                    "\t{}{tags};",
                    declaration(&member.ty, member.name.c(), 1)
                );
            }
            out.push_str("};\n");
        }
        Twin::Meta(meta) => {
            for field in &meta.fields {
                define_all(&field.ty, &mut out);
            }
            let all: Vec<&Field> = meta.fields.iter().collect();
            record(&meta.name, &all, &mut out);
            for knobs in 0..1 << meta.knobs.len() {
                let some = meta.fields.iter().filter(|field| field.is_in(knobs));
                record(&meta.layout(knobs), &some.collect::<Vec<_>>(), &mut out);
            }
        }
    }
    for (keyword, name) in twin.roots() {
        let _ = writeln!(out, "{keyword} {name} the_{name};");
    }
    out
}

/// The tags of a descriptor's word, most significant bit first as in data sheets.
fn tags(member: &Member) -> String {
    let mut out = String::new();
    let mut from = 0;
    for range in &member.ranges {
        let to = from + range.width - 1;
        if !range.reserved {
            let _ = write!(out, " TAG(\"bits:{}:{to}:{from}\")", range.name);
        }
        from = to + 1;
    }
    out
}

/// A record: larger alignments first, then bit-fields, then the trailer at a multiple of eight.
fn record(name: &str, fields: &[&Field], out: &mut String) {
    let _ = writeln!(out, "struct {name} {{");
    let mut present = 0;
    for align in [8, 4, 2, 1, 0] {
        for field in fields {
            let bits = if field.bits == 0 {
                String::new()
            } else {
                format!(" : {}", field.bits)
            };
            let place = if field.bits == 0 { field.ty.align() } else { 0 };
            if place == align {
                let _ = writeln!(
                    out,
                    "\t{}{bits} TAG(\"present:{present}\");",
                    declaration(&field.ty, &field.name, 1)
                );
                present += 1;
            }
        }
    }
    out.push_str("\t__u32 layout_id __attribute__((aligned(8)));\n\t__u16 generation;\n\t__u16 present;\n};\n");
}

/// Defines what a type is made of, where that has a name of its own.
fn define_parts(ty: &Type, out: &mut String) {
    match ty {
        Type::Group(group) => {
            for member in &group.members {
                define_all(&member.ty, out);
            }
        }
        Type::Array(of, _) => define_all(of, out),
        Type::Int(_) | Type::Enum(_) => {}
    }
}

/// Defines a type, if it has a name, and what it is made of.
fn define_all(ty: &Type, out: &mut String) {
    define_parts(ty, out);
    if is_named(ty) {
        define(ty, out);
    }
}

fn define(ty: &Type, out: &mut String) {
    let _ = writeln!(out, "{};", body(ty, 0));
}

fn is_named(ty: &Type) -> bool {
    match ty {
        Type::Enum(of) => !of.name.c().is_empty(),
        Type::Group(of) => !of.name.c().is_empty(),
        Type::Int(_) | Type::Array(..) => false,
    }
}

/// `struct name`, or `struct` if it has none.
fn head(group: &Group) -> String {
    let keyword = if group.is_union { "union" } else { "struct" };
    format!("{keyword} {}", group.name.c())
}

/// A type with its braces.
fn body(ty: &Type, depth: usize) -> String {
    let mut out = String::new();
    let tabs = "\t".repeat(depth);
    match ty {
        Type::Enum(of) => {
            let _ = writeln!(out, "enum {} : {} {{", of.name.c(), of.scalar.c);
            for (name, value) in &of.values {
                let _ = writeln!(out, "{tabs}\t{} = {},", name.c(), literal(*value));
            }
        }
        Type::Group(of) => {
            let _ = writeln!(out, "{} {{", head(of));
            for member in &of.members {
                for line in member_lines(member, depth + 1) {
                    let _ = writeln!(out, "{tabs}\t{line};");
                }
            }
        }
        Type::Int(_) | Type::Array(..) => return declaration(ty, "", depth),
    }
    let _ = write!(out, "{tabs}}}");
    out
}

fn member_lines(member: &Member, depth: usize) -> Vec<String> {
    if member.ranges.is_empty() {
        return vec![declaration(&member.ty, member.name.c(), depth)];
    }
    let lines = member.ranges.iter().map(|range| {
        let name = declaration(&member.ty, &range.name, depth);
        format!("{name} : {}", range.width)
    });
    lines.collect()
}

/// `type name[len]`.
fn declaration(ty: &Type, name: &str, depth: usize) -> String {
    let mut lens = String::new();
    let mut of = ty;
    while let Type::Array(inner, len) = of {
        let _ = write!(lens, "[{len}]");
        of = inner;
    }
    let base = match of {
        Type::Int(scalar) => scalar.c.to_owned(),
        Type::Enum(named) if is_named(of) => format!("enum {}", named.name.c()),
        Type::Group(named) if is_named(of) => head(named),
        _ => body(of, depth),
    };
    format!("{base} {name}{lens}").trim_end().to_owned()
}

/// A number as C wants it: the least one of 64 bits has no literal.
fn literal(value: i128) -> String {
    match value {
        v if v == i128::from(i64::MIN) => "(-0x7fffffffffffffffLL - 1)".to_owned(),
        v if v < 0 => format!("{v}LL"),
        v => format!("{v}ULL"),
    }
}
