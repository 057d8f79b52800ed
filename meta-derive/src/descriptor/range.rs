// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A range of bits in a word, and the rules that concern just one.

use proc_macro2::Span;
use syn::{Ident, LitInt, Type};

use super::attr::{Bits, Entry};
use crate::diag::Diag;
use crate::kind::Kind;
use crate::reject;

/// A range of bits. It is inside of its word, and `msb >= lsb`.
pub(crate) struct Range {
    /// Its name; of a reserved one, the token that says so.
    pub(crate) ident: Ident,
    /// What its bits are; `None`: reserved.
    pub(crate) taken: Option<Taken>,
    pub(crate) msb: u32,
    pub(crate) lsb: u32,
    /// It may share bits with ranges that say so too.
    pub(crate) overlap: bool,
    pub(crate) doc: Option<String>,
}

/// What a range's bits are taken as.
pub(crate) struct Taken {
    pub(crate) ty: Type,
    pub(crate) form: Form,
}

/// The types of ranges.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Bool,
    /// An unsigned integer of that many bits.
    Int(u32),
    /// A type with a name of its own: an enum.
    Enum,
}

impl Range {
    /// The range that an attribute declares in a word of so many bits.
    pub(crate) fn new(entry: Entry, word: &Ident, kind: Kind, diag: &mut Diag) -> Option<Self> {
        let (ident, ty) = match (entry.named, entry.reserved) {
            (Some((ident, _)), Some(reserved)) => {
                diag.error(
                    reserved,
                    format_args!(
                        "`{ident}` has a name and a type, so it is not reserved; remove `reserved`"
                    ),
                );
                return None;
            }
            (Some((ident, ty)), None) => (ident, Some(ty)),
            (None, Some(reserved)) => (reserved, None),
            (None, None) => return None,
        };
        if entry.bits.is_none() && !entry.faulty {
            let message = format!("it is not said where `{ident}` is in `{word}`; add `bits = msb..=lsb`, or `bits = n` for one bit");
            diag.error(&ident, message);
        }
        let place = entry.bits.and_then(|bits| place(&bits, word, kind, diag));
        // Both are looked at, so that the errors of both are told.
        let taken = ty.map(|ty| Taken::new(ty, place, diag));
        let taken = match taken {
            Some(taken) => Some(taken?),
            None => None,
        };
        let (msb, lsb) = place?;
        Some(Self {
            ident,
            taken,
            msb,
            lsb,
            overlap: entry.overlap.is_some(),
            doc: entry.doc.map(|doc| doc.value()),
        })
    }

    pub(crate) fn width(&self) -> u32 {
        self.msb - self.lsb + 1
    }

    /// The bits, as they are written.
    pub(crate) fn bits(&self) -> String {
        match self.width() {
            1 => format!("bit {}", self.lsb),
            _ => format!("bits {}..={}", self.msb, self.lsb),
        }
    }

    /// The bits of another range that are this one's too, high and low.
    pub(crate) fn shared(&self, other: &Self) -> Option<(u32, u32)> {
        let (msb, lsb) = (self.msb.min(other.msb), self.lsb.max(other.lsb));
        (msb >= lsb).then_some((msb, lsb))
    }

    pub(crate) fn span(&self) -> Span {
        self.ident.span()
    }
}

/// The highest and the lowest bit, in that order and inside of the word.
fn place(bits: &Bits, word: &Ident, kind: Kind, diag: &mut Diag) -> Option<(u32, u32)> {
    let all = kind.size * 8;
    let mut number = |literal: &LitInt| match literal.base10_parse::<u32>() {
        Ok(bit) if (bit as usize) < all => Some(bit),
        _ => {
            let message = format!(
                "bit {literal} is out of range: the word `{word}` is a `{}` and has the bits {}..=0",
                kind.name,
                all - 1,
            );
            diag.error(literal, message);
            None
        }
    };
    let msb = number(&bits.msb);
    let lsb = match core::ptr::eq(bits.lsb(), &bits.msb) {
        true => msb,
        false => number(bits.lsb()),
    };
    let (msb, lsb) = (msb?, lsb?);
    if msb < lsb {
        diag.error(
            bits,
            format_args!("reversed range: the most significant bit comes first, as in datasheets; write `{lsb}..={msb}`"),
        );
        return None;
    }
    Some((msb, lsb))
}

impl Taken {
    fn new(ty: Type, place: Option<(u32, u32)>, diag: &mut Diag) -> Option<Self> {
        let form = Form::of(&ty, diag)?;
        let most = match form {
            Form::Bool => 1,
            Form::Int(bits) => bits,
            // Known to the compiler only, which asserts it.
            Form::Enum => return Some(Self { ty, form }),
        };
        if let Some((msb, lsb)) = place {
            let width = msb - lsb + 1;
            if width > most {
                let message = format!(
                    "the range has {width} bits, but its type holds only {most}; use `{}` or a narrower range",
                    narrowest(width),
                );
                diag.error(&ty, message);
                return None;
            }
        }
        Some(Self { ty, form })
    }
}

/// The smallest integer with so many bits.
fn narrowest(width: u32) -> &'static str {
    match width {
        0..=8 => "u8",
        9..=16 => "u16",
        17..=32 => "u32",
        _ => "u64",
    }
}

impl Form {
    fn of(ty: &Type, diag: &mut Diag) -> Option<Self> {
        let Type::Path(path) = ty else {
            if !reject::rejected(ty, diag) {
                diag.error(ty, "a range of bits is one number; use `bool`, `u8`, `u16`, `u32`, `u64`, or an enum with `#[derive(Value)]`");
            }
            return None;
        };
        if path.path.is_ident("bool") {
            return Some(Self::Bool);
        }
        match Kind::of(ty) {
            Some(kind) if kind.is_ordered() => {
                let host = host(kind);
                diag.error(ty, format_args!("a range is taken from the word's value, which has no byte order any more; use `{host}`"));
                None
            }
            Some(kind) if kind.name.starts_with('u') => Some(Self::Int(kind.size as u32 * 8)),
            Some(kind) => {
                let unsigned = kind.name.replace('i', "u");
                diag.error(
                    ty,
                    format_args!("a range of bits has no sign; use `{unsigned}`"),
                );
                None
            }
            None if reject::rejected(ty, diag) => None,
            None => Some(Self::Enum),
        }
    }
}

/// The integer in host order that a word of a kind is.
pub(crate) fn host(kind: Kind) -> &'static str {
    match kind.size {
        1 => "u8",
        2 => "u16",
        4 => "u32",
        _ => "u64",
    }
}
