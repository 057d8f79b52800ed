// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Types by name.

use super::item::Item;
use super::kind::Kind;
use super::Reader;

impl<'a> Reader<'a> {
    /// The first type of a kind with a name: from the lowest base if it has one, as libbpf does it, else from here.
    ///
    /// It walks over the types.
    ///
    /// # Examples
    ///
    /// ```
    /// use meta_core::btf::{Kind, Reader, BASE};
    ///
    /// let btf = Reader::new(&BASE)?;
    /// assert_eq!(btf.find(Kind::Struct, "xdp_md").unwrap().id(), 2);
    /// assert!(btf.find(Kind::Union, "xdp_md").is_none());
    /// # Ok::<(), meta_core::btf::Error>(())
    /// ```
    pub fn find(&self, kind: Kind, name: &str) -> Option<Item<'a>> {
        // Bases are few; to go down to each of them from here takes no memory.
        let mut depth = 0;
        let mut lowest = self;
        while let Some(base) = lowest.base() {
            lowest = base;
            depth += 1;
        }
        (0..=depth).rev().find_map(|depth| {
            let mut reader = self;
            for _ in 0..depth {
                reader = reader.base()?;
            }
            reader.find_own(kind, name)
        })
    }

    /// The same without the bases.
    ///
    /// # Examples
    ///
    /// ```
    /// use meta_core::btf::{Kfunc, Kind, Module, Reader, BASE};
    ///
    /// const MODULE: Module<4096> = Module::new().kfunc(&Kfunc::META_FIELD);
    /// static BTF: [u8; MODULE.len()] = MODULE.bytes();
    ///
    /// let base = Reader::new(&BASE)?;
    /// let split = Reader::split(&BTF, &base)?;
    /// assert!(split.find(Kind::Struct, "xdp_md").is_some());
    /// assert!(split.find_own(Kind::Struct, "xdp_md").is_none());
    /// # Ok::<(), meta_core::btf::Error>(())
    /// ```
    pub fn find_own(&self, kind: Kind, name: &str) -> Option<Item<'a>> {
        self.types()
            .find(|item| item.kind() == kind && item.name() == name)
    }
}
