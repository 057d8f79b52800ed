// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What a record says, by kind: a type for each kind that says more than the id of another type.

use super::elements::{Members, Params, Values, Variables};
use super::item::Item;
use super::kind::Kind;
use crate::btf::format::{INT_BOOL, INT_CHAR, INT_SIGNED};
use crate::btf::linkage::Linkage;

/// What a type is. A plain `u32` is the id of the type that this one is made from.
///
/// # Examples
///
/// ```
/// use meta_core::btf::{Body, Reader, BASE};
///
/// for item in Reader::new(&BASE).unwrap().types() {
///     match item.body() {
///         Body::Int(int) => assert_eq!((int.size, int.bits, int.is_signed()), (4, 32, false)),
///         Body::Struct(composite) => assert_eq!(composite.size, 24),
///         _ => unreachable!(),
///     }
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Body<'a> {
    /// No type: what type id 0 stands for.
    Void,
    /// An integer.
    Int(Int),
    /// A pointer to a type.
    Ptr(u32),
    /// An array.
    Array(Array),
    /// A struct.
    Struct(Composite<'a>),
    /// A union.
    Union(Composite<'a>),
    /// An enumeration of at most 32 bits.
    Enum(Enum<'a>),
    /// The declaration of a struct or union that is defined elsewhere.
    Fwd(Fwd),
    /// A name for a type.
    Typedef(u32),
    /// A `volatile` type.
    Volatile(u32),
    /// A `const` type.
    Const(u32),
    /// A `restrict` type.
    Restrict(u32),
    /// A function.
    Func(Func),
    /// A function's prototype.
    FuncProto(FuncProto<'a>),
    /// A variable.
    Var(Var),
    /// A section of an object file, with its variables.
    DataSec(DataSec<'a>),
    /// A floating-point type, by its size in bytes.
    Float(u32),
    /// A tag on a declaration.
    DeclTag(DeclTag),
    /// A tag on a type.
    TypeTag(TypeTag),
    /// An enumeration of at most 64 bits.
    Enum64(Enum<'a>),
    /// A kind that this crate does not know, by its number. [`Item::payload`] has the bytes.
    Unknown(u8),
}

/// An integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Int {
    /// Size in bytes.
    pub size: u32,
    /// `BTF_INT_*`: signed, character, boolean.
    pub encoding: u8,
    /// Bits from the start of the bytes to the number itself; not 0 in bit-fields of old compilers only.
    pub offset: u8,
    /// Bits of the number itself.
    pub bits: u8,
}

/// An array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Array {
    /// Id of the elements' type.
    pub element: u32,
    /// Id of the type that counts them; it says nothing.
    pub index: u32,
    /// Number of elements.
    pub len: u32,
}

/// A struct or union.
#[derive(Clone, Debug)]
pub struct Composite<'a> {
    /// Size in bytes.
    pub size: u32,
    /// Its members.
    pub members: Members<'a>,
}

/// An enumeration.
#[derive(Clone, Debug)]
pub struct Enum<'a> {
    /// Size in bytes.
    pub size: u32,
    /// Whether its values are signed.
    pub signed: bool,
    /// Its values; if there are none, it is only declared.
    pub values: Values<'a>,
}

/// What is declared, and defined elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fwd {
    /// A struct.
    Struct,
    /// A union.
    Union,
}

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Func {
    /// Id of its prototype.
    pub proto: u32,
    /// Its linkage.
    pub linkage: Linkage,
}

/// A function's prototype.
#[derive(Clone, Debug)]
pub struct FuncProto<'a> {
    /// Id of the type that it returns.
    pub result: u32,
    /// Its parameters.
    pub params: Params<'a>,
}

/// A variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Var {
    /// Id of its type.
    pub type_id: u32,
    /// Its linkage.
    pub linkage: Linkage,
}

/// A section of an object file.
#[derive(Clone, Debug)]
pub struct DataSec<'a> {
    /// Size in bytes.
    pub size: u32,
    /// Its variables.
    pub variables: Variables<'a>,
}

/// A tag on a declaration; the item's name is its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeclTag {
    /// Id of the type that it is on.
    pub target: u32,
    /// The member or parameter that it is on; `None` if it is on all of the type.
    pub component: Option<u32>,
    /// Whether the text is a C attribute, `__attribute__((text))`, and not the text of a `btf_decl_tag`.
    pub attribute: bool,
}

/// A tag on a type; the item's name is its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeTag {
    /// Id of the type that it is on.
    pub target: u32,
    /// Whether the text is a C attribute, `__attribute__((text))`, and not the text of a `btf_type_tag`.
    pub attribute: bool,
}

impl<'a> Body<'a> {
    #[inline]
    pub(super) fn of(item: &Item<'a>) -> Self {
        let word = item.word;
        // No record is shorter than its kind needs: this is for the compiler.
        let detail = || {
            item.payload
                .first_chunk()
                .map_or(0, |word| item.order.one(word))
        };
        match item.kind() {
            Kind::Void => Self::Void,
            Kind::Int => Self::Int(Int::of(word, detail())),
            Kind::Ptr => Self::Ptr(word),
            Kind::Array => Self::Array(Array::of(item)),
            Kind::Struct => Self::Struct(Composite::of(item)),
            Kind::Union => Self::Union(Composite::of(item)),
            Kind::Enum => Self::Enum(Enum::of(item)),
            Kind::Fwd => Self::Fwd(if item.flag() { Fwd::Union } else { Fwd::Struct }),
            Kind::Typedef => Self::Typedef(word),
            Kind::Volatile => Self::Volatile(word),
            Kind::Const => Self::Const(word),
            Kind::Restrict => Self::Restrict(word),
            Kind::Func => Self::Func(Func {
                proto: word,
                linkage: Linkage::of(item.count()),
            }),
            Kind::FuncProto => Self::FuncProto(FuncProto {
                result: word,
                params: item.params(),
            }),
            Kind::Var => Self::Var(Var {
                type_id: word,
                linkage: Linkage::of(detail()),
            }),
            Kind::DataSec => Self::DataSec(DataSec {
                size: word,
                variables: item.variables(),
            }),
            Kind::Float => Self::Float(word),
            Kind::DeclTag => Self::DeclTag(DeclTag {
                target: word,
                component: Some(detail()).filter(|index| *index != u32::MAX),
                attribute: item.flag(),
            }),
            Kind::TypeTag => Self::TypeTag(TypeTag {
                target: word,
                attribute: item.flag(),
            }),
            Kind::Enum64 => Self::Enum64(Enum::of(item)),
            Kind::Unknown(number) => Self::Unknown(number),
        }
    }
}

impl Int {
    #[inline]
    const fn of(size: u32, word: u32) -> Self {
        let [bits, _, offset, encoding] = word.to_le_bytes();
        Self {
            size,
            encoding: encoding & 0xf,
            offset,
            bits,
        }
    }

    /// Whether it is signed.
    #[inline]
    pub const fn is_signed(&self) -> bool {
        self.encoding & INT_SIGNED != 0
    }

    /// Whether it is a character; compilers seldom say so.
    #[inline]
    pub const fn is_char(&self) -> bool {
        self.encoding & INT_CHAR != 0
    }

    /// Whether it is a `bool`.
    #[inline]
    pub const fn is_bool(&self) -> bool {
        self.encoding & INT_BOOL != 0
    }
}

impl Array {
    #[inline]
    fn of(item: &Item<'_>) -> Self {
        let [element, index, len] = item
            .payload
            .first_chunk()
            .map_or([0; 3], |words| item.order.three(words));
        Self {
            element,
            index,
            len,
        }
    }
}

impl<'a> Composite<'a> {
    #[inline]
    fn of(item: &Item<'a>) -> Self {
        Self {
            size: item.word,
            members: item.members(),
        }
    }
}

impl<'a> Enum<'a> {
    #[inline]
    fn of(item: &Item<'a>) -> Self {
        Self {
            size: item.word,
            signed: item.flag(),
            values: item.values(),
        }
    }
}
