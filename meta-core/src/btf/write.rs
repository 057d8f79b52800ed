// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Writing BTF in constants: a builder that takes types one after the other and gives the bytes.
//!
//! The layouts of a driver need none of it; [`Module`](super::Module) has all of theirs. It is for what a driver says beyond
//! that, and for BTF of another make. Whatever is wrong (no room, a name that is none in C, a member that sticks out) is an
//! error of the crate's compilation.

use core::fmt;

pub use self::distilled::Distilled;
pub use self::elements::{Member, Param, Variable};
pub use self::single::Encoding;

use self::records::{number, Records};
use self::strings::Strings;
use super::format::{HEADER, MAGIC, VERSION};
use crate::ty::Kind;

mod distilled;
mod elements;
mod model;
mod records;
mod single;
pub(super) mod strings;

/// The id of a type that a [`Builder`] has. Ids of one builder mean nothing to another, but for those split from it.
///
/// # Examples
///
/// ```
/// use meta_core::btf::{Builder, Id};
///
/// let mut btf = Builder::<64>::new();
/// let any = btf.pointer(Id::VOID);
/// assert_eq!((Id::VOID.get(), any.get()), (0, 1));
/// // The same type again is the same id.
/// assert_eq!(btf.pointer(Id::VOID), any);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u32);

impl Id {
    /// `void`, or no type.
    pub const VOID: Self = Self(0);

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// BTF that is being made: at most `CAP` bytes of types and as many of strings, those of a base included.
///
/// Every string is in it once, and so is every type: what is added again has the id that it had before. A type is made of
/// types that are there already, so none can contain itself; a pointer can point to a [forward declaration](Self::fwd_struct).
///
/// It is meant for constants: with its tables it has more than 20 KiB, more than one wants on a kernel stack.
///
/// # Examples
///
/// BTF that stands alone:
///
/// ```
/// use meta_core::btf::write::{Encoding, Member};
/// use meta_core::btf::{Builder, Reader};
///
/// const BTF: Builder<512> = {
///     let mut btf = Builder::new();
///     let uint = btf.int("unsigned int", 4, Encoding::Unsigned);
///     let u32_ = btf.typedef("__u32", uint);
///     let record = btf.structure(
///         "nic_status",
///         8,
///         &[
///             Member::new("rss", u32_, 0),
///             Member::bit_field("done", u32_, 32, 1),
///             Member::bit_field("errors", u32_, 33, 7),
///         ],
///     );
///     btf.tag_member(record, 0, "hint:rx_hash");
///     btf
/// };
/// static BYTES: [u8; BTF.len()] = BTF.bytes();
///
/// let reader = Reader::new(&BYTES)?;
/// let record = reader.types().nth(2).unwrap();
/// assert_eq!(record.name(), "nic_status");
/// assert_eq!(record.members().nth(2).unwrap().offset, 33);
/// # Ok::<(), meta_core::btf::Error>(())
/// ```
///
/// BTF that is split from other, and finds there what it needs:
///
/// ```
/// use meta_core::btf::write::{Encoding, Member};
/// use meta_core::btf::{Builder, Reader};
///
/// const BASE: Builder<64> = {
///     let mut btf = Builder::new();
///     btf.int("unsigned int", 4, Encoding::Unsigned);
///     btf
/// };
/// const SPLIT: Builder<128> = {
///     let mut btf = Builder::split(&BASE);
///     let uint = btf.int("unsigned int", 4, Encoding::Unsigned);
///     assert!(uint.get() == 1);
///     btf.structure("pair", 8, &[Member::new("a", uint, 0), Member::new("b", uint, 4)]);
///     btf
/// };
/// static BYTES: ([u8; BASE.len()], [u8; SPLIT.len()]) = (BASE.bytes(), SPLIT.bytes());
///
/// let base = Reader::new(&BYTES.0)?;
/// assert_eq!(Reader::split(&BYTES.1, &base)?.types().len(), 1);
/// # Ok::<(), meta_core::btf::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Builder<const CAP: usize> {
    records: Records<CAP>,
    pub(super) strings: Strings<CAP>,
    /// By number of the [`Kind`]: its typedef; `VOID` is "not yet".
    scalars: [Id; Kind::ALL.len()],
    /// Types of members that wait until their struct is begun.
    waiting: [Id; MAX_WAITING],
    waiting_len: usize,
}

/// Most members of a described struct, together with those of the structs around it.
const MAX_WAITING: usize = 256;

impl<const CAP: usize> Builder<CAP> {
    /// BTF that stands alone.
    #[expect(
        clippy::new_without_default,
        reason = "it is for constants, where a trait can not be called"
    )]
    pub const fn new() -> Self {
        Self {
            records: Records::new(),
            strings: Strings::new(),
            scalars: [Id::VOID; Kind::ALL.len()],
            waiting: [Id::VOID; MAX_WAITING],
            waiting_len: 0,
        }
    }

    /// BTF that is split from a base: ids and strings go on where the base's end. What the base has is not repeated.
    ///
    /// # Panics
    ///
    /// If the base does not fit into `CAP`.
    pub const fn split<const BASE: usize>(base: &Builder<BASE>) -> Self {
        let mut split = Self::new();
        split.records = Records::split(&base.records);
        split.strings = Strings::split(&base.strings);
        split.scalars = base.scalars;
        split
    }

    /// Number of bytes, header included; without the base.
    #[expect(clippy::len_without_is_empty, reason = "there is always a header")]
    pub const fn len(&self) -> usize {
        HEADER + self.records.len() + self.strings.len()
    }

    /// The bytes, in native byte order. Room beyond [`len`](Self::len) becomes empty strings at the end of the string
    /// section, which is still valid.
    ///
    /// # Panics
    ///
    /// If `N` is less than [`len`](Self::len).
    pub const fn bytes<const N: usize>(&self) -> [u8; N] {
        assert!(
            N >= self.len(),
            "BTF: the array must have at least `len()` bytes"
        );
        let mut out = [0; N];
        let types = self.records.len();
        let [m0, m1] = MAGIC.to_ne_bytes();
        out[0] = m0;
        out[1] = m1;
        out[2] = VERSION;
        let header = [HEADER, 0, types, types, N - HEADER - types];
        let mut at = 4;
        while at < HEADER {
            let word = number(header[at / 4 - 1]).to_ne_bytes();
            out[at] = word[0];
            out[at + 1] = word[1];
            out[at + 2] = word[2];
            out[at + 3] = word[3];
            at += 4;
        }
        self.records.write(&mut out, HEADER);
        self.strings.write(&mut out, HEADER + types);
        out
    }

    /// The id as a number, which must be that of a type.
    const fn known(&self, id: Id) -> u32 {
        assert!(
            id.0 < self.records.next(),
            "BTF: no such type yet: add the type before those that are made of it, to the same builder"
        );
        id.0
    }

    /// The same where C allows no `void`.
    const fn sized(&self, id: Id) -> u32 {
        assert!(
            id.0 != Id::VOID.0,
            "BTF: nothing can be of type `void`: give a type with a size"
        );
        self.known(id)
    }

    /// Offset of a string, as types name it.
    pub(super) const fn text(&mut self, text: &str) -> u32 {
        self.strings.push(text);
        self.strings.finish()
    }

    /// The same of a name, which may be empty.
    const fn name(&mut self, name: &str) -> u32 {
        assert!(
            is_identifier(name),
            "BTF: not a name: C's are made of letters, digits and `_`, and do not begin with a digit"
        );
        self.text(name)
    }

    /// The same of a name that must not be empty.
    const fn named(&mut self, name: &str) -> u32 {
        assert!(
            !name.is_empty(),
            "BTF: only structs, unions, enums and members that are structs or unions can do without a name"
        );
        self.name(name)
    }
}

impl<const CAP: usize> fmt::Debug for Builder<CAP> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Builder({} bytes)", self.len())
    }
}

/// Whether the kernel and C take a name; an empty one counts as such.
const fn is_identifier(name: &str) -> bool {
    let bytes = name.as_bytes();
    if !bytes.is_empty() && bytes[0].is_ascii_digit() {
        return false;
    }
    let mut i = 0;
    while i < bytes.len() {
        if !matches!(bytes[i], b'a'..=b'z' | b'_' | b'0'..=b'9' | b'A'..=b'Z') {
            return false;
        }
        i += 1;
    }
    true
}
