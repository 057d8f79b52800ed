// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Where C would put things: alignments, and which structs must be packed.

use std::cell::RefCell;
use std::collections::HashMap;

use anyhow::{ensure, Result};
use meta_core::btf::read::Members;
use meta_core::btf::{Body, Item, Reader};

/// Most structs within structs.
const DEPTH: usize = 128;

/// Alignments by type, worked out when they are asked for.
pub(super) struct Places<'a> {
    btf: &'a Reader<'static>,
    known: RefCell<HashMap<u32, u32>>,
}

impl<'a> Places<'a> {
    pub(super) fn of(btf: &'a Reader<'static>) -> Self {
        Self {
            btf,
            known: RefCell::default(),
        }
    }

    /// Alignment in bytes, by C's rules and the offsets of members. Never 0.
    pub(super) fn align(&self, id: u32) -> Result<u32> {
        self.at_depth(id, 0)
    }

    fn at_depth(&self, id: u32, depth: usize) -> Result<u32> {
        ensure!(depth < DEPTH, "type {id} is made of itself, or too deep");
        if let Some(known) = self.known.borrow().get(&id) {
            return Ok(*known);
        }
        let item = self.btf.get(id)?;
        let align = match item.body() {
            Body::Int(int) => power(int.size),
            Body::Float(size) => power(size),
            Body::Enum(of) | Body::Enum64(of) => power(of.size),
            Body::Ptr(_) => 8,
            Body::Typedef(next)
            | Body::Const(next)
            | Body::Volatile(next)
            | Body::Restrict(next) => self.at_depth(next, depth + 1)?,
            Body::TypeTag(tag) => self.at_depth(tag.target, depth + 1)?,
            Body::Array(array) => self.at_depth(array.element, depth + 1)?,
            Body::Struct(of) | Body::Union(of) => {
                match self.composite(&item, of.members, depth)? {
                    (_, true) => 1,
                    (align, false) => align,
                }
            }
            _ => 1,
        };
        self.known.borrow_mut().insert(id, align);
        Ok(align)
    }

    /// Whether a struct or union must be packed to be what it is.
    pub(super) fn is_packed(&self, item: &Item<'static>) -> Result<bool> {
        let (_, packed) = self.composite(item, item.members(), 0)?;
        Ok(packed)
    }

    fn composite(
        &self,
        item: &Item<'static>,
        members: Members<'static>,
        depth: usize,
    ) -> Result<(u32, bool)> {
        let size = item.size().unwrap_or(0);
        let (mut align, mut packed) = (1, false);
        for member in members {
            let of = self.at_depth(member.type_id, depth + 1)?;
            let range = self.btf.bit_range(&member)?;
            let is_bits = self.is_bits(&member)?;
            let bits = self
                .btf
                .size_of(member.type_id)
                .unwrap_or(0)
                .saturating_mul(8);
            align = align.max(of);
            packed |= match is_bits {
                false => range.offset % of.saturating_mul(8) != 0,
                // A bit-field stays within a unit of its type, unless it is packed.
                true => bits == 0 || (range.offset % bits).saturating_add(range.bits) > bits,
            };
        }
        Ok((align, packed || size % align != 0))
    }

    /// Whether a member is a bit-field.
    pub(super) fn is_bits(&self, member: &meta_core::btf::read::Member<'static>) -> Result<bool> {
        if member.bits != 0 {
            return Ok(true);
        }
        // As compilers said it before 2018.
        Ok(match self.btf.resolve(member.type_id)?.body() {
            Body::Int(int) => int.offset != 0 || u32::from(int.bits) != int.size.saturating_mul(8),
            _ => false,
        })
    }
}

/// Numbers are aligned to their size.
fn power(size: u32) -> u32 {
    match size {
        1 | 2 | 4 | 8 | 16 => size,
        0 => 1,
        _ => 4,
    }
}
