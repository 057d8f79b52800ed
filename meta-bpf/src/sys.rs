// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What a program gets from the kernel: the context's words, one helper, and bytes of the packet.
//!
//! Of no library for BPF: those differ from release to release, the kernel's interface does not.

use core::ffi::c_void;

use meta_core::value::ByteArray;

/// The beginning of `struct xdp_md`.
#[repr(C)]
struct XdpMd {
    data: u32,
    data_end: u32,
    data_meta: u32,
}

/// Where the packet begins.
///
/// # Safety
///
/// `ctx` must be the context of a running program of XDP.
#[inline(always)]
pub(crate) unsafe fn data(ctx: *mut c_void) -> *const u8 {
    // SAFETY: The caller's promise. The verifier makes a pointer of the word.
    let word = unsafe { (&raw const (*ctx.cast::<XdpMd>()).data).read_volatile() };
    core::ptr::with_exposed_provenance(word as usize)
}

/// Where its metadata begins.
///
/// # Safety
///
/// As for [`data`].
#[inline(always)]
pub(crate) unsafe fn data_meta(ctx: *mut c_void) -> *const u8 {
    // SAFETY: The caller's promise. The verifier makes a pointer of the word.
    let word = unsafe { (&raw const (*ctx.cast::<XdpMd>()).data_meta).read_volatile() };
    core::ptr::with_exposed_provenance(word as usize)
}

/// `bpf_xdp_adjust_meta`; whether the kernel did it.
///
/// # Safety
///
/// As for [`data`]; nothing may refer to the metadata any more.
#[cfg(target_arch = "bpf")]
#[inline(always)]
pub(crate) unsafe fn adjust_meta(ctx: *mut c_void, by: i32) -> bool {
    const BPF_FUNC_XDP_ADJUST_META: usize = 54;
    type Helper = unsafe extern "C" fn(*mut c_void, i32) -> i64;

    // SAFETY: In BPF a helper is called by its number, and this one has this type.
    let helper: Helper = unsafe { core::mem::transmute(BPF_FUNC_XDP_ADJUST_META) };
    // SAFETY: The caller's promise.
    unsafe { helper(ctx, by) == 0 }
}

/// Outside of a BPF program there is no packet.
///
/// # Safety
///
/// None.
#[cfg(not(target_arch = "bpf"))]
pub(crate) unsafe fn adjust_meta(_ctx: *mut c_void, _by: i32) -> bool {
    false
}

/// Bytes that are read in one load if they are so aligned.
///
/// # Safety
///
/// As many bytes as `B` has must be readable from `at` on, and `at` must be `align`-aligned.
#[inline(always)]
pub(crate) unsafe fn load<B: ByteArray>(at: *const u8, align: usize) -> B {
    // A pattern of constants: one arm is left of it.
    let bytes = match (B::LEN, align) {
        // SAFETY: The caller's promise.
        (2, 2) => B::first_of(&unsafe { at.cast::<u16>().read() }.to_ne_bytes()),
        // SAFETY: The caller's promise.
        (4, 4) => B::first_of(&unsafe { at.cast::<u32>().read() }.to_ne_bytes()),
        // SAFETY: The caller's promise.
        (8, 8) => B::first_of(&unsafe { at.cast::<u64>().read() }.to_ne_bytes()),
        // SAFETY: The caller's promise; a `ByteArray` consists of bytes, which are aligned anywhere.
        _ => Some(unsafe { at.cast::<B>().read() }),
    };
    bytes.unwrap_or(B::ZEROED)
}
