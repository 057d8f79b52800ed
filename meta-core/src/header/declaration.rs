// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! How C spells a member: the type on the left of its name, the dimensions and the width on the right.
//!
//! A struct, union or enum without a name can be spelled only in the place where it is used.

use core::fmt::{self, Display, Formatter};

use super::definition::{Enumerators, Members};
use crate::field::Field;
use crate::ty::{Composite, Enum, Type};

/// A member, without the semicolon.
#[derive(Clone, Copy)]
pub(super) struct Declaration<'a> {
    /// The type.
    pub(super) ty: &'a Type,
    /// The member's name.
    pub(super) name: &'a str,
    /// Width of a bit-field; 0 if it is none.
    pub(super) bits: u8,
    /// How far members of a struct within are indented.
    pub(super) depth: usize,
}

impl<'a> Declaration<'a> {
    /// A field of a record.
    pub(super) const fn of_field(field: &'a Field) -> Self {
        Self {
            ty: &field.ty,
            name: field.name,
            bits: field.bits,
            depth: 1,
        }
    }
}

impl Display for Declaration<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (ty, depth) = (element(self.ty), self.depth);
        Specifier { ty, depth }.fmt(f)?;
        if !self.name.is_empty() {
            write!(f, " {}", self.name)?;
        }
        Dimensions(self.ty).fmt(f)?;
        match self.bits {
            0 => Ok(()),
            bits => write!(f, " : {bits}"),
        }
    }
}

/// The type itself, or that of an array's elements, however many dimensions it has.
pub(super) const fn element(mut ty: &Type) -> &Type {
    while let Type::Array(of, _) = ty {
        ty = of;
    }
    ty
}

/// `[2][6]`; nothing for what is no array.
pub(super) struct Dimensions<'a>(pub(super) &'a Type);

impl Display for Dimensions<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut ty = self.0;
        while let Type::Array(of, len) = ty {
            write!(f, "[{len}]")?;
            ty = of;
        }
        Ok(())
    }
}

/// What stands on the left of the name. The type is no array.
struct Specifier<'a> {
    ty: &'a Type,
    depth: usize,
}

impl Display for Specifier<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.ty {
            Type::Int(kind) => f.write_str(kind.c_name()),
            Type::Array(..) => Ok(()),
            Type::Enum(of) => self.enumeration(f, of),
            Type::Struct(of) => self.composite(f, "struct", of),
            Type::Union(of) => self.composite(f, "union", of),
        }
    }
}

impl Specifier<'_> {
    fn enumeration(&self, f: &mut Formatter<'_>, of: &Enum) -> fmt::Result {
        match of.name {
            "" => Enumerators(of, self.depth).fmt(f),
            name => write!(f, "enum {name}"),
        }
    }

    fn composite(&self, f: &mut Formatter<'_>, keyword: &str, of: &Composite) -> fmt::Result {
        match of.name {
            "" => Members(keyword, of, self.depth).fmt(f),
            name => write!(f, "{keyword} {name}"),
        }
    }
}
