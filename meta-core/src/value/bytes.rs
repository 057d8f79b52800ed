// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Arrays of bytes whose length is known at compile time, and places for them in a record.

mod sealed {
    pub trait Sealed {}
    impl<const N: usize> Sealed for [u8; N] {}
    impl<const M: usize, const N: usize> Sealed for [[u8; M]; N] {}
}

/// Bytes of some fixed length: `[u8; N]`, or several of those.
///
/// # Examples
///
/// ```
/// use meta_core::value::ByteArray;
///
/// assert_eq!(<[u8; 24] as ByteArray>::LEN, 24);
/// assert_eq!([[1u8, 2], [3, 4]].as_bytes(), &[1, 2, 3, 4]);
/// ```
pub trait ByteArray: sealed::Sealed + Copy + 'static {
    /// Number of bytes.
    const LEN: usize;

    /// The bytes.
    fn as_bytes(&self) -> &[u8];
    /// The array that `bytes` starts with; `None` if they are too few.
    fn first_of(bytes: &[u8]) -> Option<Self>;
}

impl<const N: usize> ByteArray for [u8; N] {
    const LEN: usize = N;

    #[inline(always)]
    fn as_bytes(&self) -> &[u8] {
        self
    }

    #[inline(always)]
    fn first_of(bytes: &[u8]) -> Option<Self> {
        bytes.first_chunk().copied()
    }
}

impl<const M: usize, const N: usize> ByteArray for [[u8; M]; N] {
    const LEN: usize = M * N;

    #[inline(always)]
    fn as_bytes(&self) -> &[u8] {
        self.as_flattened()
    }

    fn first_of(bytes: &[u8]) -> Option<Self> {
        let mut all = [[0; M]; N];
        let flat = all.as_flattened_mut();
        flat.copy_from_slice(bytes.get(..flat.len())?);
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
    pub fn get<const N: usize, const SIZE: usize>(record: &[u8; SIZE]) -> [u8; N] {
        const { assert!(OFFSET + N <= SIZE, "a field reaches out of its record") };
        match record.split_at_checked(OFFSET) {
            Some((_, tail)) => tail.first_chunk().copied().unwrap_or([0; N]),
            None => [0; N],
        }
    }
}
