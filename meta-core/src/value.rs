// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The types that a field can have, and how their bytes get into and out of a record.
//!
//! Writing goes through [`At`], whose offset is a constant: a write outside of the record does not compile, so none is
//! checked for when packets arrive.

use crate::be::{Be16, Be32, Be64};
use crate::le::{Le16, Le32, Le64};
use crate::read::Record;
use crate::ty::{Described, Type};

pub mod padding;

mod bytes;

pub use self::bytes::{At, ByteArray, LastAt};

/// A type that a field can have: all its bytes mean something, and all bytes mean some value.
///
/// Implemented for integers and arrays; derive it for `repr(C)` structs and for C-like enums.
///
/// # Examples
///
/// ```
/// use meta_core::value::{ByteArray, Value};
///
/// assert_eq!(0x0102u16.masked(false), [0, 0]);
/// assert_eq!([1u8, 2].masked(true).as_bytes(), &[1, 2]);
/// assert_eq!((-1i8).number(), Some(u64::MAX));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can not be a metadata field",
    label = "not a field type",
    note = "use `u8` to `u64`, `i8` to `i64`, `Be16` to `Be64`, `Le16` to `Le64`, arrays of these, or types with `#[derive(Value)]`"
)]
pub trait Value: Described + Copy {
    /// What an absent field is read as: all bytes zero, or the fallback of an enum that has no zero.
    const ZERO: Self;
    /// The description of the type.
    const DESCRIPTION: Type = Self::TYPE;
    /// The array that a value takes in a record.
    type Bytes: ByteArray;

    /// The value's bytes in a record, or zeros if it is absent: a mask, so that no branch comes of it.
    fn masked(self, present: bool) -> Self::Bytes;
    /// The value that these bytes stand for.
    fn from_bytes(bytes: Self::Bytes) -> Self;
    /// The value as a number in host order, sign-extended; `None` if it is not one number.
    fn number(self) -> Option<u64>;

    /// The value's bytes in a record.
    #[inline(always)]
    fn to_bytes(self) -> Self::Bytes {
        self.masked(true)
    }

    /// The value of the field with an id, or [`ZERO`](Self::ZERO) if the record does not have it.
    fn of_record(record: &Record<'_>, id: u16) -> Self {
        record.get_or_zero(id)
    }
}

impl<T: Value, const N: usize> Value for [T; N] {
    const ZERO: Self = [T::ZERO; N];
    type Bytes = [T::Bytes; N];

    #[inline(always)]
    fn masked(self, present: bool) -> Self::Bytes {
        // Bytes are masked eight at a time, whatever the elements are.
        self.map(T::to_bytes).or_zeros(present)
    }

    #[inline(always)]
    fn from_bytes(bytes: Self::Bytes) -> Self {
        bytes.map(T::from_bytes)
    }

    #[inline(always)]
    fn number(self) -> Option<u64> {
        None
    }
}

macro_rules! native {
    ($($int:ty, $wide:ty;)*) => {
        $(
            impl Value for $int {
                const ZERO: Self = 0;
                type Bytes = [u8; size_of::<$int>()];

                #[inline(always)]
                fn masked(self, present: bool) -> Self::Bytes {
                    (self & <$int>::from(present).wrapping_neg()).to_ne_bytes()
                }

                #[inline(always)]
                fn from_bytes(bytes: Self::Bytes) -> Self {
                    Self::from_ne_bytes(bytes)
                }

                #[inline(always)]
                fn number(self) -> Option<u64> {
                    Some(<$wide>::from(self) as u64)
                }
            }
        )*
    };
}

macro_rules! ordered {
    ($($ty:ident, $int:ty;)*) => {
        $(
            impl Value for $ty {
                const ZERO: Self = Self::new(0);
                type Bytes = [u8; size_of::<$int>()];

                #[inline(always)]
                fn masked(self, present: bool) -> Self::Bytes {
                    (self.raw() & <$int>::from(present).wrapping_neg()).to_ne_bytes()
                }

                #[inline(always)]
                fn from_bytes(bytes: Self::Bytes) -> Self {
                    $ty::from_bytes(bytes)
                }

                #[inline(always)]
                fn number(self) -> Option<u64> {
                    Some(u64::from(self.get()))
                }
            }
        )*
    };
}

native! {
    u8, u64;
    u16, u64;
    u32, u64;
    u64, u64;
    i8, i64;
    i16, i64;
    i32, i64;
    i64, i64;
}

ordered! {
    Be16, u16;
    Be32, u32;
    Be64, u64;
    Le16, u16;
    Le32, u32;
    Le64, u64;
}
