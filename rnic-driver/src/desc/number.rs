// SPDX-License-Identifier: GPL-2.0

//! Enums that stand in ranges of bits, with a fallback for the numbers that have no name.

macro_rules! number {
    ($enum:ident: $($variant:ident)*, else $fallback:ident) => {
        impl $enum {
            /// The value of a number.
            #[inline(always)]
            pub const fn from_bits(bits: u64) -> Self {
                $(
                    if bits == Self::$variant as u64 {
                        return Self::$variant;
                    }
                )*
                Self::$fallback
            }

            /// The number of a value.
            #[inline(always)]
            pub const fn to_bits(self) -> u64 {
                self as u64
            }
        }

        impl meta_core::bits::Bits for $enum {
            const WIDTH: u32 = 8;

            #[inline(always)]
            fn from_bits(bits: u64) -> Self {
                Self::from_bits(bits)
            }

            #[inline(always)]
            fn to_bits(self) -> u64 {
                self.to_bits()
            }
        }
    };
}

pub(crate) use number;
