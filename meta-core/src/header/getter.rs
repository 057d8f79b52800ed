// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The lines that make a field's getter: what it takes the field for, which macro, and what that must know.

use core::fmt::{self, Display, Formatter};

use super::declaration::{element, Declaration, Dimensions};
use super::{Family, Upper};
use crate::field::Field;
use crate::ty::Type;

/// The macro's call.
pub(super) struct Getter<'a> {
    family: &'a str,
    field: &'a Field,
}

impl<'a> Getter<'a> {
    pub(super) fn of(family: &Family<'a>, field: &'a Field) -> Self {
        Self {
            family: family.name,
            field,
        }
    }

    /// The C type of the value; of an array, that of its elements.
    fn ty(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let ty = element(&self.field.ty);
        let anonymous = match ty {
            Type::Enum(of) => of.name.is_empty(),
            Type::Struct(of) | Type::Union(of) => of.name.is_empty(),
            Type::Int(_) | Type::Array(..) => false,
        };
        if let (true, Type::Enum(of), 1..) = (anonymous, ty, self.field.bits) {
            return f.write_str(of.kind.c_name());
        }
        if anonymous {
            // It has a type all the same, and that can be asked for; of a bit-field it can not.
            write!(
                f,
                "__typeof__(((struct {} *)0)->{}",
                self.family, self.field.name
            )?;
            let mut ty = &self.field.ty;
            while let Type::Array(of, _) = ty {
                f.write_str("[0]")?;
                ty = of;
            }
            return f.write_str(")");
        }
        let declaration = Declaration {
            ty,
            name: "",
            bits: 0,
            depth: 0,
        };
        declaration.fmt(f)
    }
}

/// What the getter takes the field for: an entry of `xdp_meta_wanted`.
pub(super) struct Wanted<'a>(pub(super) Getter<'a>);

impl Display for Wanted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let field = self.0.field;
        let upper = Upper(field.name);
        write!(
            f,
            "[XDP_META_SLOT_{upper}] = {{ XDP_META_{upper}, XDP_META_SHAPE(sizeof("
        )?;
        self.0.ty(f)?;
        if matches!(field.ty, Type::Array(..)) {
            write!(f, "{}", Dimensions(&field.ty))?;
        }
        write!(f, "), {}) }}", field.bits)
    }
}

impl Display for Getter<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let field = self.field;
        let upper = Upper(field.name);
        let is_array = matches!(field.ty, Type::Array(..));
        f.write_str(match (field.bits, is_array) {
            (0, false) => "XDP_META_GETTER(",
            (0, true) => "XDP_META_ARRAY_GETTER(",
            (_, _) => "XDP_META_BITS_GETTER(",
        })?;
        write!(f, "{}, ", field.name)?;
        self.ty(f)?;
        match (field.bits, is_array) {
            (0, false) => write!(f, ", {upper})"),
            (0, true) => write!(f, ", {}, {upper})", Dimensions(&field.ty)),
            (bits, _) => write!(f, ", {bits}, {upper})"),
        }
    }
}
