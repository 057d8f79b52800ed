// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The string section, and those of the bases in front of it.

use super::error::Error;
use super::header::Header;
use super::name::Name;
use super::Reader;

/// Strings of a BTF and of all that it is split from.
///
/// # Invariants
///
/// `bytes` is empty or ends with a NUL; `start` is the end of the base's strings, 0 if there is no base.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strings<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) start: u32,
    pub(super) base: Option<&'a Reader<'a>>,
}

impl<'a> Strings<'a> {
    /// No strings at all.
    pub(super) const NONE: Self = Self {
        bytes: &[0],
        start: 0,
        base: None,
    };

    /// Those of a BTF, behind its base's.
    pub(super) fn of(header: &Header<'a>, base: Option<&'a Reader<'a>>) -> Result<Self, Error> {
        let (bytes, at) = (header.strings, header.strings_at);
        let last = || at + (bytes.len() as u64).saturating_sub(1);
        match (bytes, base) {
            ([], Some(_)) | ([.., 0], Some(_)) | ([0], None) | ([0, .., 0], None) => {}
            ([] | [1..=0xff, ..], None) => return Err(Error::FirstString { at }),
            ([.., _], _) => return Err(Error::LastString { at: last() }),
        }
        let start = base.map_or(Some(0), |base| base.strings.end());
        let strings = Self {
            bytes,
            start: start.ok_or(Error::TooMany)?,
            base,
        };
        // INVARIANT: The last byte was looked at, and so was the base's end.
        strings.end().map(|_| strings).ok_or(Error::TooMany)
    }

    /// The first offset behind them.
    fn end(&self) -> Option<u32> {
        u32::try_from(self.bytes.len())
            .ok()
            .and_then(|len| self.start.checked_add(len))
    }

    #[inline]
    pub(super) fn name(&self, offset: u32) -> Name<'a> {
        match offset.checked_sub(self.start) {
            Some(own) => Name::at(self.bytes, own),
            None => Self::of_base(self.base, offset),
        }
    }

    /// Whether there is a string at this offset.
    #[inline]
    pub(super) fn has(&self, offset: u32) -> bool {
        match offset.checked_sub(self.start) {
            Some(own) => (own as usize) < self.bytes.len(),
            // The base's strings end where ours start, and end with a NUL.
            None => true,
        }
    }

    /// By the base alone: with a reference to all of it, what never needs a base would go through memory too.
    #[inline(never)]
    fn of_base(mut base: Option<&'a Reader<'a>>, offset: u32) -> Name<'a> {
        while let Some(Reader { strings, .. }) = base {
            if let Some(own) = offset.checked_sub(strings.start) {
                return Name::at(strings.bytes, own);
            }
            base = strings.base;
        }
        Name::INVALID
    }
}
