// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Integers that stay in network byte order.
//!
//! Some fields are read by programs as `__be16`, like the VLAN protocol. A type of their own keeps the byte order visible in
//! the struct that declares the field and in its BTF. A value never changes its bytes on the way into a record.

macro_rules! big_endian {
    ($name:ident, $int:ty, $c:literal) => {
        #[doc = concat!("A `", $c, "`: an integer whose bytes in memory are in network order.")]
        ///
        /// # Examples
        ///
        /// ```
        #[doc = concat!("use meta_core::be::", stringify!($name), ";")]
        ///
        #[doc = concat!("let value = ", stringify!($name), "::new(0x12);")]
        /// assert_eq!(value.get(), 0x12);
        /// assert_eq!(value.to_bytes().last(), Some(&0x12));
        /// ```
        #[repr(transparent)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name($int);

        impl $name {
            /// Makes a value from an integer in host order.
            #[inline(always)]
            pub const fn new(host: $int) -> Self {
                Self(host.to_be())
            }

            /// Makes a value from an integer that already holds network order, as C's big-endian types do.
            #[inline(always)]
            pub const fn from_raw(raw: $int) -> Self {
                Self(raw)
            }

            /// The value in host order.
            #[inline(always)]
            pub const fn get(self) -> $int {
                <$int>::from_be(self.0)
            }

            /// The integer as C code holds it.
            #[inline(always)]
            pub const fn raw(self) -> $int {
                self.0
            }

            /// The bytes, most significant first.
            #[inline(always)]
            pub const fn to_bytes(self) -> [u8; size_of::<$int>()] {
                self.0.to_ne_bytes()
            }

            /// The value whose bytes are given, most significant first.
            #[inline(always)]
            pub const fn from_bytes(bytes: [u8; size_of::<$int>()]) -> Self {
                Self(<$int>::from_ne_bytes(bytes))
            }
        }
    };
}

big_endian!(Be16, u16, "__be16");
big_endian!(Be32, u32, "__be32");
big_endian!(Be64, u64, "__be64");
