// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! From BTF back to the model of `meta-core`: what a record's member is made of.
//!
//! Only what records can have is understood; a pointer or a float in one is an error. BTF may be large, deep or circular by
//! malice, so there is a limit to how much is looked at.

use anyhow::{bail, ensure, Context, Result};
use meta_core::btf::{read, Body, Item, Kind as BtfKind, Name, Reader};
use meta_core::ty::{Composite, Enum, Enumerator, Kind, Member, Type};

/// Types that a record may be made of, counted each time that they are used.
const MOST: usize = 512;

/// No record is larger.
const MOST_BYTES: u32 = 0xffff;

/// Translates types; one for each record.
pub(crate) struct Translator<'b> {
    btf: &'b Reader<'static>,
    left: usize,
}

impl<'b> Translator<'b> {
    pub(crate) const fn new(btf: &'b Reader<'static>) -> Self {
        Self { btf, left: MOST }
    }

    /// The type with an id.
    pub(crate) fn ty(&mut self, id: u32) -> Result<Type> {
        self.left = self
            .left
            .checked_sub(1)
            .context("a record is made of too many types, or of itself")?;
        ensure!(
            self.btf.size_of(id)? <= MOST_BYTES,
            "it is too large for a record"
        );
        let item = self.btf.get(id)?;
        match item.body() {
            Body::Typedef(target) => match scalar(item.name()) {
                // What a typedef of the kernel's says is more than what is behind it.
                Some(kind) if self.btf.size_of(target).ok() == size(kind) => Ok(Type::Int(kind)),
                _ => self.ty(target),
            },
            Body::Const(target) | Body::Volatile(target) => self.ty(target),
            Body::TypeTag(tag) => self.ty(tag.target),
            Body::Int(int) => integer(int),
            Body::Array(array) => {
                let element = self.ty(array.element)?;
                Ok(Type::Array(
                    Box::leak(Box::new(element)),
                    array.len.try_into()?,
                ))
            }
            Body::Enum(of) | Body::Enum64(of) => enumeration(&item, of),
            Body::Struct(of) => Ok(Type::Struct(self.composite(&item, of)?)),
            Body::Union(of) => Ok(Type::Union(self.composite(&item, of)?)),
            _ => bail!(
                "{} can not be in a record",
                match item.kind() {
                    BtfKind::Void => "void",
                    kind => kind.as_str(),
                }
            ),
        }
    }

    fn composite(
        &mut self,
        item: &Item<'static>,
        of: read::Composite<'static>,
    ) -> Result<&'static Composite> {
        let mut members = Vec::new();
        let mut align = 1;
        for member in of.members {
            let name = text(member.name())?;
            let ty = (self.ty(member.type_id)).with_context(|| format!("its member `{name}`"))?;
            let range = self.btf.bit_range(&member)?;
            let whole = range.bits == whole_bits(&ty)? && range.offset % 8 == 0;
            let bits = match whole && member.bits == 0 {
                true => 0,
                false => range.bits.try_into()?,
            };
            align = align.max(ty.align());
            members.push(Member {
                name,
                ty,
                offset: range.offset,
                bits,
            });
        }
        let size = usize::try_from(of.size)?;
        // In C's eyes a struct is packed whose members, or whose end, are not where they would be aligned.
        let packed = size % align != 0 || members.iter().any(is_askew);
        Ok(Box::leak(Box::new(Composite {
            name: text(item.name())?,
            size,
            align: if packed { 1 } else { align },
            members: members.leak(),
        })))
    }
}

fn is_askew(member: &Member) -> bool {
    let offset = usize::try_from(member.offset).unwrap_or(0);
    member.bits == 0 && offset % (8 * member.ty.align()) != 0
}

fn whole_bits(ty: &Type) -> Result<u32> {
    let bytes = u32::try_from(ty.size())?;
    bytes.checked_mul(8).context("a member is too large")
}

fn size(kind: Kind) -> Option<u32> {
    u32::try_from(kind.size()).ok()
}

fn scalar(name: Name<'_>) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| name == kind.c_name())
}

fn integer(int: read::Int) -> Result<Type> {
    let signed = int.is_signed() && !int.is_char();
    // `char` is signed in C's eyes on this machine, and a number in nobody's.
    let kind = Kind::ALL.into_iter().find(|kind| {
        size(*kind) == Some(int.size)
            && kind.is_signed() == signed
            && !kind.is_big_endian()
            && !kind.is_little_endian()
    });
    kind.map(Type::Int)
        .with_context(|| format!("an integer of {} bytes can not be in a record", int.size))
}

fn enumeration(item: &Item<'static>, of: read::Enum<'static>) -> Result<Type> {
    let kinds = match of.signed {
        false => [Kind::U8, Kind::U16, Kind::U32, Kind::U64],
        true => [Kind::S8, Kind::S16, Kind::S32, Kind::S64],
    };
    let kind = kinds.into_iter().find(|kind| size(*kind) == Some(of.size));
    let kind = kind.with_context(|| format!("an enum of {} bytes", of.size))?;
    let mut values = Vec::new();
    for value in of.values {
        values.push(Enumerator {
            name: text(value.name())?,
            value: i64::from_ne_bytes(value.number.bits().to_ne_bytes()),
        });
    }
    Ok(Type::Enum(Box::leak(Box::new(Enum {
        name: text(item.name())?,
        kind,
        values: values.leak(),
    }))))
}

/// A name that C can have.
pub(crate) fn text(name: Name<'static>) -> Result<&'static str> {
    let text = name.to_str().filter(|text| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !text.starts_with(|first: char| first.is_ascii_digit())
    });
    ensure!(text.is_some(), "{name:?} is no name in C");
    Ok(text.unwrap_or_default())
}
