// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What can stand in a range of bits: the types of a descriptor's getters and setters, and of bit-fields.

/// A type with a value for every number that a range of bits can hold.
///
/// Implemented for `bool` and unsigned integers; derive [`Value`](crate::value::Value) for enums, which implements it too: what
/// the enum does not name is its fallback.
///
/// # Examples
///
/// ```
/// use meta_core::bits::Bits;
///
/// assert!(bool::from_bits(1));
/// assert_eq!(u8::from_bits(0x1ff), 0xff);
/// assert_eq!(u16::WIDTH, 16);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can not be taken from a range of bits",
    label = "not a type for bits",
    note = "use `bool`, `u8`, `u16`, `u32`, `u64`, or an enum with `#[derive(Value)]`"
)]
pub trait Bits: Copy {
    /// The widest range that the type holds, in bits.
    const WIDTH: u32;

    /// The value of a number; bits that the type does not have are dropped.
    fn from_bits(bits: u64) -> Self;
    /// The number of a value.
    fn to_bits(self) -> u64;
}

impl Bits for bool {
    const WIDTH: u32 = 1;

    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        bits & 1 != 0
    }

    #[inline(always)]
    fn to_bits(self) -> u64 {
        u64::from(self)
    }
}

macro_rules! unsigned {
    ($($int:ty)*) => {
        $(
            impl Bits for $int {
                const WIDTH: u32 = <$int>::BITS;

                #[inline(always)]
                fn from_bits(bits: u64) -> Self {
                    bits as $int
                }

                #[inline(always)]
                fn to_bits(self) -> u64 {
                    u64::from(self)
                }
            }
        )*
    };
}

unsigned!(u8 u16 u32 u64);

/// A mask of the lowest `width` bits.
///
/// # Examples
///
/// ```
/// assert_eq!(meta_core::bits::mask(4), 0xf);
/// assert_eq!(meta_core::bits::mask(64), u64::MAX);
/// ```
#[inline(always)]
pub const fn mask(width: u32) -> u64 {
    match width {
        0 => 0,
        1..=63 => (1 << width) - 1,
        _ => u64::MAX,
    }
}

/// A bit-field in the integer that holds all bit-fields of a record: the lowest `width` bits of `value`, shifted to their place;
/// 0 if the field is absent. A mask, so that no branch comes of it.
///
/// # Examples
///
/// ```
/// use meta_core::bits::placed;
///
/// assert_eq!(placed(0xff, true, 3, 4), 0x70);
/// assert_eq!(placed(0xff, false, 3, 4), 0);
/// ```
#[inline(always)]
pub const fn placed(value: u64, present: bool, width: u32, shift: u32) -> u64 {
    (value & mask(width) & (present as u64).wrapping_neg()).wrapping_shl(shift)
}

/// The lowest `N` bytes of an integer, in native byte order.
///
/// # Examples
///
/// ```
/// assert_eq!(meta_core::bits::low_bytes::<2>(0x01_0203), 0x0203_u16.to_ne_bytes());
/// ```
///
/// There are no more than eight:
///
/// ```compile_fail
/// meta_core::bits::low_bytes::<9>(0);
/// ```
#[inline(always)]
pub const fn low_bytes<const N: usize>(word: u64) -> [u8; N] {
    const { assert!(N <= 8, "an integer has at most eight bytes") };
    let bytes = word.to_ne_bytes();
    let low = if cfg!(target_endian = "little") {
        bytes.first_chunk()
    } else {
        bytes.last_chunk()
    };
    // The assertion above makes this constant; it is spelled this way because it can not panic.
    match low {
        Some(low) => *low,
        None => [0; N],
    }
}
