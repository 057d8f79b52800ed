// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Definitions: structs and unions with every member in its place, enums of the right size, typedefs.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use anyhow::{ensure, Result};
use meta_core::btf::read::{Enum, Member, Number};
use meta_core::btf::{Body, Item, Kind, Reader};

use super::declarator::{spend, Declarator, Inline};
use super::names::{ident, Names};
use super::place::Places;
use super::{LONGEST, MOST};

/// Most levels of structs without a name.
const DEPTH: usize = 32;

/// More bits than this are an array of bytes: it is a member that was not there, but fewer lines than the other way.
const MOST_PADDING: u32 = 1 << 16;

/// Writes definitions.
#[derive(Clone, Copy)]
pub(super) struct Definition<'a> {
    pub(super) btf: &'a Reader<'static>,
    pub(super) names: &'a Names,
    pub(super) places: &'a Places<'a>,
    /// Enums that were written.
    pub(super) enums: &'a RefCell<HashSet<u32>>,
    /// How many more declarations the definition may have.
    pub(super) left: &'a Cell<u32>,
}

/// What has no name is defined where it is used, so much further to the right.
struct Inner<'a> {
    of: Definition<'a>,
    depth: usize,
}

impl Inline for Inner<'_> {
    fn inline(&mut self, id: u32, _: Kind) -> Result<String> {
        let item = self.of.btf.get(id)?;
        self.of.body(&item, self.depth)
    }
}

impl Definition<'_> {
    /// The definition of a type, with an empty line behind it.
    pub(super) fn text(&self, id: u32) -> Result<String> {
        self.left.set(MOST);
        let item = self.btf.get(id)?;
        let text = match item.body() {
            Body::Typedef(target) => {
                let name = self.names.of_type(id);
                format!("typedef {}", self.declare(target, name, 0)?)
            }
            _ => self.body(&item, 0)?,
        };
        Ok(format!("{text};\n\n"))
    }

    fn declare(&self, id: u32, name: &str, depth: usize) -> Result<String> {
        let declarator = Declarator {
            btf: self.btf,
            names: Some(self.names),
            left: self.left,
        };
        declarator.declare(id, name, &mut Inner { of: *self, depth })
    }

    /// From the keyword to the brace and the attributes behind it.
    fn body(&self, item: &Item<'static>, depth: usize) -> Result<String> {
        ensure!(depth < DEPTH, "structs without a name, too deep");
        match item.body() {
            Body::Struct(_) => self.composite(item, self.names.of_type(item.id()), depth),
            Body::Union(_) => self.composite(item, self.names.of_type(item.id()), depth),
            Body::Enum(of) | Body::Enum64(of) => Ok(self.enumeration(item, of, depth)),
            _ => self.declare(item.id(), "", depth),
        }
    }

    fn composite(&self, item: &Item<'static>, name: &str, depth: usize) -> Result<String> {
        let packed = self.places.is_packed(item)?;
        let keyword = match item.kind() {
            Kind::Struct => "struct",
            _ => "union",
        };
        let mut text = head(keyword, name);
        let indent = "\t".repeat(depth + 1);
        let is_struct = item.kind() == Kind::Struct;
        let (mut end, mut longest, mut align) = (0_u32, 0_u32, 1_u32);
        for member in item.members() {
            spend(self.left)?;
            let range = self.btf.bit_range(&member)?;
            let is_bits = self.places.is_bits(&member)?;
            let natural = match packed {
                true => 1,
                false => self.places.align(member.type_id)?,
            };
            align = align.max(natural);
            if is_struct {
                let at = match (is_bits, packed) {
                    (false, _) => end.checked_next_multiple_of(natural * 8),
                    (true, true) => Some(end),
                    (true, false) => {
                        let unit = self.btf.size_of(member.type_id)?.saturating_mul(8).max(1);
                        match (end % unit).saturating_add(range.bits) <= unit {
                            true => Some(end),
                            false => end.checked_next_multiple_of(unit),
                        }
                    }
                };
                if at != Some(range.offset) {
                    pad(&mut text, &indent, end, range.offset);
                }
            }
            text += &self.member(&member, is_bits.then_some(range.bits), &indent, depth)?;
            end = range.offset.saturating_add(range.bits);
            longest = longest.max(end);
            ensure!(text.len() < LONGEST, "the definition is too long");
        }
        let size = item.size().unwrap_or(0).saturating_mul(8);
        let unit = align.saturating_mul(8);
        let mut aligned = None;
        if longest.checked_next_multiple_of(unit) != Some(size) {
            if is_struct {
                pad(&mut text, &indent, end, size);
            } else {
                // Members of a union all begin at its start, so it can only be aligned more.
                let fits = |align: &u32| longest.checked_next_multiple_of(align * 8) == Some(size);
                aligned = (0..20).map(|shift| 1_u32 << shift).find(fits);
                if aligned.is_none() {
                    pad(&mut text, &indent, 0, size);
                }
            }
        }
        text += &"\t".repeat(depth);
        text += "}";
        if packed {
            text += " __attribute__((packed))";
        }
        if let Some(bytes) = aligned {
            text += &format!(" __attribute__((aligned({bytes})))");
        }
        Ok(text)
    }

    fn member(
        &self,
        member: &Member<'static>,
        bits: Option<u32>,
        indent: &str,
        depth: usize,
    ) -> Result<String> {
        let name = match member.name() {
            name if name.is_empty() => "".into(),
            name => ident(name),
        };
        let text = match self.btf.get(member.type_id)? {
            // Only with -fms-extensions can a member without a name have a type with one: without the name it is the same.
            item if name.is_empty() && matches!(item.kind(), Kind::Struct | Kind::Union) => {
                ensure!(depth < DEPTH, "members without a name, too deep");
                self.composite(&item, "", depth + 1)?
            }
            _ => self.declare(member.type_id, &name, depth + 1)?,
        };
        Ok(match bits {
            Some(bits) => format!("{indent}{text} : {bits};\n"),
            None => format!("{indent}{text};\n"),
        })
    }

    fn enumeration(&self, item: &Item<'static>, of: Enum<'static>, depth: usize) -> String {
        let name = self.names.of_type(item.id());
        if of.values.len() == 0 {
            // It is declared only.
            return format!("enum {name}");
        }
        let first = self.enums.borrow_mut().insert(item.id());
        let mut text = head("enum", name);
        let mut wide = false;
        for (index, value) in (0..).zip(of.values) {
            let name = match first {
                true => self.names.of_value(item.id(), index).to_owned(),
                false => self.names.of_value_again(item.id(), index),
            };
            let suffix = match value.number {
                Number::Signed(number) if i32::try_from(number).is_err() => "LL",
                Number::Unsigned(number) if u32::try_from(number).is_err() => "ULL",
                _ => "",
            };
            wide |= !suffix.is_empty();
            text += &"\t".repeat(depth + 1);
            text += &format!("{name} = {}{suffix},\n", value.number);
        }
        text += &"\t".repeat(depth);
        text += "}";
        text += match of.size {
            1 => " __attribute__((mode(QI)))",
            2 => " __attribute__((mode(HI)))",
            8 if !wide => " __attribute__((mode(DI)))",
            _ => "",
        };
        text
    }
}

fn head(keyword: &str, name: &str) -> String {
    match name {
        "" => format!("{keyword} {{\n"),
        name => format!("{keyword} {name} {{\n"),
    }
}

/// Bits that are no member's.
fn pad(text: &mut String, indent: &str, from: u32, to: u32) {
    let mut at = from;
    if to.saturating_sub(at) > MOST_PADDING {
        let start = at.next_multiple_of(8);
        *text += &format!(
            "{indent}unsigned char __padding_{}[{}];\n",
            start / 8,
            (to - start) / 8
        );
        return;
    }
    while at < to {
        // Up to the end of the unit that C would not cross.
        let bits = (to - at).min(64 - at % 64);
        *text += &format!("{indent}long : {bits};\n");
        at += bits;
    }
}
