// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! An enum's value, which needs 64 bits and a sign.

use core::fmt;

/// A number of at most 64 bits, signed or not as its enum is.
///
/// # Examples
///
/// ```
/// use meta_core::btf::read::Number;
///
/// assert_eq!(Number::Signed(-1).to_string(), "-1");
/// assert_eq!(Number::Signed(-1).to_u64(), None);
/// assert_eq!(Number::Unsigned(u64::MAX).to_string(), "18446744073709551615");
/// assert_eq!(Number::Unsigned(u64::MAX).to_i64(), None);
/// assert_eq!(Number::Unsigned(7).to_i64(), Some(7));
/// assert_eq!(Number::Signed(-1).bits(), u64::MAX);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Number {
    /// Of an enum that is signed.
    Signed(i64),
    /// Of one that is not.
    Unsigned(u64),
}

impl Number {
    #[inline]
    pub(super) const fn narrow(bits: u32, signed: bool) -> Self {
        if signed {
            Self::Signed(bits as i32 as i64)
        } else {
            Self::Unsigned(bits as u64)
        }
    }

    #[inline]
    pub(super) const fn wide(bits: u64, signed: bool) -> Self {
        if signed {
            Self::Signed(bits as i64)
        } else {
            Self::Unsigned(bits)
        }
    }

    /// As a signed number; `None` if it is too large for one.
    #[inline]
    pub const fn to_i64(self) -> Option<i64> {
        match self {
            Self::Signed(number) => Some(number),
            Self::Unsigned(number) if number <= i64::MAX as u64 => Some(number as i64),
            Self::Unsigned(_) => None,
        }
    }

    /// As an unsigned number; `None` if it is negative.
    #[inline]
    pub const fn to_u64(self) -> Option<u64> {
        match self {
            Self::Unsigned(number) => Some(number),
            Self::Signed(number) if number >= 0 => Some(number as u64),
            Self::Signed(_) => None,
        }
    }

    /// Its 64 bits, the sign extended.
    #[inline]
    pub const fn bits(self) -> u64 {
        match self {
            Self::Signed(number) => number as u64,
            Self::Unsigned(number) => number,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signed(number) => number.fmt(f),
            Self::Unsigned(number) => number.fmt(f),
        }
    }
}
