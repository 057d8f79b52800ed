// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Arrays of bytes whose length is known at compile time, and places for them in a record.

mod sealed {
    /// A byte, or so many of what is one.
    pub trait Nested: Copy + 'static {
        /// Number of bytes.
        const COUNT: usize;
        /// All bytes zero.
        const CLEAR: Self;

        fn flat(several: &[Self]) -> &[u8];
        fn flat_mut(several: &mut [Self]) -> &mut [u8];
    }

    impl Nested for u8 {
        const COUNT: usize = 1;
        const CLEAR: Self = 0;

        #[inline(always)]
        fn flat(several: &[Self]) -> &[u8] {
            several
        }

        #[inline(always)]
        fn flat_mut(several: &mut [Self]) -> &mut [u8] {
            several
        }
    }

    impl<T: Nested, const N: usize> Nested for [T; N] {
        const COUNT: usize = T::COUNT * N;
        const CLEAR: Self = [T::CLEAR; N];

        #[inline(always)]
        fn flat(several: &[Self]) -> &[u8] {
            T::flat(several.as_flattened())
        }

        #[inline(always)]
        fn flat_mut(several: &mut [Self]) -> &mut [u8] {
            T::flat_mut(several.as_flattened_mut())
        }
    }
}

use self::sealed::Nested;

/// Bytes of some fixed length: `[u8; N]`, arrays of those, and so on.
///
/// # Examples
///
/// ```
/// use meta_core::value::ByteArray;
///
/// assert_eq!(<[u8; 24] as ByteArray>::LEN, 24);
/// assert_eq!([[1u8, 2], [3, 4]].as_bytes(), &[1, 2, 3, 4]);
/// assert_eq!(<[[u8; 2]; 2]>::first_of(&[1, 2, 3, 4, 5]), Some([[1, 2], [3, 4]]));
/// assert_eq!(<[u8; 2]>::first_of(&[1]), None);
/// ```
pub trait ByteArray: Nested {
    /// Number of bytes.
    const LEN: usize;
    /// All bytes zero.
    const ZEROED: Self;

    /// The bytes.
    fn as_bytes(&self) -> &[u8];
    /// The bytes, to be changed.
    fn as_bytes_mut(&mut self) -> &mut [u8];
    /// The array that `bytes` starts with; `None` if they are too few.
    fn first_of(bytes: &[u8]) -> Option<Self>;

    /// The bytes if they are `present`, or as many zeros: a mask, so that no branch comes of it.
    #[must_use]
    #[inline(always)]
    fn or_zeros(mut self, present: bool) -> Self {
        let mask = u64::from(present).wrapping_neg();
        let mut chunks = self.as_bytes_mut().chunks_exact_mut(8);
        for chunk in &mut chunks {
            if let Some(word) = chunk.first_chunk_mut() {
                *word = (u64::from_ne_bytes(*word) & mask).to_ne_bytes();
            }
        }
        let mut chunks = chunks.into_remainder().chunks_exact_mut(2);
        for chunk in &mut chunks {
            if let Some(word) = chunk.first_chunk_mut() {
                *word = (u16::from_ne_bytes(*word) & mask as u16).to_ne_bytes();
            }
        }
        for byte in chunks.into_remainder() {
            *byte &= mask as u8;
        }
        self
    }
}

impl<T: Nested, const N: usize> ByteArray for [T; N] {
    const LEN: usize = Self::COUNT;
    const ZEROED: Self = Self::CLEAR;

    #[inline(always)]
    fn as_bytes(&self) -> &[u8] {
        T::flat(self)
    }

    #[inline(always)]
    fn as_bytes_mut(&mut self) -> &mut [u8] {
        T::flat_mut(self)
    }

    #[inline(always)]
    fn first_of(bytes: &[u8]) -> Option<Self> {
        let mut all = Self::CLEAR;
        let place = T::flat_mut(&mut all);
        place.copy_from_slice(bytes.get(..place.len())?);
        Some(all)
    }
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
///
/// let bytes: [u8; 3] = At::<5>::get(&record);
/// assert_eq!(bytes, [0, 1, 2]);
/// ```
///
/// A place outside of the record does not compile:
///
/// ```compile_fail
/// use meta_core::value::At;
///
/// At::<7>::put(&mut [0; 8], [1, 2]);
/// ```
///
/// ```compile_fail
/// use meta_core::value::At;
///
/// let bytes: [u8; 2] = At::<7>::get(&[0; 8]);
/// ```
#[derive(Debug)]
pub struct At<const OFFSET: usize>;

impl<const OFFSET: usize> At<OFFSET> {
    /// Writes bytes to the place.
    #[inline(always)]
    pub fn put<B: ByteArray, const SIZE: usize>(record: &mut [u8; SIZE], bytes: B) {
        const { assert!(OFFSET + B::LEN <= SIZE, "a field reaches out of its record") };
        // The assertion above makes all of these constant; they are spelled this way because they can not panic.
        if let Some((_, tail)) = record.split_at_mut_checked(OFFSET) {
            if let Some((place, _)) = tail.split_at_mut_checked(B::LEN) {
                place.copy_from_slice(bytes.as_bytes());
            }
        }
    }

    /// Reads bytes from the place; they are constant in number, and there.
    #[inline(always)]
    pub fn get<B: ByteArray, const SIZE: usize>(record: &[u8; SIZE]) -> B {
        const { assert!(OFFSET + B::LEN <= SIZE, "a field reaches out of its record") };
        match record.split_at_checked(OFFSET) {
            Some((_, tail)) => B::first_of(tail).unwrap_or(B::ZEROED),
            None => B::ZEROED,
        }
    }
}

/// A place in a record with nothing behind it up to `END`, where the trailer is.
///
/// # Examples
///
/// ```
/// use meta_core::value::LastAt;
///
/// let mut record = [0; 16];
/// LastAt::<4, 8>::put(&mut record, [1, 2]);
/// assert_eq!(record[4..8], [1, 2, 0, 0]);
/// ```
#[derive(Debug)]
pub struct LastAt<const OFFSET: usize, const END: usize>;

impl<const OFFSET: usize, const END: usize> LastAt<OFFSET, END> {
    /// Writes bytes to the place in a record that is still zero; together with the zeros behind them, where the machine has a
    /// store of that length.
    #[inline(always)]
    pub fn put<B: ByteArray, const SIZE: usize>(record: &mut [u8; SIZE], bytes: B) {
        const {
            assert!(
                OFFSET + B::LEN <= END,
                "a field reaches into what follows it"
            )
        };
        let mut word = [0; 8];
        if let Some((low, _)) = word.split_at_mut_checked(B::LEN) {
            low.copy_from_slice(bytes.as_bytes());
        }
        // Through an integer, so that it is not taken apart again.
        let word = u64::from_ne_bytes(word).to_ne_bytes();
        match const { END - OFFSET } {
            8 => At::<OFFSET>::put(record, word),
            4 => At::<OFFSET>::put(record, At::<0>::get::<[u8; 4], 8>(&word)),
            2 => At::<OFFSET>::put(record, At::<0>::get::<[u8; 2], 8>(&word)),
            // The zeros are there already.
            _ => At::<OFFSET>::put(record, bytes),
        }
    }
}
