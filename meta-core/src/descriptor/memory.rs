// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Words, bytes and members: what the derived code of descriptors is made of.
//!
//! All sizes are constants, so each function here comes down to shifts, or to nothing. None of them can panic.

use crate::value::{ByteArray, Value};

/// The bytes of words, as they are in memory.
#[inline(always)]
pub fn to_bytes<const N: usize, const SIZE: usize>(words: [u64; N]) -> [u8; SIZE] {
    const { assert!(SIZE == 8 * N, "a descriptor is a whole number of words") };
    let bytes = words.map(u64::to_ne_bytes);
    bytes
        .as_flattened()
        .first_chunk()
        .copied()
        .unwrap_or([0; SIZE])
}

/// The words of bytes, as they are in memory.
#[inline(always)]
pub fn to_words<const N: usize, const SIZE: usize>(bytes: [u8; SIZE]) -> [u64; N] {
    const { assert!(SIZE == 8 * N, "a descriptor is a whole number of words") };
    let mut words = [[0; 8]; N];
    words.as_flattened_mut().copy_from_slice(&bytes);
    words.map(u64::from_ne_bytes)
}

/// The member that is `OFFSET` bytes from the start.
#[inline(always)]
pub fn member<T: Value, const OFFSET: usize, const SIZE: usize>(bytes: &[u8; SIZE]) -> T {
    const {
        assert!(
            OFFSET + T::Bytes::LEN <= SIZE,
            "a member reaches out of its struct"
        )
    };
    let found = bytes.split_at_checked(OFFSET).and_then(
        #[inline(always)]
        |(_, tail)| T::Bytes::first_of(tail),
    );
    match found {
        Some(bytes) => T::from_bytes(bytes),
        None => T::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::le::Le16;

    #[test]
    fn words_are_bytes_in_memory() {
        let bytes: [u8; 16] = core::array::from_fn(|index| index as u8);
        let words: [u64; 2] = to_words(bytes);
        assert_eq!(words[1].to_ne_bytes(), [8, 9, 10, 11, 12, 13, 14, 15]);
        assert_eq!(to_bytes::<2, 16>(words), bytes);
        assert_eq!(member::<Le16, 10, 16>(&bytes), Le16::new(0x0b0a));
    }
}
