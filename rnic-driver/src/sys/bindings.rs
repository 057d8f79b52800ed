// SPDX-License-Identifier: GPL-2.0

//! bindgen's output for what `kernel::bindings` lacks, in quarantine.
//!
//! Only `src/sys` may use it. Types that `kernel::bindings` has are not generated again: they are the same types.

#![allow(
    clippy::all,
    dead_code,
    improper_ctypes,
    missing_docs,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    unreachable_pub,
    unsafe_op_in_unsafe_fn,
    reason = "generated code"
)]

pub(super) use kernel::bindings::*;
use kernel::ffi;
use pin_init::MaybeZeroable;

include!(env!("RNIC_BINDINGS"));
