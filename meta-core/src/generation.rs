// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The count of a ring's changes.
//!
//! Everything that alters what a record means takes a ring to its next generation, and each record carries the generation
//! that it was written in. A generation is never 0, so that zeroed memory belongs to none.

/// A ring's generation.
///
/// # Invariants
///
/// The number is never 0.
///
/// # Examples
///
/// ```
/// use meta_core::generation::Generation;
///
/// let first = Generation::FIRST;
/// assert_eq!(first.get(), 1);
/// assert_eq!(first.next().low16(), 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Generation(u32);

impl Generation {
    /// Where every ring starts.
    // INVARIANT: 1 is not 0.
    pub const FIRST: Self = Self(1);

    /// The generation after this one; after 2^32 - 1 of them it is the first again.
    pub const fn next(self) -> Self {
        match self.0.checked_add(1) {
            // INVARIANT: A sum that did not overflow is greater than 0.
            Some(next) => Self(next),
            None => Self::FIRST,
        }
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// What a record's trailer carries.
    pub const fn low16(self) -> u16 {
        let [a, b, ..] = self.0.to_le_bytes();
        u16::from_le_bytes([a, b])
    }
}

impl Default for Generation {
    fn default() -> Self {
        Self::FIRST
    }
}
