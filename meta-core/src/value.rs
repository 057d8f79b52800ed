// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The types that a field can have, and how their bytes get into and out of a record.
//!
//! Writing goes through [`At`], whose offset is a constant: a write outside of the record does not compile, so none is
//! checked for when packets arrive.

use crate::be::{Be16, Be32, Be64};
use crate::field::Kind;

mod sealed {
    pub trait Sealed {}
    impl<const N: usize> Sealed for [u8; N] {}
}

/// An array of bytes of some fixed length, `[u8; N]`.
///
/// # Examples
///
/// ```
/// use meta_core::value::ByteArray;
///
/// assert_eq!(<[u8; 24] as ByteArray>::LEN, 24);
/// assert_eq!([1u8, 2].as_bytes(), &[1, 2]);
/// ```
pub trait ByteArray: sealed::Sealed + Copy + 'static {
    /// Number of bytes.
    const LEN: usize;
    /// All zero.
    const ZERO: Self;

    /// The bytes.
    fn as_bytes(&self) -> &[u8];
    /// The array that `bytes` starts with; `None` if they are too few.
    fn first_of(bytes: &[u8]) -> Option<Self>;
}

impl<const N: usize> ByteArray for [u8; N] {
    const LEN: usize = N;
    const ZERO: Self = [0; N];

    #[inline(always)]
    fn as_bytes(&self) -> &[u8] {
        self
    }

    #[inline(always)]
    fn first_of(bytes: &[u8]) -> Option<Self> {
        bytes.first_chunk().copied()
    }
}

/// A type that a field can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can not be a metadata field",
    label = "not a field type",
    note = "use `u8`, `u16`, `u32`, `u64`, or `Be16`, `Be32`, `Be64` of `meta_core::be`"
)]
pub trait Value: sealed::Sealed + Copy {
    /// Encoding.
    const KIND: Kind;
    /// What an absent field is written as.
    const ZERO: Self;
    /// The array that a value takes in a record.
    type Bytes: ByteArray;

    /// The value's bytes in a record.
    fn to_bytes(self) -> Self::Bytes;
    /// The value that these bytes stand for.
    fn from_bytes(bytes: Self::Bytes) -> Self;
    /// The value as a number in host order.
    fn to_u64(self) -> u64;

    /// The value, or zero if it is absent: a mask, so that no branch comes of it.
    fn or_zero(self, present: bool) -> Self;
}

macro_rules! native {
    ($($int:ty: $kind:ident;)*) => {
        $(
            impl sealed::Sealed for $int {}
            impl Value for $int {
                const KIND: Kind = Kind::$kind;
                const ZERO: Self = 0;
                type Bytes = [u8; size_of::<$int>()];

                #[inline(always)]
                fn to_bytes(self) -> Self::Bytes {
                    self.to_ne_bytes()
                }

                #[inline(always)]
                fn from_bytes(bytes: Self::Bytes) -> Self {
                    Self::from_ne_bytes(bytes)
                }

                #[inline(always)]
                fn to_u64(self) -> u64 {
                    u64::from(self)
                }

                #[inline(always)]
                fn or_zero(self, present: bool) -> Self {
                    self & <$int>::from(present).wrapping_neg()
                }
            }
        )*
    };
}

macro_rules! network {
    ($($ty:ident, $int:ty;)*) => {
        $(
            impl sealed::Sealed for $ty {}
            impl Value for $ty {
                const KIND: Kind = Kind::$ty;
                const ZERO: Self = Self::new(0);
                type Bytes = [u8; size_of::<$int>()];

                #[inline(always)]
                fn to_bytes(self) -> Self::Bytes {
                    $ty::to_bytes(self)
                }

                #[inline(always)]
                fn from_bytes(bytes: Self::Bytes) -> Self {
                    $ty::from_bytes(bytes)
                }

                #[inline(always)]
                fn to_u64(self) -> u64 {
                    u64::from(self.get())
                }

                #[inline(always)]
                fn or_zero(self, present: bool) -> Self {
                    Self::from_raw(self.raw() & <$int>::from(present).wrapping_neg())
                }
            }
        )*
    };
}

native! {
    u8: U8;
    u16: U16;
    u32: U32;
    u64: U64;
}

network! {
    Be16, u16;
    Be32, u32;
    Be64, u64;
}

/// A place in a record, `OFFSET` bytes from its start.
///
/// # Examples
///
/// ```
/// use meta_core::value::At;
///
/// let mut record = [0; 8];
/// At::<6>::put(&mut record, [1, 2]);
/// assert_eq!(record, [0, 0, 0, 0, 0, 0, 1, 2]);
/// ```
///
/// A place outside of the record does not compile:
///
/// ```compile_fail
/// use meta_core::value::At;
///
/// At::<7>::put(&mut [0; 8], [1, 2]);
/// ```
#[derive(Debug)]
pub struct At<const OFFSET: usize>;

impl<const OFFSET: usize> At<OFFSET> {
    /// Writes bytes to the place.
    #[inline(always)]
    pub fn put<const N: usize, const SIZE: usize>(record: &mut [u8; SIZE], bytes: [u8; N]) {
        const { assert!(OFFSET + N <= SIZE, "a field reaches out of its record") };
        // The assertion above makes both of these constant; they are spelled this way because they can not panic.
        if let Some((_, tail)) = record.split_at_mut_checked(OFFSET) {
            if let Some(place) = tail.first_chunk_mut() {
                *place = bytes;
            }
        }
    }
}
