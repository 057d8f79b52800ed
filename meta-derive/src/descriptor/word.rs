// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A word of a descriptor: its type, and what its bits are.

use syn::{Expr, ExprLit, Ident, Lit, Type};

use super::attr::Entry;
use super::range::Range;
use crate::diag::Diag;
use crate::kind::Kind;
use crate::reject;

/// A member of the struct.
pub(crate) struct Word {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) class: Class,
    pub(crate) ranges: Vec<Range>,
    /// It has no meaning, so neither a getter nor a builder.
    pub(crate) reserved: bool,
    /// What it is in C, if not what it is in Rust.
    pub(crate) like: Option<Type>,
    /// The lines of its documentation.
    pub(crate) docs: Vec<Expr>,
    /// Whether these are all the ranges that are declared; of the others something is wrong.
    pub(crate) complete: bool,
}

/// What the macro knows of a word's type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// An integer with a byte order, or a byte.
    Int(Kind),
    /// An array of such, or of arrays of such: size and alignment, if the lengths are written as numbers.
    Array(Option<usize>, usize),
    /// A type with a name of its own: a part, or what has `#[derive(Value)]`.
    Named,
}

impl Class {
    /// Size and alignment, if the macro knows them.
    pub(crate) fn layout(self) -> Option<(usize, usize)> {
        match self {
            Self::Int(kind) => Some((kind.size, kind.size)),
            Self::Array(size, align) => size.map(|size| (size, align)),
            Self::Named => None,
        }
    }

    fn of(ty: &Type, diag: &mut Diag) -> Option<Self> {
        if reject::rejected(ty, diag) {
            return None;
        }
        match ty {
            Type::Group(group) => Self::of(&group.elem, diag),
            Type::Paren(paren) => Self::of(&paren.elem, diag),
            Type::Array(array) => {
                let elem = Self::of(&array.elem, diag)?;
                let len = length(&array.len);
                Some(match elem {
                    Self::Int(kind) => Self::Array(len.map(|len| kind.size * len), kind.size),
                    Self::Array(size, align) => {
                        Self::Array(size.zip(len).map(|(size, len)| size * len), align)
                    }
                    Self::Named => Self::Named,
                })
            }
            Type::Path(_) => match Kind::of(ty) {
                Some(kind) if kind.size == 1 && kind.name == "u8" => Some(Self::Int(kind)),
                Some(kind) if kind.is_ordered() => Some(Self::Int(kind)),
                Some(kind) => {
                    diag.error(ty, native(kind));
                    None
                }
                None => Some(Self::Named),
            },
            _ => {
                diag.error(ty, "not a word of a descriptor; use `u8`, `Le16` to `Le64`, `Be16` to `Be64`, arrays of these, or types with `#[derive(Value)]`");
                None
            }
        }
    }
}

/// What to use instead of an integer in the machine's own order.
fn native(kind: Kind) -> String {
    if kind.size == 1 {
        return "the words of a descriptor are unsigned; use `u8`".to_owned();
    }
    let bits = kind.size * 8;
    format!(
        "wrong endianness: a `{}` is in the order of the machine, a descriptor in that of the device; use `Le{bits}`, or `Be{bits}` if the most significant byte comes first",
        kind.name,
    )
}

fn length(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Lit(ExprLit {
            lit: Lit::Int(number),
            ..
        }) => number.base10_parse().ok(),
        _ => None,
    }
}

impl Word {
    pub(crate) fn new(field: &syn::Field, diag: &mut Diag) -> Option<Self> {
        let ident = field.ident.clone()?;
        let class = Class::of(&field.ty, diag);
        let mut word = Self {
            ident: ident.clone(),
            ty: field.ty.clone(),
            class: class.unwrap_or(Class::Named),
            ranges: Vec::new(),
            reserved: false,
            like: None,
            docs: docs(field),
            complete: class.is_some(),
        };
        for (attr, entry) in Entry::parse_all(&field.attrs, diag) {
            if entry.like.is_some() {
                word.like = entry.like;
            } else if entry.named.is_none() && entry.reserved.is_none() {
                if entry.bits.is_some() && !entry.faulty {
                    diag.error(attr, "the range has no name; write `#[desc(name: Type, bits = ...)]`, or `#[desc(reserved, bits = ...)]`");
                }
                word.complete = false;
            } else if entry.named.is_none() && entry.bits.is_none() && !entry.faulty {
                word.reserved = true;
            } else if let Class::Int(kind) = word.class {
                match Range::new(entry, &ident, kind, diag) {
                    Some(range) => word.ranges.push(range),
                    None => word.complete = false,
                }
            } else if class.is_some() {
                diag.error(
                    attr,
                    format_args!("ranges are of a word that is one integer; give `{ident}` the type `Le32` or the like, or put the range into the type that it has"),
                );
                word.complete = false;
            }
        }
        Some(word)
    }

    /// Whether it has a getter and a builder of its own name.
    pub(crate) fn is_whole(&self) -> bool {
        self.ranges.is_empty() && !self.reserved && self.complete
    }
}

/// The lines of the documentation comment.
fn docs(field: &syn::Field) -> Vec<Expr> {
    (field.attrs.iter())
        .filter(|attr| attr.path().is_ident("doc"))
        .filter_map(|attr| attr.meta.require_name_value().ok())
        .map(|meta| meta.value.clone())
        .collect()
}
