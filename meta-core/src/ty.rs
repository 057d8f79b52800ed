// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Types as C and BTF know them: what a field of a record or a member of a descriptor is made of.
//!
//! They are plain constants, so that layouts, BTF and headers can be computed from them at compile time. Nothing in here
//! can have bytes that mean nothing: no pointer, no `bool`, no `char`, no float.

use crate::text;

mod kind;

pub use self::kind::Kind;

/// A type.
///
/// # Examples
///
/// ```
/// use meta_core::ty::Type;
///
/// const MAC: Type = Type::Array(&Type::U8, 6);
/// assert_eq!((MAC.size(), MAC.align()), (6, 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// An integer.
    Int(Kind),
    /// So many of a type.
    Array(&'static Type, usize),
    /// A C-like enum.
    Enum(&'static Enum),
    /// A struct.
    Struct(&'static Composite),
    /// A union: views of the same bytes.
    Union(&'static Composite),
}

/// A C-like enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enum {
    /// Name in BTF and C; empty for none.
    pub name: &'static str,
    /// The integer that it is stored as; native byte order.
    pub kind: Kind,
    /// Its values.
    pub values: &'static [Enumerator],
}

/// A value of an enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enumerator {
    /// Name in BTF and C.
    pub name: &'static str,
    /// The value; of an unsigned 64-bit enum, the same bits.
    pub value: i64,
}

/// A struct or union.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Composite {
    /// Name in BTF and C; empty for none.
    pub name: &'static str,
    /// Bytes.
    pub size: usize,
    /// Alignment in bytes.
    pub align: usize,
    /// The members, in the order of declaration.
    pub members: &'static [Member],
}

/// A member of a struct or union.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Name; empty for an anonymous struct or union.
    pub name: &'static str,
    /// Type; of a bit-field, the declared one.
    pub ty: Type,
    /// Bits from the start of the struct.
    pub offset: u32,
    /// Width of a bit-field in bits; 0 if it is none.
    pub bits: u8,
}

/// A Rust type that has a [`Type`]. Derive it with `#[derive(Value)]` or `#[derive(Descriptor)]`.
///
/// # Examples
///
/// ```
/// use meta_core::be::Be16;
/// use meta_core::ty::{Described, Type};
///
/// assert_eq!(<[Be16; 3]>::TYPE.size(), 6);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no description in C's terms",
    label = "not a type that hardware or BPF programs know",
    note = "use `u8` to `u64`, `i8` to `i64`, the types of `meta_core::be` and `meta_core::le`, arrays of these, or types with `#[derive(Value)]`"
)]
pub trait Described {
    /// The description.
    const TYPE: Type;
}

impl<T: Described, const N: usize> Described for [T; N] {
    const TYPE: Type = Type::Array(&T::TYPE, N);
}

macro_rules! scalars {
    ($($constant:ident $kind:ident;)*) => {
        impl Type {
            $(
                #[doc = concat!("`", stringify!($kind), "`.")]
                pub const $constant: Self = Self::Int(Kind::$kind);
            )*
        }
    };
}

scalars! {
    U8 U8; U16 U16; U32 U32; U64 U64;
    S8 S8; S16 S16; S32 S32; S64 S64;
    BE16 Be16; BE32 Be32; BE64 Be64;
    LE16 Le16; LE32 Le32; LE64 Le64;
}

impl Type {
    /// Number of bytes.
    pub const fn size(&self) -> usize {
        match self {
            Self::Int(kind) => kind.size(),
            Self::Array(of, len) => of.size().saturating_mul(*len),
            Self::Enum(of) => of.kind.size(),
            Self::Struct(of) | Self::Union(of) => of.size,
        }
    }

    /// Alignment in bytes.
    pub const fn align(&self) -> usize {
        match self {
            Self::Int(kind) => kind.align(),
            Self::Array(of, _) => of.align(),
            Self::Enum(of) => of.kind.align(),
            Self::Struct(of) | Self::Union(of) => of.align,
        }
    }

    /// The kind of an integer.
    pub const fn kind(&self) -> Option<Kind> {
        match self {
            Self::Int(kind) => Some(*kind),
            _ => None,
        }
    }

    /// Whether two types are the same, names included, for use in `const` code.
    pub const fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.same(*b),
            (Self::Array(a, m), Self::Array(b, n)) => *m == *n && a.same(b),
            (Self::Enum(a), Self::Enum(b)) => a.same(b),
            (Self::Struct(a), Self::Struct(b)) | (Self::Union(a), Self::Union(b)) => a.same(b),
            _ => false,
        }
    }
}

impl Enum {
    const fn same(&self, other: &Self) -> bool {
        if !self.kind.same(other.kind)
            || !text::same(self.name, other.name)
            || self.values.len() != other.values.len()
        {
            return false;
        }
        let mut i = 0;
        while i < self.values.len() {
            let (a, b) = (&self.values[i], &other.values[i]);
            if a.value != b.value || !text::same(a.name, b.name) {
                return false;
            }
            i += 1;
        }
        true
    }
}

impl Composite {
    const fn same(&self, other: &Self) -> bool {
        if self.size != other.size
            || self.align != other.align
            || !text::same(self.name, other.name)
            || self.members.len() != other.members.len()
        {
            return false;
        }
        let mut i = 0;
        while i < self.members.len() {
            let (a, b) = (&self.members[i], &other.members[i]);
            if a.offset != b.offset
                || a.bits != b.bits
                || !text::same(a.name, b.name)
                || !a.ty.same(&b.ty)
            {
                return false;
            }
            i += 1;
        }
        true
    }
}

impl Member {
    /// A member that is no bit-field, so many bytes from the start.
    ///
    /// # Panics
    ///
    /// If that is more than 2^29 bytes.
    pub const fn new(name: &'static str, ty: Type, offset: usize) -> Self {
        assert!(offset < 1 << 29, "a member is further than 2^29 bytes");
        let [a, b, c, d, ..] = (offset * 8).to_le_bytes();
        Self {
            name,
            ty,
            offset: u32::from_le_bytes([a, b, c, d]),
            bits: 0,
        }
    }

    /// A bit-field, so many bits from the start.
    pub const fn bit_field(name: &'static str, ty: Type, offset: u32, bits: u8) -> Self {
        Self {
            name,
            ty,
            offset,
            bits,
        }
    }

    /// A range of bits of a word in native byte order, the word so many bytes from the start: the bit-field that C has in its
    /// place. `high` and `low` are the numbers of its last and first bit, 0 the least significant.
    ///
    /// # Examples
    ///
    /// ```
    /// use meta_core::ty::{Member, Type};
    ///
    /// let range = Member::range("queue", Type::U16, 4, 11, 8);
    /// assert_eq!(range.bits, 4);
    /// assert_eq!(range.offset, if cfg!(target_endian = "little") { 40 } else { 36 });
    /// ```
    ///
    /// # Panics
    ///
    /// If the word does not have these bits, or is further than 2^29 bytes.
    pub const fn range(name: &'static str, ty: Type, offset: usize, high: u8, low: u8) -> Self {
        let width = ty.size() * 8;
        assert!(
            low <= high && (high as usize) < width,
            "a range has bits that its word has not"
        );
        let word = Self::new(name, ty, offset);
        // C fills units from the least significant bit on little-endian machines, from the most significant on others.
        let first = if cfg!(target_endian = "little") {
            low
        } else {
            width.to_le_bytes()[0] - 1 - high
        };
        Self {
            offset: word.offset + first as u32,
            bits: high - low + 1,
            ..word
        }
    }

    /// The members by their offsets, as C declares them; equal ones stay as they are.
    ///
    /// # Examples
    ///
    /// ```
    /// use meta_core::ty::{Member, Type};
    ///
    /// let members = Member::in_order([
    ///     Member::new("b", Type::U8, 1),
    ///     Member::new("a", Type::U8, 0),
    /// ]);
    /// assert_eq!(members.map(|member| member.name), ["a", "b"]);
    /// ```
    pub const fn in_order<const N: usize>(mut members: [Self; N]) -> [Self; N] {
        let mut end = 1;
        while end < N {
            let mut i = end;
            while i > 0 && members[i - 1].offset > members[i].offset {
                let before = members[i - 1];
                members[i - 1] = members[i];
                members[i] = before;
                i -= 1;
            }
            end += 1;
        }
        members
    }
}
