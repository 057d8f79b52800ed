// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The enums, structs and unions that fields have, each defined once and before it is used.
//!
//! They have the very sizes and offsets that records have: where C's own rules would come to others, an attribute or a
//! bit-field without a name says so.

use core::fmt::{self, Display, Formatter, Write};

use super::declaration::{element, Declaration};
use crate::field::Field;
use crate::text;
use crate::ty::{Composite, Enum, Type};

/// Writes a definition of every type with a name that a field is made of.
pub(super) fn all(out: &mut impl Write, fields: &[Field]) -> fmt::Result {
    let mut any = false;
    visit_fields(fields, &mut |number, ty| {
        if first(fields, ty) != Some(number) {
            return Ok(());
        }
        if !any {
            writeln!(out, "/* What fields are made of. */")?;
            any = true;
        }
        match ty {
            Type::Enum(of) => writeln!(out, "{};\n", Enumerators(of, 0)),
            Type::Struct(of) => writeln!(out, "{};\n", Members("struct", of, 0)),
            Type::Union(of) => writeln!(out, "{};\n", Members("union", of, 0)),
            Type::Int(_) | Type::Array(..) => Ok(()),
        }
    })
}

/// The number of the first of these types with the name of this one.
fn first(fields: &[Field], wanted: &Type) -> Option<usize> {
    let mut found = None;
    // Without an error of its own, this is about all of them.
    let _: fmt::Result = visit_fields(fields, &mut |number, ty| {
        if found.is_none() && tag(ty).is_some_and(|tag| is_tag(wanted, tag)) {
            found = Some(number);
        }
        Ok(())
    });
    found
}

/// Keyword and name.
fn tag(ty: &Type) -> Option<(u8, &'static str)> {
    let tag = match ty {
        Type::Enum(of) => (0, of.name),
        Type::Struct(of) => (1, of.name),
        Type::Union(of) => (2, of.name),
        Type::Int(_) | Type::Array(..) => return None,
    };
    Some(tag).filter(|(_, name)| !name.is_empty())
}

fn is_tag(ty: &Type, wanted: (u8, &str)) -> bool {
    tag(ty).is_some_and(|(kind, name)| kind == wanted.0 && text::same(name, wanted.1))
}

type Visitor<'a> = dyn FnMut(usize, &Type) -> fmt::Result + 'a;

/// Calls for every type within the fields' types, what it is made of before itself, with consecutive numbers.
fn visit_fields(fields: &[Field], each: &mut Visitor<'_>) -> fmt::Result {
    let mut number = 0;
    fields
        .iter()
        .try_for_each(|field| visit(&field.ty, &mut number, each))
}

fn visit(ty: &Type, number: &mut usize, each: &mut Visitor<'_>) -> fmt::Result {
    let ty = element(ty);
    if let Type::Struct(of) | Type::Union(of) = ty {
        for member in of.members {
            visit(&member.ty, number, each)?;
        }
    }
    each(*number, ty)?;
    *number += 1;
    Ok(())
}

/// `enum name { … }`, without the semicolon.
pub(super) struct Enumerators<'a>(pub(super) &'a Enum, pub(super) usize);

impl Display for Enumerators<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(of, depth) = *self;
        head(f, "enum", of.name)?;
        for value in of.values {
            write!(f, "{}{} = ", Indent(depth + 1), value.name)?;
            match of.kind.is_signed() {
                true => write!(f, "{}", value.value)?,
                false if value.value < 0 => write!(f, "{}ULL", value.value as u64)?,
                false => write!(f, "{}", value.value)?,
            }
            f.write_str(",\n")?;
        }
        write!(f, "{}}}", Indent(depth))?;
        // In C an enum is an int, if not told otherwise.
        match of.kind.size() {
            1 => f.write_str(" __attribute__((mode(QI)))"),
            2 => f.write_str(" __attribute__((mode(HI)))"),
            8 => f.write_str(" __attribute__((mode(DI)))"),
            _ => Ok(()),
        }
    }
}

/// `struct name { … }` or the same with `union`, without the semicolon.
pub(super) struct Members<'a>(
    pub(super) &'a str,
    pub(super) &'a Composite,
    pub(super) usize,
);

impl Display for Members<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(keyword, of, depth) = *self;
        head(f, keyword, of.name)?;
        let (mut end, mut natural) = (0, 1);
        for member in of.members {
            let (size, align) = (member.ty.size() as u32 * 8, member.ty.align());
            natural = if align > natural { align } else { natural };
            let bits = match member.bits {
                0 => size,
                bits => u32::from(bits),
            };
            let gap = member.offset.saturating_sub(end);
            // Of a whole member, C leaves the gap by itself.
            if member.bits != 0 && gap > 0 && gap <= size && keyword == "struct" {
                let ty = member.ty;
                let padding = Declaration {
                    ty: &ty,
                    name: "",
                    bits: gap.to_le_bytes()[0],
                    depth: depth + 1,
                };
                writeln!(f, "{}{padding};", Indent(depth + 1))?;
            }
            let member_text = Declaration {
                ty: &member.ty,
                name: member.name,
                bits: member.bits,
                depth: depth + 1,
            };
            writeln!(f, "{}{member_text};", Indent(depth + 1))?;
            end = member.offset.saturating_add(bits);
        }
        write!(f, "{}}}", Indent(depth))?;
        if of.align < natural {
            f.write_str(" __attribute__((packed))")?;
        }
        if of.align != natural && of.align > 1 {
            write!(f, " __attribute__((aligned({})))", of.align)?;
        }
        Ok(())
    }
}

fn head(f: &mut Formatter<'_>, keyword: &str, name: &str) -> fmt::Result {
    match name {
        "" => writeln!(f, "{keyword} {{"),
        name => writeln!(f, "{keyword} {name} {{"),
    }
}

struct Indent(usize);

impl Display for Indent {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        (0..self.0).try_for_each(|_| f.write_char('\t'))
    }
}
