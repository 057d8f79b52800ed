// SPDX-License-Identifier: GPL-2.0

//! The readers' C header, written from the same definition that the driver is built from.

use rnic_driver::layouts::RxMeta;

/// Text of `xdp_meta.bpf.h`.
pub fn bpf_header() -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = meta_core::header::write::<RxMeta>(&mut text);
    text
}
