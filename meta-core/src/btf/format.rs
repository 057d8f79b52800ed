// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The numbers of the wire format, as `include/uapi/linux/btf.h` has them.
//!
//! The writer and the reader share them, so that what one of them believes the other does too. Nothing here is a choice of
//! this crate's.
//!
//! # Examples
//!
//! ```
//! use meta_core::btf::format;
//!
//! // `info` of a struct with three members: the kind above the count.
//! assert_eq!(u32::from(format::kind::STRUCT) << format::KIND_SHIFT | 3, 0x0400_0003);
//! ```

/// `BTF_MAGIC`, the first two bytes, in the byte order of all that follows.
pub const MAGIC: u16 = 0xeb9f;
/// `BTF_VERSION`, the third byte.
pub const VERSION: u8 = 1;
/// Bytes of the classic header, up to and including the length of the string section.
pub const HEADER: usize = 24;
/// Bytes of the header with a place and a length for the layout section (Linux 7.3).
pub const HEADER_WITH_LAYOUT: usize = 32;
/// Bytes of `struct btf_type`, which every type begins with.
pub const TYPE: usize = 12;
/// Bytes of an entry of the layout section, `struct btf_layout`.
pub const LAYOUT: usize = 4;

/// How far up in `info` the kind is.
pub const KIND_SHIFT: u32 = 24;
/// Mask of the kind, once it is shifted down.
pub const KIND_MASK: u32 = 0x7f;
/// Mask of the number of members, values, parameters or variables in `info`; before Linux 7.3 it had 16 bits.
pub const VLEN_MASK: u32 = 0x00ff_ffff;
/// The flag in `info` that each kind understands in its own way.
pub const FLAG: u32 = 1 << 31;

/// `BTF_KIND_*`.
pub mod kind {
    /// Integer.
    pub const INT: u8 = 1;
    /// Pointer.
    pub const PTR: u8 = 2;
    /// Array.
    pub const ARRAY: u8 = 3;
    /// Struct.
    pub const STRUCT: u8 = 4;
    /// Union.
    pub const UNION: u8 = 5;
    /// Enumeration of at most 32 bits.
    pub const ENUM: u8 = 6;
    /// Forward declaration of a struct or union.
    pub const FWD: u8 = 7;
    /// Typedef.
    pub const TYPEDEF: u8 = 8;
    /// `volatile`.
    pub const VOLATILE: u8 = 9;
    /// `const`.
    pub const CONST: u8 = 10;
    /// `restrict`.
    pub const RESTRICT: u8 = 11;
    /// Function.
    pub const FUNC: u8 = 12;
    /// Prototype of a function.
    pub const FUNC_PROTO: u8 = 13;
    /// Variable.
    pub const VAR: u8 = 14;
    /// Section of an object file with its variables.
    pub const DATASEC: u8 = 15;
    /// Floating point.
    pub const FLOAT: u8 = 16;
    /// Tag on a declaration.
    pub const DECL_TAG: u8 = 17;
    /// Tag on a type.
    pub const TYPE_TAG: u8 = 18;
    /// Enumeration of at most 64 bits.
    pub const ENUM64: u8 = 19;
    /// The highest of them.
    pub const LAST: u8 = ENUM64;
}

/// By kind, from [`kind::INT`] on: bytes behind `struct btf_type`, and bytes of each of the elements behind those.
pub const LENGTHS: [(u8, u8); kind::LAST as usize] = [
    (4, 0),  // INT: encoding, offset, bits
    (0, 0),  // PTR
    (12, 0), // ARRAY: struct btf_array
    (0, 12), // STRUCT: struct btf_member
    (0, 12), // UNION: struct btf_member
    (0, 8),  // ENUM: struct btf_enum
    (0, 0),  // FWD
    (0, 0),  // TYPEDEF
    (0, 0),  // VOLATILE
    (0, 0),  // CONST
    (0, 0),  // RESTRICT
    (0, 0),  // FUNC
    (0, 8),  // FUNC_PROTO: struct btf_param
    (4, 0),  // VAR: struct btf_var
    (0, 12), // DATASEC: struct btf_var_secinfo
    (0, 0),  // FLOAT
    (4, 0),  // DECL_TAG: struct btf_decl_tag
    (0, 0),  // TYPE_TAG
    (0, 12), // ENUM64: struct btf_enum64
];

/// `BTF_INT_SIGNED`.
pub const INT_SIGNED: u8 = 1;
/// `BTF_INT_CHAR`.
pub const INT_CHAR: u8 = 2;
/// `BTF_INT_BOOL`.
pub const INT_BOOL: u8 = 4;
