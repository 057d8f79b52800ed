// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Where a field is in the records of a layout, in one word that a program can check with a mask.
//!
//! Made in user space, from what the kernel says of a layout, and compared there with the type that the program reads; so the
//! program compares nothing, and still can not be led outside of its claim, whatever is in the map.

use core::marker::PhantomData;

use meta_core::binding::Binding;
use meta_core::value::{ByteArray, Value};

/// Bytes in front of the packet that a claim exposes, as `XDP_META_CLAIM` of the C header: the largest record, and 8 more.
pub const CLAIM: usize = 72;

/// What an offset is masked with. The trailer is the claim's last 8 bytes, so no field's is larger.
const OFFSETS: usize = 63;

/// The place of a field of type `S`.
///
/// Bits 0 to 5 are its offset in the claim, 6 to 8 a bit-field's first bit in its byte, 9 to 12 its present bit, 13 says that
/// there is one, 14 that the layout's field is of another type. Zero, as a map is before it is written, is no field.
#[repr(transparent)]
pub struct Place<S>(u32, PhantomData<fn() -> S>);

const THERE: u32 = 1 << 13;
const OTHER_TYPE: u32 = 1 << 14;

impl<S> Clone for Place<S> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Place<S> {}

impl<S> core::fmt::Debug for Place<S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Place({:#x})", self.0)
    }
}

impl<S: Shape> Place<S> {
    /// The place that a layout has for a field, or that it has none.
    pub fn of(binding: Option<Binding>) -> Self {
        let word = binding.map_or(0, |b| Self::at(b).unwrap_or(OTHER_TYPE));
        Self(word, PhantomData)
    }

    /// `None` if the field is not of this shape.
    fn at(binding: Binding) -> Option<u32> {
        let Binding {
            distance,
            size,
            present,
            bit,
            bits,
        } = binding;
        let offset = CLAIM.checked_sub(distance.into())?;
        let is_whole = bits != 0 || size <= distance && offset % S::ALIGN == 0;
        let is_there = (CLAIM - OFFSETS - 1..=OFFSETS).contains(&offset);
        if (usize::from(size), bits) != (S::SIZE, S::BITS) || !is_there || !is_whole {
            return None;
        }
        let numbers = u32::from(bit & 7) << 6 | u32::from(present & 0xf) << 9;
        Some(u32::try_from(offset).ok()? | numbers | THERE)
    }
}

impl<S> Place<S> {
    /// The word, as it goes into a map.
    pub const fn word(&self) -> u32 {
        self.0
    }

    /// What a map may have.
    #[cfg(test)]
    pub(crate) const fn from_word(word: u32) -> Self {
        Self(word, PhantomData)
    }

    #[inline(always)]
    pub(crate) const fn is_there(self) -> bool {
        self.0 & THERE != 0
    }

    #[inline(always)]
    pub(crate) const fn is_other_type(self) -> bool {
        self.0 & OTHER_TYPE != 0
    }

    #[inline(always)]
    pub(crate) const fn present(self) -> u32 {
        self.0 >> 9 & 0xf
    }

    /// Less than [`CLAIM`].
    #[inline(always)]
    pub(crate) const fn offset(self) -> usize {
        self.0 as usize & OFFSETS
    }

    #[inline(always)]
    pub(crate) const fn bit(self) -> u32 {
        self.0 >> 6 & 7
    }
}

/// What a program can read: a [`Value`], or [`Bits`].
pub trait Shape {
    /// What comes of it.
    type Value;
    /// Bytes of the field; of a bit-field's declared type.
    const SIZE: usize;
    /// What its offset is a multiple of.
    const ALIGN: usize;
    /// Width of a bit-field, 0 if it is none.
    const BITS: u8;

    /// Where the bytes begin that are to be read, for a field at this offset.
    fn start(offset: usize) -> usize;
    /// Reads it.
    ///
    /// # Safety
    ///
    /// `SIZE` bytes must be readable from `at` on, which must be `ALIGN`-aligned.
    unsafe fn load(at: *const u8, place: Place<Self>) -> Self::Value
    where
        Self: Sized;
}

impl<V: Value> Shape for V {
    type Value = V;
    const SIZE: usize = V::Bytes::LEN;
    const ALIGN: usize = if align_of::<V>() == V::Bytes::LEN {
        align_of::<V>()
    } else {
        1
    };
    const BITS: u8 = 0;

    #[inline(always)]
    fn start(offset: usize) -> usize {
        offset
    }

    #[inline(always)]
    unsafe fn load(at: *const u8, _place: Place<Self>) -> V {
        // SAFETY: The caller's promise; `V::Bytes` are bytes.
        let bytes = unsafe { crate::sys::load::<V::Bytes>(at, Self::ALIGN) };
        V::from_bytes(bytes)
    }
}

/// A bit-field of so many bits, declared with the integer type `U`.
#[derive(Debug)]
pub struct Bits<U, const BITS: u8>(PhantomData<fn() -> U>);

impl<U: Value, const WIDTH: u8> Shape for Bits<U, WIDTH> {
    type Value = u64;
    const SIZE: usize = U::Bytes::LEN;
    const ALIGN: usize = U::Bytes::LEN;
    const BITS: u8 = WIDTH;

    /// It lies within one aligned unit of its type.
    #[inline(always)]
    fn start(offset: usize) -> usize {
        offset & !(Self::SIZE - 1)
    }

    #[inline(always)]
    unsafe fn load(at: *const u8, place: Place<Self>) -> u64 {
        // SAFETY: The caller's promise; `U::Bytes` are bytes.
        let bytes = unsafe { crate::sys::load::<U::Bytes>(at, Self::ALIGN) };
        let unit = U::from_bytes(bytes).number().unwrap_or(0);
        let first = ((place.offset() & (Self::SIZE - 1)) as u32) << 3 | place.bit();
        // C counts bits from the end that is the machine's.
        let shift = if cfg!(target_endian = "little") {
            first
        } else {
            (8 * Self::SIZE as u32).wrapping_sub(first + u32::from(WIDTH))
        };
        unit.checked_shr(shift).unwrap_or(0) & ((1 << WIDTH) - 1)
    }
}
