// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The distilled base of a driver's module: the kernel's types that layouts and kfuncs refer to.
//!
//! They must exist in every kernel under these names: the names of wider integers differ between compilers, so those are not
//! taken from it.

use super::write::{Distilled, Encoding};
use super::Builder;

/// Bytes of `struct xdp_md`, by which the kernel recognises it.
const XDP_MD_SIZE: usize = 24;

const DISTILLED: Distilled<64> = {
    let mut base = Distilled::new();
    base.int("unsigned int", 4, Encoding::Unsigned);
    base.structure("xdp_md", XDP_MD_SIZE);
    base
};

/// The contents of `.BTF.base`.
///
/// # Examples
///
/// ```
/// static SECTION: [u8; meta_core::btf::BASE.len()] = meta_core::btf::BASE;
/// assert_eq!(SECTION.len(), 73);
/// ```
pub const BASE: [u8; DISTILLED.len()] = DISTILLED.bytes();

/// What is split from it.
pub(super) const fn split<const CAP: usize>() -> Builder<CAP> {
    Builder::split(DISTILLED.builder())
}

/// `struct xdp_md *` in what is split from it.
pub(super) const fn xdp_md<const CAP: usize>(btf: &mut Builder<CAP>) -> super::Id {
    let xdp_md = btf.structure("xdp_md", XDP_MD_SIZE, &[]);
    btf.pointer(xdp_md)
}
