// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Types by id: a note of where records start, in memory that the caller lends.
//!
//! Records differ in length, so without notes a type is found by walking from the first one. The notes are of every type,
//! or, if there is less room, of every second, fourth, eighth …: any room helps, and none is too little.

use super::error::Error;
use super::item::Item;
use super::types::Types;
use super::Reader;

/// Where records start.
///
/// # Invariants
///
/// `offsets[n]`, if it is there, is the offset in the type section of the record number `n << shift`.
#[derive(Clone, Copy)]
pub(super) struct Index<'a> {
    offsets: &'a [u32],
    shift: u32,
}

impl Index<'_> {
    pub(super) const NONE: Self = Self {
        offsets: &[],
        shift: 0,
    };
}

impl<'a> Reader<'a> {
    /// The same, with an index in `buffer`, by which [`get`](Reader::get) and what is made from it (resolving, sizes) take
    /// the same time for any id.
    ///
    /// [`len`](Reader::len) entries are the most that is of use. With fewer, a look-up walks over a few types; with none,
    /// over half of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use meta_core::btf::{Reader, BASE};
    ///
    /// let btf = Reader::new(&BASE)?;
    /// let mut buffer = vec![0; btf.len() as usize];
    /// let btf = btf.indexed(&mut buffer);
    /// assert_eq!(btf.get(2)?.name(), "xdp_md");
    /// # Ok::<(), meta_core::btf::Error>(())
    /// ```
    #[must_use]
    pub fn indexed(mut self, buffer: &'a mut [u32]) -> Self {
        self.index = Index::NONE;
        if buffer.is_empty() {
            return self;
        }
        let mut shift = 0;
        while (self.len as usize).div_ceil(1 << shift) > buffer.len() {
            shift += 1;
        }
        let mut types = self.types();
        let mut used = 0;
        for slot in buffer.iter_mut() {
            if types.rest.is_empty() {
                break;
            }
            // The section is not longer than 32 bits can say: its length is a word of the header.
            *slot = (self.types.len() - types.rest.len()) as u32;
            used += 1;
            for _ in 0..1_u32 << shift {
                types.next();
            }
        }
        // INVARIANT: `slot` is the offset of the record that `types` came to, `1 << shift` records behind the last one.
        self.index = Index {
            offsets: buffer.get(..used).unwrap_or(&[]),
            shift,
        };
        self
    }

    /// The type with an id, from here or from a base; `void` for 0.
    ///
    /// It takes the same time for every id if there is an [index](Reader::indexed), else it walks.
    ///
    /// # Errors
    ///
    /// [`Error::NoType`].
    ///
    /// # Examples
    ///
    /// ```
    /// use meta_core::btf::{Error, Kind, Reader, BASE};
    ///
    /// let btf = Reader::new(&BASE)?;
    /// assert_eq!(btf.get(0)?.kind(), Kind::Void);
    /// assert_eq!(btf.get(1)?.name(), "unsigned int");
    /// assert_eq!(btf.get(3).unwrap_err(), Error::NoType { id: 3 });
    /// # Ok::<(), meta_core::btf::Error>(())
    /// ```
    #[inline]
    pub fn get(&self, id: u32) -> Result<Item<'a>, Error> {
        match id.checked_sub(self.first_id) {
            Some(number) => self.own(number),
            None => self.of_base(id),
        }
        .ok_or(Error::NoType { id })
    }

    /// A type that is not the base's, counted from 0.
    #[inline]
    fn own(&self, number: u32) -> Option<Item<'a>> {
        let (start, mut steps) = match self
            .index
            .offsets
            .get((number >> self.index.shift) as usize)
        {
            Some(start) => (*start, number & ((1 << self.index.shift) - 1)),
            None if number < self.len => (0, number),
            None => return None,
        };
        let mut types = Types {
            rest: self.types.get(start as usize..)?,
            id: self.first_id + (number - steps),
            left: self.len - (number - steps),
            ..self.types()
        };
        while steps > 0 {
            types.next()?;
            steps -= 1;
        }
        types.next()
    }

    #[inline(never)]
    fn of_base(&self, id: u32) -> Option<Item<'a>> {
        let mut reader = self;
        while let Some(base) = reader.base() {
            reader = base;
            if let Some(number) = id.checked_sub(reader.first_id) {
                return reader.own(number);
            }
        }
        (id == 0).then_some(Item::VOID)
    }
}
