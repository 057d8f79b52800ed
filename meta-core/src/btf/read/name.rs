// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Names: bytes of the string section up to a NUL.
//!
//! Compilers put ASCII there, but nothing obliges them to, so a name is bytes; it prints itself whatever they are.

use core::fmt;

/// A name.
///
/// Anonymous types and members have the empty one. A name whose offset lies outside the string section is empty as well,
/// and is not [valid](Name::is_valid); [`Reader::check`](super::Reader::check) finds all of those.
///
/// # Examples
///
/// ```
/// use meta_core::btf::{Reader, BASE};
///
/// let base = Reader::new(&BASE).unwrap();
/// let name = base.types().next().unwrap().name();
/// assert_eq!(name, "unsigned int");
/// assert_eq!(name.as_bytes(), b"unsigned int");
/// assert_eq!(name.to_str(), Some("unsigned int"));
/// assert_eq!(format!("{name} {name:?}"), r#"unsigned int "unsigned int""#);
/// ```
#[derive(Clone, Copy, Hash, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name<'a>(Option<&'a [u8]>);

impl<'a> Name<'a> {
    /// The name of what has none.
    pub const ANONYMOUS: Self = Self(Some(&[]));
    /// A name that is not there.
    pub(super) const INVALID: Self = Self(None);

    /// The name at an offset of a string section.
    #[inline]
    pub(super) fn at(section: &'a [u8], offset: u32) -> Self {
        let Some(tail) = section.get(offset as usize..) else {
            return Self::INVALID;
        };
        Self(nul(tail).and_then(|end| tail.get(..end)))
    }

    /// Its bytes, without the NUL.
    #[inline]
    pub const fn as_bytes(self) -> &'a [u8] {
        match self.0 {
            Some(bytes) => bytes,
            None => &[],
        }
    }

    /// Its bytes as a string; `None` if they are not UTF-8.
    #[inline]
    pub fn to_str(self) -> Option<&'a str> {
        core::str::from_utf8(self.as_bytes()).ok()
    }

    /// Whether there is none.
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.as_bytes().is_empty()
    }

    /// Number of bytes.
    #[inline]
    pub const fn len(self) -> usize {
        self.as_bytes().len()
    }

    /// Whether it was found in the string section.
    #[inline]
    pub const fn is_valid(self) -> bool {
        self.0.is_some()
    }
}

/// Bytes that are not UTF-8 are printed as replacement characters.
impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_str() {
            Some(text) => f.pad(text),
            None => {
                for chunk in self.as_bytes().utf8_chunks() {
                    f.write_str(chunk.valid())?;
                    if !chunk.invalid().is_empty() {
                        f.write_str("\u{fffd}")?;
                    }
                }
                Ok(())
            }
        }
    }
}

impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_valid() {
            write!(f, "\"{}\"", self.as_bytes().escape_ascii())
        } else {
            f.write_str("(invalid)")
        }
    }
}

impl PartialEq<str> for Name<'_> {
    #[inline]
    fn eq(&self, other: &str) -> bool {
        self.is_valid() && self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for Name<'_> {
    #[inline]
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

/// Where the first zero byte is.
///
/// Eight bytes at a time: names are short, so what counts is how soon it is done with one.
#[inline]
fn nul(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let mut rest = bytes;
    let mut before = 0;
    while let Some((chunk, tail)) = rest.split_first_chunk() {
        let word = u64::from_le_bytes(*chunk);
        // The lowest bit that is set is the top of the first zero byte; those above it may be wrong.
        let zeros = word.wrapping_sub(ONES) & !word & TOPS;
        if zeros != 0 {
            return Some(before + (zeros.trailing_zeros() / 8) as usize);
        }
        before += 8;
        rest = tail;
    }
    rest.iter()
        .position(|byte| *byte == 0)
        .map(|at| before + at)
}

#[cfg(test)]
mod tests {
    use super::{nul, Name};

    #[test]
    fn the_first_nul_is_found_wherever_it_is() {
        for length in 0..40 {
            for fill in [1, 0x7f, 0x80, 0xff] {
                let mut bytes = [fill; 40];
                assert_eq!(nul(&bytes[..length]), None);
                bytes[length] = 0;
                assert_eq!(nul(&bytes), Some(length));
                // Whatever follows.
                bytes[length + 1..].fill(0);
                assert_eq!(nul(&bytes), Some(length));
                bytes[length + 1..].fill(1);
                assert_eq!(nul(&bytes), Some(length));
                assert_eq!(nul(&bytes[..=length]), Some(length));
            }
        }
    }

    #[test]
    fn any_bytes_print() {
        let name = Name::at(b"\0a\xffb\0", 1);
        assert_eq!(name.to_str(), None);
        assert_eq!(name.to_string(), "a\u{fffd}b");
        assert_eq!(format!("{name:?}"), r#""a\xffb""#);
        assert_eq!(Name::at(b"\0a\0", 1).to_string(), "a");
    }

    #[test]
    fn a_name_outside_is_not_valid_and_equals_nothing() {
        for offset in [3, 4, u32::MAX] {
            let name = Name::at(b"\0a\0", offset);
            assert!(!name.is_valid() && name.is_empty());
            assert_ne!(name, "");
            assert_ne!(name, Name::ANONYMOUS);
            assert_eq!(format!("{name:?}"), "(invalid)");
        }
    }
}
