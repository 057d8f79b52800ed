// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The distilled base: no more of the kernel's types than it takes to find them again.
//!
//! A module is built once and loaded into kernels whose BTF has other ids. So its own BTF is split from a small base of its
//! own, `.BTF.base`, and the kernel looks up each type of that by name (`kernel/bpf/btf_relocate.c`) and renumbers. There
//! only named integers, floats, enums, structs, unions and forward declarations are allowed, without members or values.

use super::records::number;
use super::{Builder, Encoding, Id};
use crate::btf::format::kind;

/// A distilled base that is being made, at most `CAP` bytes of types and as many of strings.
///
/// Whatever is in it must be in every kernel that the module is loaded into, or loading fails. The names of wide integers
/// differ between compilers (`long long unsigned int`, `unsigned long long`): leave those to the split part.
///
/// # Examples
///
/// ```
/// use meta_core::btf::write::{Distilled, Member};
/// use meta_core::btf::{Builder, Reader};
///
/// const BASE: Distilled<64> = {
///     let mut base = Distilled::new();
///     base.structure("sk_buff", 232);
///     base
/// };
/// const SPLIT: Builder<128> = {
///     let mut btf = Builder::split(BASE.builder());
///     // What the base has is there, without members.
///     let skb = btf.structure("sk_buff", 232, &[]);
///     let pointer = btf.pointer(skb);
///     btf.structure("nic_slot", 8, &[Member::new("skb", pointer, 0)]);
///     btf
/// };
/// // With `#[link_section = ".BTF.base"]` and `#[link_section = ".BTF"]` in a module:
/// static DISTILLED: [u8; BASE.len()] = BASE.bytes();
/// static SECTION: [u8; SPLIT.len()] = SPLIT.bytes();
///
/// let base = Reader::new(&DISTILLED)?;
/// assert_eq!(Reader::split(&SECTION, &base)?.start(), 2);
/// # Ok::<(), meta_core::btf::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Distilled<const CAP: usize>(Builder<CAP>);

impl<const CAP: usize> Distilled<CAP> {
    /// A base without types. The kernel wants one at least.
    #[expect(
        clippy::new_without_default,
        reason = "it is for constants, where a trait can not be called"
    )]
    pub const fn new() -> Self {
        Self(Builder::new())
    }

    /// The kernel's integer of this name, size and encoding.
    ///
    /// # Panics
    ///
    /// As [`Builder::int`].
    pub const fn int(&mut self, name: &str, size: usize, encoding: Encoding) -> Id {
        self.0.int(name, size, encoding)
    }

    /// The kernel's float of this name and size.
    ///
    /// # Panics
    ///
    /// As [`Builder::float`].
    pub const fn float(&mut self, name: &str, size: usize) -> Id {
        self.0.float(name, size)
    }

    /// The kernel's struct of this name. The size counts if the split part has a member of this type, or the kernel two
    /// structs of the name.
    ///
    /// # Panics
    ///
    /// If it is no name in C.
    pub const fn structure(&mut self, name: &str, size: usize) -> Id {
        assert!(
            !name.is_empty(),
            "BTF: the kernel finds types by their names"
        );
        self.0.structure(name, size, &[])
    }

    /// The kernel's union of this name; the size counts as that of a struct does.
    ///
    /// # Panics
    ///
    /// If it is no name in C.
    pub const fn union(&mut self, name: &str, size: usize) -> Id {
        assert!(
            !name.is_empty(),
            "BTF: the kernel finds types by their names"
        );
        self.0.union(name, size, &[])
    }

    /// The kernel's enum of this name and size, of 64 bits too.
    ///
    /// # Panics
    ///
    /// If it is no name in C, or the size not 1, 2, 4 or 8 bytes.
    pub const fn enumeration(&mut self, name: &str, size: usize) -> Id {
        assert!(
            matches!(size, 1 | 2 | 4 | 8),
            "BTF: an enum has 1, 2, 4 or 8 bytes"
        );
        let name = self.0.named(name);
        self.0
            .records
            .begin(name, kind::ENUM, 0, false, number(size));
        self.0.finish()
    }

    /// A struct of this name that the kernel has, or only declares.
    ///
    /// # Panics
    ///
    /// If it is no name in C.
    pub const fn fwd_struct(&mut self, name: &str) -> Id {
        self.0.fwd_struct(name)
    }

    /// A union of this name that the kernel only declares.
    ///
    /// # Panics
    ///
    /// If it is no name in C.
    pub const fn fwd_union(&mut self, name: &str) -> Id {
        self.0.fwd_union(name)
    }

    /// The base as [`Builder::split`] takes it.
    pub const fn builder(&self) -> &Builder<CAP> {
        &self.0
    }

    /// Number of bytes, header included.
    #[expect(clippy::len_without_is_empty, reason = "there is always a header")]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// The contents of `.BTF.base`.
    ///
    /// # Panics
    ///
    /// If `N` is less than [`len`](Self::len).
    pub const fn bytes<const N: usize>(&self) -> [u8; N] {
        self.0.bytes()
    }
}
