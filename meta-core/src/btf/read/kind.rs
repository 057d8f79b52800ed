// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What sort of type a record describes: `BTF_KIND_*` as an enum.

use crate::btf::format::kind;

/// The kind of a type.
///
/// # Examples
///
/// ```
/// use meta_core::btf::Kind;
///
/// assert_eq!(Kind::from_number(4), Kind::Struct);
/// assert_eq!(Kind::Struct.number(), 4);
/// assert_eq!(Kind::Struct.as_str(), "STRUCT");
/// assert_eq!(Kind::from_number(77), Kind::Unknown(77));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// No type: what type id 0 stands for. No record is of this kind.
    Void,
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
    /// An enumeration of at most 32 bits.
    Enum,
    /// The declaration of a struct or union that is defined elsewhere.
    Fwd,
    /// A typedef.
    Typedef,
    /// The qualifier `volatile`.
    Volatile,
    /// The qualifier `const`.
    Const,
    /// The qualifier `restrict`.
    Restrict,
    /// A function.
    Func,
    /// A function's prototype.
    FuncProto,
    /// A variable.
    Var,
    /// A section of an object file, with its variables.
    DataSec,
    /// A floating-point type.
    Float,
    /// A tag on a declaration.
    DeclTag,
    /// A tag on a type.
    TypeTag,
    /// An enumeration of at most 64 bits.
    Enum64,
    /// A kind that this crate does not know, by its number; it can be passed over, since the layout section says how long
    /// its records are.
    Unknown(u8),
}

impl Kind {
    /// The kind with a number.
    #[inline]
    pub const fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Void,
            kind::INT => Self::Int,
            kind::PTR => Self::Ptr,
            kind::ARRAY => Self::Array,
            kind::STRUCT => Self::Struct,
            kind::UNION => Self::Union,
            kind::ENUM => Self::Enum,
            kind::FWD => Self::Fwd,
            kind::TYPEDEF => Self::Typedef,
            kind::VOLATILE => Self::Volatile,
            kind::CONST => Self::Const,
            kind::RESTRICT => Self::Restrict,
            kind::FUNC => Self::Func,
            kind::FUNC_PROTO => Self::FuncProto,
            kind::VAR => Self::Var,
            kind::DATASEC => Self::DataSec,
            kind::FLOAT => Self::Float,
            kind::DECL_TAG => Self::DeclTag,
            kind::TYPE_TAG => Self::TypeTag,
            kind::ENUM64 => Self::Enum64,
            other => Self::Unknown(other),
        }
    }

    /// Its number, `BTF_KIND_*`.
    #[inline]
    pub const fn number(self) -> u8 {
        match self {
            Self::Void => 0,
            Self::Int => kind::INT,
            Self::Ptr => kind::PTR,
            Self::Array => kind::ARRAY,
            Self::Struct => kind::STRUCT,
            Self::Union => kind::UNION,
            Self::Enum => kind::ENUM,
            Self::Fwd => kind::FWD,
            Self::Typedef => kind::TYPEDEF,
            Self::Volatile => kind::VOLATILE,
            Self::Const => kind::CONST,
            Self::Restrict => kind::RESTRICT,
            Self::Func => kind::FUNC,
            Self::FuncProto => kind::FUNC_PROTO,
            Self::Var => kind::VAR,
            Self::DataSec => kind::DATASEC,
            Self::Float => kind::FLOAT,
            Self::DeclTag => kind::DECL_TAG,
            Self::TypeTag => kind::TYPE_TAG,
            Self::Enum64 => kind::ENUM64,
            Self::Unknown(number) => number,
        }
    }

    /// Its name in capitals, as bpftool prints it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Void => "VOID",
            Self::Int => "INT",
            Self::Ptr => "PTR",
            Self::Array => "ARRAY",
            Self::Struct => "STRUCT",
            Self::Union => "UNION",
            Self::Enum => "ENUM",
            Self::Fwd => "FWD",
            Self::Typedef => "TYPEDEF",
            Self::Volatile => "VOLATILE",
            Self::Const => "CONST",
            Self::Restrict => "RESTRICT",
            Self::Func => "FUNC",
            Self::FuncProto => "FUNC_PROTO",
            Self::Var => "VAR",
            Self::DataSec => "DATASEC",
            Self::Float => "FLOAT",
            Self::DeclTag => "DECL_TAG",
            Self::TypeTag => "TYPE_TAG",
            Self::Enum64 => "ENUM64",
            Self::Unknown(_) => "UNKNOWN",
        }
    }

    /// Whether it only decorates another type: a qualifier, a typedef or a type tag.
    #[inline]
    pub const fn is_modifier(self) -> bool {
        matches!(
            self,
            Self::Typedef | Self::Volatile | Self::Const | Self::Restrict | Self::TypeTag
        )
    }
}
