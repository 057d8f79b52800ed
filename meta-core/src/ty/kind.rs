// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The integers: width, sign and byte order.

use super::{Described, Type};
use crate::be::{Be16, Be32, Be64};
use crate::le::{Le16, Le32, Le64};

macro_rules! kinds {
    ($($name:ident $rust:ty, $c:literal, $size:literal, $doc:literal;)*) => {
        /// An integer, as the kernel's headers have it.
        ///
        /// # Examples
        ///
        /// ```
        /// use meta_core::ty::Kind;
        ///
        /// assert_eq!(Kind::Be16.size(), 2);
        /// assert_eq!(Kind::Be16.c_name(), "__be16");
        /// assert!(Kind::Be16.is_big_endian());
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $(#[doc = $doc] $name,)*
        }

        impl Kind {
            /// All kinds.
            pub const ALL: [Self; 14] = [$(Self::$name),*];

            /// Number of bytes.
            pub const fn size(self) -> usize {
                match self {
                    $(Self::$name => $size,)*
                }
            }

            /// Name of the C type, as the kernel's headers spell it.
            pub const fn c_name(self) -> &'static str {
                match self {
                    $(Self::$name => $c,)*
                }
            }
        }

        $(
            impl Described for $rust {
                const TYPE: Type = Type::Int(Kind::$name);
            }
        )*
    };
}

kinds! {
    U8 u8, "__u8", 1, "`__u8`.";
    U16 u16, "__u16", 2, "`__u16`, native byte order.";
    U32 u32, "__u32", 4, "`__u32`, native byte order.";
    U64 u64, "__u64", 8, "`__u64`, native byte order.";
    S8 i8, "__s8", 1, "`__s8`.";
    S16 i16, "__s16", 2, "`__s16`, native byte order.";
    S32 i32, "__s32", 4, "`__s32`, native byte order.";
    S64 i64, "__s64", 8, "`__s64`, native byte order.";
    Be16 Be16, "__be16", 2, "`__be16`, network byte order.";
    Be32 Be32, "__be32", 4, "`__be32`, network byte order.";
    Be64 Be64, "__be64", 8, "`__be64`, network byte order.";
    Le16 Le16, "__le16", 2, "`__le16`, little-endian.";
    Le32 Le32, "__le32", 4, "`__le32`, little-endian.";
    Le64 Le64, "__le64", 8, "`__le64`, little-endian.";
}

impl Kind {
    /// Alignment, the same as the size.
    pub const fn align(self) -> usize {
        self.size()
    }

    /// Whether it is two's complement.
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::S8 | Self::S16 | Self::S32 | Self::S64)
    }

    /// Whether the bytes are in network order whatever the machine is.
    pub const fn is_big_endian(self) -> bool {
        matches!(self, Self::Be16 | Self::Be32 | Self::Be64)
    }

    /// Whether the bytes are little-endian whatever the machine is.
    pub const fn is_little_endian(self) -> bool {
        matches!(self, Self::Le16 | Self::Le32 | Self::Le64)
    }

    /// Whether two kinds are the same, for use in `const` code.
    pub const fn same(self, other: Self) -> bool {
        self as u8 == other as u8
    }
}
