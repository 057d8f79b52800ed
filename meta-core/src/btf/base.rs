// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The distilled base: the kernel's types that the module's own BTF refers to.
//!
//! The kernel finds each of them by name in its own BTF and renumbers the module's types accordingly. They must exist in
//! every kernel under these names: the names of wider integers differ between compilers, so those are not taken from it.

use super::encode::{kind, Encoder};

/// Id of `unsigned int` in the base.
pub(super) const UNSIGNED_INT: u32 = 1;
/// Id of `struct xdp_md` in the base.
pub(super) const XDP_MD: u32 = 2;
/// First id behind the base.
pub(super) const FIRST_ID: u32 = 3;

/// Bytes of `struct xdp_md`, by which the kernel recognises it.
const XDP_MD_SIZE: usize = 24;

const ENCODER: Encoder<64> = {
    let mut encoder = Encoder::stand_alone();
    encoder.int("unsigned int", 4, 0);
    let name = encoder.name("xdp_md");
    encoder.composite(kind::STRUCT, name, 0, XDP_MD_SIZE);
    encoder
};

/// Bytes of the base's string section, behind which the split part's offsets start.
pub(super) const STRINGS: usize = ENCODER.strings.len();

/// The contents of `.BTF.base`.
///
/// # Examples
///
/// ```
/// static SECTION: [u8; meta_core::btf::BASE.len()] = meta_core::btf::BASE;
/// assert_eq!(SECTION.len(), 73);
/// ```
pub const BASE: [u8; ENCODER.total()] = ENCODER.bytes();
