// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The header: where the sections are, checked before anybody looks into them.
//!
//! A header may be longer than this crate knows, and there may be bytes that belong to no section: later versions will put
//! something there. What is refused is a section that reaches beyond the end, is not aligned, or shares bytes with another.

use super::error::{Error, Section};
use super::order::Order;
use crate::btf::format::{HEADER, HEADER_WITH_LAYOUT, LAYOUT, VERSION};

/// The sections.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header<'a> {
    pub(super) order: Order,
    pub(super) types: &'a [u8],
    /// Offset of the types from the start of everything.
    pub(super) types_at: u64,
    pub(super) strings: &'a [u8],
    pub(super) strings_at: u64,
    pub(super) layouts: &'a [u8],
}

/// A place that the header gives, from the end of the header.
#[derive(Clone, Copy)]
struct Extent {
    section: Section,
    at: u32,
    len: u32,
}

impl<'a> Header<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let short = Error::NoHeader { len: bytes.len() };
        let first: &[u8; HEADER] = bytes.first_chunk().ok_or(short)?;
        let [m0, m1, version, _flags, words @ ..] = first;
        let found = [*m0, *m1];
        let order = Order::of_magic(found).ok_or(Error::Magic { found })?;
        if *version != VERSION {
            return Err(Error::Version { found: *version });
        }
        let word = |index: usize| {
            words
                .get(index * 4..)
                .and_then(<[u8]>::first_chunk)
                .map_or(0, |word| order.one(word))
        };
        let length = word(0);
        let too_long = Error::HeaderLength { found: length };
        let header = bytes.get(..length as usize).ok_or(too_long)?;
        if header.len() < HEADER {
            return Err(too_long);
        }
        let mut layout = Extent {
            section: Section::Layout,
            at: 0,
            len: 0,
        };
        let more: Option<&[u8; HEADER_WITH_LAYOUT]> = header.first_chunk();
        if let Some([.., a, b, c, d, e, f, g, h]) = more {
            [layout.at, layout.len] = order.two(&[*a, *b, *c, *d, *e, *f, *g, *h]);
        }
        let types = Extent {
            section: Section::Types,
            at: word(1),
            len: word(2),
        };
        let strings = Extent {
            section: Section::Strings,
            at: word(3),
            len: word(4),
        };
        let place = Place { bytes, length };
        let found = Self {
            order,
            types: place.section(types)?,
            types_at: place.start(types),
            strings: place.section(strings)?,
            strings_at: place.start(strings),
            layouts: place.section(layout)?,
        };
        for extent in [types, layout] {
            if extent.len != 0 && extent.at % 4 != 0 {
                return Err(Error::SectionStart {
                    section: extent.section,
                    at: place.start(extent),
                });
            }
        }
        for (one, other) in [(types, strings), (types, layout), (strings, layout)] {
            place.apart(one, other)?;
        }
        if found.layouts.len() % LAYOUT != 0 {
            return Err(Error::LayoutLength { len: layout.len });
        }
        Ok(found)
    }
}

/// All the bytes, and how long the header is.
struct Place<'a> {
    bytes: &'a [u8],
    length: u32,
}

impl<'a> Place<'a> {
    fn start(&self, extent: Extent) -> u64 {
        u64::from(self.length) + u64::from(extent.at)
    }

    fn section(&self, extent: Extent) -> Result<&'a [u8], Error> {
        let at = self.start(extent);
        usize::try_from(at)
            .ok()
            .and_then(|at| self.bytes.get(at..))
            .and_then(|tail| tail.get(..extent.len as usize))
            .ok_or(Error::SectionEnd {
                section: extent.section,
                at,
                len: extent.len,
                total: self.bytes.len(),
            })
    }

    /// Empty sections are nowhere.
    fn apart(&self, one: Extent, other: Extent) -> Result<(), Error> {
        let end = |extent: Extent| u64::from(extent.at) + u64::from(extent.len);
        let start = one.at.max(other.at);
        if u64::from(start) < end(one).min(end(other)) && one.len != 0 && other.len != 0 {
            return Err(Error::Overlap {
                first: one.section,
                second: other.section,
                at: u64::from(self.length) + u64::from(start),
            });
        }
        Ok(())
    }
}
