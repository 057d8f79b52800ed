// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Integers that stay little-endian, as the words of most hardware are.
//!
//! The words of a descriptor are `__le32` whatever the machine is. A type of their own keeps the byte order visible, and
//! nobody computes with a word that was not converted. A value never changes its bytes on the way.

macro_rules! little_endian {
    ($name:ident, $int:ty, $c:literal) => {
        #[doc = concat!("A `", $c, "`: an integer whose bytes in memory are little-endian.")]
        ///
        /// # Examples
        ///
        /// ```
        #[doc = concat!("use meta_core::le::", stringify!($name), ";")]
        ///
        #[doc = concat!("let value = ", stringify!($name), "::new(0x12);")]
        /// assert_eq!(value.get(), 0x12);
        /// assert_eq!(value.to_bytes().first(), Some(&0x12));
        /// ```
        #[repr(transparent)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name($int);

        impl $name {
            /// Makes a value from an integer in host order.
            #[inline(always)]
            pub const fn new(host: $int) -> Self {
                Self(host.to_le())
            }

            /// Makes a value from an integer that already is little-endian, as C's `__le` types are.
            #[inline(always)]
            pub const fn from_raw(raw: $int) -> Self {
                Self(raw)
            }

            /// The value in host order.
            #[inline(always)]
            pub const fn get(self) -> $int {
                <$int>::from_le(self.0)
            }

            /// The integer as C code holds it.
            #[inline(always)]
            pub const fn raw(self) -> $int {
                self.0
            }

            /// The bytes, least significant first.
            #[inline(always)]
            pub const fn to_bytes(self) -> [u8; size_of::<$int>()] {
                self.0.to_ne_bytes()
            }

            /// The value whose bytes are given, least significant first.
            #[inline(always)]
            pub const fn from_bytes(bytes: [u8; size_of::<$int>()]) -> Self {
                Self(<$int>::from_ne_bytes(bytes))
            }
        }
    };
}

little_endian!(Le16, u16, "__le16");
little_endian!(Le32, u32, "__le32");
little_endian!(Le64, u64, "__le64");
