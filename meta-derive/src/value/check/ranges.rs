// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Rules about the ranges of a word.

use syn::Type;

use crate::diag::Diag;
use crate::kind::{Kind, Shape};
use crate::name;
use crate::reject;
use crate::value::model::{Composite, Member};
use crate::value::range::{text, Range};
use crate::value::rules;

pub(super) fn check(composite: &Composite, diag: &mut Diag) {
    for member in &composite.members {
        let Some(ranges) = &member.ranges else {
            continue;
        };
        let Some(kind) = word(member, diag) else {
            continue;
        };
        let mut right = member.complete;
        for range in ranges {
            right &= inside(range, member, kind, diag);
            holds(range, diag);
            if let Some(problem) = name::problem(&range.name()) {
                diag.error(&range.ident, rules::range_name(problem));
            }
        }
        right &= disjoint(ranges, diag);
        if right && !ranges.is_empty() {
            covered(ranges, member, kind, diag);
        }
    }
    names(composite, diag);
}

/// The integer that is divided. C has bit-fields of integers, which are in the machine's byte order.
fn word(member: &Member, diag: &mut Diag) -> Option<Kind> {
    let Shape::Int(kind) = member.shape.as_ref()? else {
        diag.error(&member.ty, rules::word_type());
        return None;
    };
    let plain = format!("u{}", kind.size * 8);
    if kind.is_ordered() {
        diag.error(&member.ty, rules::word_order(kind.name, plain));
    } else if !kind.is_unsigned() {
        diag.error(&member.ty, rules::word_sign(kind.name, plain));
    } else {
        return Some(*kind);
    }
    None
}

/// The word has the bits. Gives whether it does.
fn inside(range: &Range, member: &Member, kind: Kind, diag: &mut Diag) -> bool {
    let (high, low) = (range.bits.high, range.bits.low);
    let last = kind.size as u32 * 8 - 1;
    if high < low {
        diag.error(&range.bits, rules::range_reversed(low, high));
    }
    let bit = high.max(low);
    if bit > last {
        let message = rules::range_outside(bit, &member.ident, kind.name, last);
        diag.error(&range.bits, message);
    }
    low <= high && high <= last
}

/// The range's type has a value for each number that the bits can be.
fn holds(range: &Range, diag: &mut Diag) {
    let Some(ty) = &range.ty else { return };
    let (name, holds) = match Kind::of(ty) {
        Some(kind) if kind.is_unsigned() => (kind.name, kind.size as u32 * 8),
        Some(_) => return diag.error(ty, rules::range_type()),
        None if is_bool(ty) => ("bool", 1),
        // An enum or what is none; the compiler knows.
        None => match reject::reason(ty) {
            Some(_) => return diag.error(ty, rules::range_type()),
            None if matches!(ty, Type::Path(_)) => return,
            None => return diag.error(ty, rules::range_type()),
        },
    };
    let width = range.bits.width();
    if width > holds && range.bits.low <= range.bits.high {
        diag.error(&range.bits, rules::range_wide(width, name, holds));
    }
}

/// Whether a type is spelled as `bool` is.
pub(in crate::value) fn is_bool(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("bool"))
}

/// A bit is of one range. Gives whether all are.
fn disjoint(ranges: &[Range], diag: &mut Diag) -> bool {
    let mut right = true;
    for (index, range) in ranges.iter().enumerate() {
        for other in &ranges[..index] {
            if range.bits.overlaps(&other.bits) {
                right = false;
                diag.pair(
                    &range.bits,
                    rules::overlap(&range.ident, &other.ident, other.bits.text()),
                    &other.bits,
                    rules::overlap(&other.ident, &range.ident, range.bits.text()),
                );
            }
        }
    }
    right
}

/// Every bit is of a range: in C the next member would begin at the first bit that is not.
fn covered(ranges: &[Range], member: &Member, kind: Kind, diag: &mut Diag) {
    let is_named = |bit: u32| {
        let mut ranges = ranges.iter();
        ranges.any(|range| range.bits.low <= bit && bit <= range.bits.high)
    };
    let bits = kind.size as u32 * 8;
    let mut bit = 0;
    while bit < bits {
        let end = (bit..bits).find(|bit| is_named(*bit)).unwrap_or(bits);
        if end > bit {
            let message = rules::uncovered(text(end - 1, bit), &member.ident);
            diag.error(&member.ident, message);
        }
        bit = end.max(bit + 1);
    }
}

/// No getter has the name of a builder.
fn names(composite: &Composite, diag: &mut Diag) {
    let ranges: Vec<_> = (composite.members.iter())
        .filter_map(|member| member.ranges.as_ref())
        .flatten()
        .filter(|range| range.access().is_some())
        .collect();
    for range in &ranges {
        let name = range.name();
        let built = name.strip_prefix("with_");
        if let Some(other) = ranges.iter().find(|other| built == Some(&other.name())) {
            diag.error(&range.ident, rules::builder_name(&name, &other.ident));
        }
    }
}
