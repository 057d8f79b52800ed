// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Two variants that are one constant in C.

use meta_derive::Value;

#[derive(Clone, Copy, Value)]
#[repr(u8)]
enum Kind {
    #[value(fallback)]
    TcpV4,
    TCPV4,
    #[value(name = "KIND_TCP_V4")]
    Third,
}

fn main() {}
