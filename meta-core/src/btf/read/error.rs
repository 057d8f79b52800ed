// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What can be wrong with BTF, and where.

use core::fmt;

/// A part of BTF that the header points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The types.
    Types,
    /// The strings.
    Strings,
    /// How long records of each kind are.
    Layout,
}

/// Why bytes cannot be read as BTF, or a question about a type has no answer.
///
/// Every `at` is an offset in bytes from the start of the BTF.
///
/// # Examples
///
/// ```
/// use meta_core::btf::{Reader, BASE};
///
/// let error = Reader::new(&BASE[..30]).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the type section, 28 bytes from offset 24, exceeds the BTF's 30 bytes"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// There are fewer bytes than the shortest header has.
    NoHeader {
        /// Bytes that there are.
        len: usize,
    },
    /// The first two bytes are not the magic number, in either order.
    Magic {
        /// The bytes.
        found: [u8; 2],
    },
    /// The version is not 1.
    Version {
        /// The version.
        found: u8,
    },
    /// The header says that it is shorter than a header can be, or longer than all the bytes.
    HeaderLength {
        /// What it says.
        found: u32,
    },
    /// A section reaches beyond the end.
    SectionEnd {
        /// Which.
        section: Section,
        /// Where it starts.
        at: u64,
        /// Its length.
        len: u32,
        /// Bytes that there are.
        total: usize,
    },
    /// A section of words does not start on a multiple of four, behind the header.
    SectionStart {
        /// Which.
        section: Section,
        /// Where it starts.
        at: u64,
    },
    /// Two sections share bytes.
    Overlap {
        /// One of them.
        first: Section,
        /// The other.
        second: Section,
        /// Where the bytes that they share start.
        at: u64,
    },
    /// The string section of BTF that stands alone does not begin with the empty string: this BTF is split from another.
    FirstString {
        /// Where it should be.
        at: u64,
    },
    /// The string section does not end with a NUL.
    LastString {
        /// Where it should be.
        at: u64,
    },
    /// The layout section is no whole number of entries.
    LayoutLength {
        /// Its length.
        len: u32,
    },
    /// A record's kind is not known, and no layout section says how long such records are.
    Kind {
        /// Where the record starts.
        at: u64,
        /// Id of the type.
        id: u32,
        /// `BTF_KIND_*`.
        kind: u8,
    },
    /// The type section ends within a record.
    Record {
        /// Where the record starts.
        at: u64,
        /// Id of the type.
        id: u32,
    },
    /// There are more types, or bytes of strings, than 32 bits can number, those of the bases included.
    TooMany,
    /// A record names a string that does not exist.
    NoString {
        /// Where the record starts.
        at: u64,
        /// Id of the type.
        id: u32,
        /// The offset that it names.
        offset: u32,
    },
    /// A record refers to a type that does not exist.
    Dangling {
        /// Where the record starts.
        at: u64,
        /// Id of the type.
        id: u32,
        /// The id that it refers to.
        target: u32,
    },
    /// There is no type with this id.
    NoType {
        /// The id.
        id: u32,
    },
    /// A type refers to others in a circle, or through more steps than any compiler makes.
    TooDeep {
        /// Where the search began.
        id: u32,
    },
    /// A type has no size: `void`, a function, a declaration without definition.
    NoSize {
        /// Which one.
        id: u32,
    },
    /// An array's size has more than 32 bits.
    TooLarge {
        /// Where the search began.
        id: u32,
    },
}

impl core::error::Error for Error {}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Types => "type section",
            Self::Strings => "string section",
            Self::Layout => "layout section",
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NoHeader { len } => {
                write!(f, "{len} bytes are too few for a BTF header, which has 24")
            }
            Self::Magic { found: [a, b] } => write!(
                f,
                "not BTF: it begins with {a:02x} {b:02x} instead of 9f eb or eb 9f"
            ),
            Self::Version { found } => write!(f, "BTF version {found} where 1 is known, at offset 2"),
            Self::HeaderLength { found } => write!(
                f,
                "the header's length, at offset 4, is {found}: less than 24 or more than there is"
            ),
            Self::SectionEnd {
                section,
                at,
                len,
                total,
            } => write!(
                f,
                "the {section}, {len} bytes from offset {at}, exceeds the BTF's {total} bytes"
            ),
            Self::SectionStart { section, at } => write!(
                f,
                "the {section} starts at offset {at}, not on a multiple of 4 behind the header"
            ),
            Self::Overlap { first, second, at } => {
                write!(f, "the {first} and the {second} overlap at offset {at}")
            }
            Self::FirstString { at } => write!(
                f,
                "the string section, at offset {at}, does not begin with a NUL: was this BTF split from a base?"
            ),
            Self::LastString { at } => write!(
                f,
                "the string section does not end with a NUL, at offset {at}"
            ),
            Self::LayoutLength { len } => write!(
                f,
                "the layout section has {len} bytes, not a multiple of 4"
            ),
            Self::Kind { at, id, kind } => write!(
                f,
                "type {id}, at offset {at}, is of kind {kind}, which is unknown and whose length nothing says"
            ),
            Self::Record { at, id } => write!(
                f,
                "the type section ends within type {id}, which begins at offset {at}"
            ),
            Self::TooMany => f.write_str("more types or strings than 32 bits can number"),
            Self::NoString { at, id, offset } => write!(
                f,
                "type {id}, at offset {at}, names string {offset}, which does not exist"
            ),
            Self::Dangling { at, id, target } => write!(
                f,
                "type {id}, at offset {at}, refers to type {target}, which does not exist"
            ),
            Self::NoType { id } => write!(f, "there is no type {id}"),
            Self::TooDeep { id } => write!(
                f,
                "what type {id} refers to goes in a circle, or too deep"
            ),
            Self::NoSize { id } => write!(f, "type {id} has no size"),
            Self::TooLarge { id } => write!(f, "the size of type {id} has more than 32 bits"),
        }
    }
}
