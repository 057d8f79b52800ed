// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Going through BTF without allocation.
//!
//! It reads the classic form and the wider one of newer kernels (24-bit counts, longer headers). The bytes may come from
//! anywhere: whatever they hold, it ends with `None`, not with a panic.

use super::encode::MAGIC;

/// `BTF_KIND_*`, as a type's record has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An integer.
    Int,
    /// A pointer.
    Ptr,
    /// An array.
    Array,
    /// A struct.
    Struct,
    /// A union.
    Union,
    /// An enum of at most 32 bits.
    Enum,
    /// A typedef.
    Typedef,
    /// A function.
    Func,
    /// A function's prototype.
    FuncProto,
    /// A tag on a declaration.
    DeclTag,
    /// One of the others, by number.
    Other(u8),
}

/// One type.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// Id.
    pub id: u32,
    /// Kind.
    pub kind: Kind,
    /// Name; empty for types that have none, and for names in a base.
    pub name: &'a str,
    /// Size in bytes, or the id of another type, as the kind has it.
    pub rest: u32,
    /// Number of members, values or parameters.
    pub count: usize,
    words: &'a [u8],
    btf: Reader<'a>,
}

/// BTF that is being read; an iterator over its types.
///
/// # Examples
///
/// ```
/// use meta_core::btf::{Kind, Reader, BASE};
///
/// let last = Reader::new(&BASE).unwrap().last().unwrap();
/// assert_eq!((last.id, last.kind, last.name, last.rest), (2, Kind::Struct, "xdp_md", 24));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    types: &'a [u8],
    strings: &'a [u8],
    next_id: u32,
    string_base: u32,
}

impl<'a> Reader<'a> {
    /// Reads BTF that stands alone; `None` if the header is not one.
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        Self::at(bytes, 1, 0)
    }

    /// Reads BTF that is split from a base.
    pub fn split(bytes: &'a [u8], base: &[u8]) -> Option<Self> {
        let base = Reader::new(base)?;
        let first = u32::try_from(base.count()).ok()?.checked_add(1)?;
        Self::at(bytes, first, u32::try_from(base.strings.len()).ok()?)
    }

    fn at(bytes: &'a [u8], next_id: u32, string_base: u32) -> Option<Self> {
        if bytes.first_chunk() != Some(&MAGIC.to_ne_bytes()) {
            return None;
        }
        let header = word(bytes, 4)?;
        let body = bytes.get(header as usize..)?;
        Some(Self {
            types: section(body, word(bytes, 8)?, word(bytes, 12)?)?,
            strings: section(body, word(bytes, 16)?, word(bytes, 20)?)?,
            next_id,
            string_base,
        })
    }

    /// The string at an offset; `None` if it is in the base or nowhere.
    pub fn string(&self, offset: u32) -> Option<&'a str> {
        if offset == 0 {
            return Some("");
        }
        let start = offset.checked_sub(self.string_base)?;
        let tail = self.strings.get(start as usize..)?;
        let end = tail.iter().position(|byte| *byte == 0)?;
        core::str::from_utf8(tail.get(..end)?).ok()
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        let name = word(self.types, 0)?;
        let info = word(self.types, 4)?;
        let rest = word(self.types, 8)?;
        let count = (info & 0xff_ffff) as usize;
        // The top bit is a flag of the kind's own.
        let number = u8::try_from(info >> 24 & 0x7f).ok()?;
        let (kind, extra) = match number {
            1 => (Kind::Int, 4),
            2 => (Kind::Ptr, 0),
            3 => (Kind::Array, 12),
            4 => (Kind::Struct, count * 12),
            5 => (Kind::Union, count * 12),
            6 => (Kind::Enum, count * 8),
            8 => (Kind::Typedef, 0),
            12 => (Kind::Func, 0),
            13 => (Kind::FuncProto, count * 8),
            17 => (Kind::DeclTag, 4),
            // Forward declarations, qualifiers, floats and type tags are one record.
            7 | 9..=11 | 16 | 18 => (Kind::Other(number), 0),
            14 => (Kind::Other(number), 4),
            15 | 19 => (Kind::Other(number), count * 12),
            _ => return None,
        };
        let words = self.types.get(12..12 + extra)?;
        let item = Item {
            id: self.next_id,
            kind,
            name: self.string(name).unwrap_or(""),
            rest,
            count,
            words,
            btf: *self,
        };
        self.types = self.types.get(12 + extra..)?;
        self.next_id = self.next_id.checked_add(1)?;
        Some(item)
    }
}

impl<'a> Item<'a> {
    /// A member of a struct or union: name, type, and offset in bits.
    pub fn member(&self, index: usize) -> Option<(&'a str, u32, u32)> {
        if !matches!(self.kind, Kind::Struct | Kind::Union) {
            return None;
        }
        let at = index.checked_mul(12)?;
        let name = self.btf.string(word(self.words, at)?).unwrap_or("");
        Some((
            name,
            word(self.words, at.checked_add(4)?)?,
            word(self.words, at.checked_add(8)?)?,
        ))
    }

    /// A value of an enum, or a parameter of a prototype: name, and value or type.
    pub fn pair(&self, index: usize) -> Option<(&'a str, u32)> {
        if !matches!(self.kind, Kind::Enum | Kind::FuncProto) {
            return None;
        }
        let at = index.checked_mul(8)?;
        let name = self.btf.string(word(self.words, at)?).unwrap_or("");
        Some((name, word(self.words, at.checked_add(4)?)?))
    }

    /// The word behind an integer (its encoding) or a tag (the member that it is on, or all ones).
    pub fn detail(&self) -> Option<u32> {
        match self.kind {
            Kind::Int | Kind::DeclTag => word(self.words, 0),
            _ => None,
        }
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let tail = bytes.get(at..)?;
    tail.first_chunk().map(|word| u32::from_ne_bytes(*word))
}

fn section(body: &[u8], offset: u32, length: u32) -> Option<&[u8]> {
    body.get(offset as usize..)?.get(..length as usize)
}
