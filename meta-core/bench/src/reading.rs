// SPDX-License-Identifier: GPL-2.0

//! Reading all of a kernel's BTF: count the types of each kind, look up every name, find one struct and the size of one
//! of its members. `c/libbpf.c` does the same.

mod btf_rs;
mod ours;

use std::fmt;

/// The struct that is looked for, and the member whose type's size is asked for.
pub const WANTED: (&str, &str) = ("sk_buff", "cb");

/// What comes of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Types of each kind, by the kind's number.
    pub kinds: [u32; 20],
    /// Members, values, parameters and variables.
    pub elements: u32,
    /// Bytes of all names of types, members, values and parameters.
    pub name_bytes: u64,
    /// The member's type's size.
    pub size: u32,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for count in self.kinds {
            write!(f, "{count} ")?;
        }
        write!(f, "{} {} {}", self.elements, self.name_bytes, self.size)
    }
}

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// `meta_core::btf::Reader`.
    Ours,
    /// The same with an index for look-ups by id.
    OursIndexed,
    /// The crate btf-rs.
    BtfRs,
}

impl Who {
    /// By name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "ours" => Some(Self::Ours),
            "ours-indexed" => Some(Self::OursIndexed),
            "btf-rs" => Some(Self::BtfRs),
            _ => None,
        }
    }
}

/// The task. Its name is what the profiler starts and stops counting at.
#[no_mangle]
#[inline(never)]
#[allow(
    improper_ctypes_definitions,
    reason = "called from Rust; C's calling convention only keeps the name"
)]
pub extern "C" fn measured(who: Who, bytes: &[u8]) -> Option<Answer> {
    match who {
        Who::Ours => ours::read(bytes, false),
        Who::OursIndexed => ours::read(bytes, true),
        Who::BtfRs => btf_rs::read(bytes).ok().flatten(),
    }
}
