// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A claimed record, and the values in it.
//!
//! What the verifier must see is in the code that is generated: each load is behind a comparison of its end with the packet's
//! start, at an offset that a mask limits.

use core::ffi::c_void;

use meta_core::trailer::Trailer;

use crate::place::{Place, Shape, CLAIM};
use crate::sys;

#[cfg(test)]
mod tests;

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Absent {
    /// The layout does not have the field: no packet does, until the next generation.
    NotInLayout,
    /// The layout has it, this packet does not: an ARP frame has no hash.
    NotInPacket,
    /// The layout's field has another size than the type that the program reads, or one of both is a bit-field.
    OtherType,
}

/// A claimed record.
///
/// # Invariants
///
/// [`CLAIM`] bytes from `claimed` on are readable and end at `data`, which is 8-aligned; `trailer` is the last of them.
#[derive(Debug)]
pub struct Record {
    ctx: *mut c_void,
    claimed: *const u8,
    data: *const u8,
    trailer: Trailer,
}

impl Record {
    /// Exposes the packet's record. `None`: there is none, and nothing is claimed. To be called before anything moves the
    /// packet's start.
    ///
    /// # Safety
    ///
    /// `ctx` must be the context that the running program of XDP was called with. The record is spent when the program moves
    /// the packet or its metadata with a helper; the verifier refuses a program that reads it then.
    ///
    /// # Where it may be asked
    ///
    /// In programs that are attached in the driver (not generic XDP) to interfaces whose driver writes records. In front of any
    /// other packet there may be anything, an old record as well; C programs ask the kernel about that, with a kfunc, and those
    /// in Rust cannot.
    #[inline(always)]
    pub unsafe fn claim(ctx: *mut c_void) -> Option<Self> {
        // SAFETY: The caller's promise.
        if !unsafe { sys::adjust_meta(ctx, -(CLAIM as i32)) } {
            return None;
        }
        // SAFETY: The caller's promise.
        let record = unsafe { Self::open(ctx) };
        if record.is_none() {
            // SAFETY: The caller's promise; nothing refers to the metadata.
            unsafe { sys::adjust_meta(ctx, CLAIM as i32) };
        }
        record
    }

    /// Finds the record that an earlier program has claimed and left in front of the packet: in a program of a cpumap or a
    /// devmap, or at another interface.
    ///
    /// # Safety
    ///
    /// As for [`claim`](Self::claim).
    #[inline(always)]
    pub unsafe fn open(ctx: *mut c_void) -> Option<Self> {
        // SAFETY: The caller's promise.
        let (claimed, data) = unsafe { (sys::data_meta(ctx), sys::data(ctx)) };
        if claimed.wrapping_add(CLAIM) > data {
            return None;
        }
        // Somebody else's metadata is in between. Read once more, so that the compiler does not make one comparison of the two:
        // the verifier learns nothing from that.
        // SAFETY: The caller's promise.
        if unsafe { sys::data_meta(ctx) }.wrapping_add(CLAIM) < data {
            return None;
        }
        // SAFETY: There are `CLAIM` bytes between the two, and the kernel makes packets begin 8-aligned where it has records.
        unsafe { Self::between(ctx, claimed, data) }
    }

    /// # Safety
    ///
    /// The first sentence of the invariant.
    #[inline(always)]
    pub(crate) unsafe fn between(
        ctx: *mut c_void,
        claimed: *const u8,
        data: *const u8,
    ) -> Option<Self> {
        let at = claimed.wrapping_add(CLAIM - Trailer::SIZE);
        // SAFETY: The caller's promise: the last 8 bytes of the claim, 8-aligned as its end is.
        let bytes = unsafe { sys::load(at, 8) };
        let trailer = Trailer::from_ne_bytes(bytes);
        // INVARIANT: The caller's promise, and the trailer was just read.
        (trailer.layout_id != 0).then_some(Self {
            ctx,
            claimed,
            data,
            trailer,
        })
    }

    /// The trailer; its layout id is the key of the program's map.
    #[inline(always)]
    pub fn trailer(&self) -> Trailer {
        self.trailer
    }

    /// The value of a field whose place in this record's layout is known.
    ///
    /// # Errors
    ///
    /// When there is no value.
    #[inline(always)]
    pub fn get<S: Shape>(&self, place: Place<S>) -> Result<S::Value, Absent> {
        if !place.is_there() {
            return Err(if place.is_other_type() {
                Absent::OtherType
            } else {
                Absent::NotInLayout
            });
        }
        if u32::from(self.trailer.present) >> place.present() & 1 == 0 {
            return Err(Absent::NotInPacket);
        }
        let at = self.claimed.wrapping_add(S::start(place.offset()));
        if at.wrapping_add(S::SIZE) > self.data {
            return Err(Absent::OtherType);
        }
        // SAFETY: By the invariant the claim is readable, and the bytes are in it: they begin less than `CLAIM` behind its start
        // and end in front of its end. A place that user space made is aligned as the type is; any other would be from a map
        // that somebody else wrote, and on the machines that have such maps a load has no need of alignment.
        Ok(unsafe { S::load(at, place) })
    }

    /// Hides the record again, so that GRO merges as before.
    #[inline(always)]
    pub fn release(self) {
        // SAFETY: The context is that of `claim`, by its caller's promise; the record is gone with `self`.
        unsafe { sys::adjust_meta(self.ctx, CLAIM as i32) };
    }
}
