// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A blob of BTF of every kind and form that the crate makes, and what a reader must find in it.
//!
//! The crate's own tests read them, the runner gives them to bpftool, pahole and libbpf, the guest to the kernel. All of them
//! are made in constants, as a driver's would be.

#[allow(dead_code, reason = "not every user looks at everything")]
#[path = "blobs/broken.rs"]
pub(crate) mod broken;
#[path = "blobs/composites.rs"]
mod composites;
#[path = "blobs/forms.rs"]
mod forms;
#[path = "blobs/kinds.rs"]
mod kinds;

/// BTF and what it says.
#[allow(dead_code, reason = "not every user looks at everything")]
#[derive(Clone, Debug)]
pub(crate) struct Blob {
    /// What it is about.
    pub(crate) name: String,
    /// What it is split from.
    pub(crate) base: Option<Vec<u8>>,
    /// Header, types and strings.
    pub(crate) bytes: Vec<u8>,
    /// Number of types, without those of the base.
    pub(crate) types: u32,
    /// Lines that `bpftool btf dump` has for it, from the kind on.
    pub(crate) raw: &'static [&'static str],
    /// Code that it is in C, if bpftool or libbpf print it so; each white space is one space.
    pub(crate) c: &'static [&'static str],
}

/// The bytes of what is built in a constant.
macro_rules! bytes {
    ($builder:expr) => {{
        static BYTES: [u8; $builder.len()] = $builder.bytes();
        &BYTES
    }};
}
use bytes;

/// All of them, but those of a driver's layouts.
pub(crate) fn all() -> Vec<Blob> {
    [kinds::all(), composites::all(), forms::all()].concat()
}
