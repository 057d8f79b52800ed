// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What can be seen of a field's type before anything is compiled.
//!
//! Integers and arrays of them are known by name; of any other name only the compiler knows what it stands for.

use quote::ToTokens as _;
use syn::{Expr, ExprLit, Lit, Type};

use super::Kind;
use crate::diag::Diag;
use crate::reject::rejected;

/// A type, as far as it is known.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    Int(Kind),
    /// An array, and its length if that is a number.
    Array(Box<Shape>, Option<usize>),
    /// A type with `#[derive(Value)]`, or another name for one of the others.
    Named,
}

impl Shape {
    /// What is known of a type; `None` if it can not be in a record, after the reason was reported.
    pub(crate) fn of(ty: &Type, diag: &mut Diag) -> Option<Self> {
        (!rejected(ty, diag)).then(|| Self::known(ty))
    }

    fn known(ty: &Type) -> Self {
        match ty {
            Type::Group(group) => Self::known(&group.elem),
            Type::Paren(paren) => Self::known(&paren.elem),
            Type::Array(array) => {
                Self::Array(Box::new(Self::known(&array.elem)), length(&array.len))
            }
            _ => Kind::of(ty).map_or(Self::Named, Self::Int),
        }
    }

    /// Number of bytes, if it is known.
    pub(crate) fn size(&self) -> Option<usize> {
        match self {
            Self::Int(kind) => Some(kind.size),
            Self::Array(of, len) => of.size()?.checked_mul((*len)?),
            Self::Named => None,
        }
    }

    /// Alignment in bytes, if it is known.
    pub(crate) fn align(&self) -> Option<usize> {
        match self {
            Self::Int(kind) => Some(kind.size),
            Self::Array(of, _) => of.align(),
            Self::Named => None,
        }
    }

    /// The integer that it is.
    pub(crate) fn kind(&self) -> Option<Kind> {
        match self {
            Self::Int(kind) => Some(*kind),
            Self::Array(..) | Self::Named => None,
        }
    }
}

/// The number that an array's length is.
fn length(len: &Expr) -> Option<usize> {
    match len {
        Expr::Lit(ExprLit {
            lit: Lit::Int(int), ..
        }) => int.base10_parse().ok(),
        Expr::Group(group) => length(&group.expr),
        Expr::Paren(paren) => length(&paren.expr),
        _ => None,
    }
}

/// Tokens of a type as one writes them.
pub(crate) fn text(ty: &Type) -> String {
    let mut text = ty.to_token_stream().to_string();
    for (spaced, tight) in [
        (" :: ", "::"),
        (" ;", ";"),
        ("[ ", "["),
        (" ]", "]"),
        (" < ", "<"),
        (" >", ">"),
    ] {
        text = text.replace(spaced, tight);
    }
    text
}
