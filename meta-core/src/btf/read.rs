// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Reading BTF without allocation, from bytes that nobody vouches for.
//!
//! [`Reader::new`] looks at the header and once over the records' lengths; from then on every step is known to stay within
//! its section, and an iterator has nothing to fail at. What types *refer* to (names, other types) is looked up when it is
//! asked for, and may turn out not to exist; [`Reader::check`] looks at all of it at once.
//!
//! Whatever the bytes are, nothing here panics, reads out of bounds, or goes in a circle.

use core::fmt;

pub use self::body::{
    Array, Body, Composite, DataSec, DeclTag, Enum, Func, FuncProto, Fwd, Int, TypeTag, Var,
};
pub use self::elements::{Member, Members, Param, Params, Value, Values, Variable, Variables};
pub use self::error::{Error, Section};
pub use self::item::Item;
pub use self::kind::Kind;
pub use self::name::Name;
pub use self::number::Number;
pub use self::order::Endian;
pub use self::resolve::BitRange;
pub use self::types::Types;

use self::header::Header;
use self::index::Index;
use self::order::Order;
use self::strings::Strings;

mod body;
mod check;
mod elements;
mod error;
mod find;
mod header;
mod index;
mod item;
pub mod json;
mod kind;
mod name;
mod number;
mod order;
mod resolve;
mod strings;
mod types;

/// BTF that can be read: types, strings, and the base that it is split from, if any.
///
/// It is a few references; copies are cheap.
///
/// # Invariants
///
/// The records of `types` are whole and of known length, and there are `len` of them; their ids start at `first_id`, which
/// is the end of the base's, and end before `u32::MAX`. `index` is of these types.
///
/// # Examples
///
/// Types in order, and their members:
///
/// ```
/// # use meta_core::btf::{layout_blob, Blob};
/// # use meta_core::layout::Layout;
/// # const NONE: Layout = Layout::new("nic_rx_none", 0, &[]);
/// # const BLOB: Blob = layout_blob(&NONE);
/// # let bytes: [u8; BLOB.len()] = BLOB.bytes();
/// use meta_core::btf::{Kind, Reader};
///
/// let btf = Reader::new(&bytes)?;
/// for item in btf.types() {
///     println!("[{}] {} '{}'", item.id(), item.kind().as_str(), item.name());
///     for member in item.members() {
///         println!("\t{} at bit {}: type {}", member.name(), member.offset, member.type_id);
///     }
/// }
/// # Ok::<(), meta_core::btf::Error>(())
/// ```
///
/// A type by its name, and others by their ids, which an index makes quick:
///
/// ```
/// # use meta_core::btf::{layout_blob, Blob};
/// # use meta_core::layout::Layout;
/// # const NONE: Layout = Layout::new("nic_rx_none", 0, &[]);
/// # const BLOB: Blob = layout_blob(&NONE);
/// # let bytes: [u8; BLOB.len()] = BLOB.bytes();
/// use meta_core::btf::{Kind, Reader};
///
/// let mut buffer = [0; 64];
/// let btf = Reader::new(&bytes)?.indexed(&mut buffer);
/// let record = btf.find(Kind::Struct, "nic_rx_none").unwrap();
/// let member = record.members().next().unwrap();
/// assert_eq!(member.name(), "layout_id");
/// assert_eq!(btf.get(member.type_id)?.name(), "__u32");
/// assert_eq!(btf.resolve(member.type_id)?.name(), "unsigned int");
/// assert_eq!(btf.size_of(member.type_id)?, 4);
/// # Ok::<(), meta_core::btf::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    types: &'a [u8],
    /// Offset of the types in the BTF.
    types_at: u64,
    strings: Strings<'a>,
    layouts: &'a [u8],
    index: Index<'a>,
    first_id: u32,
    len: u32,
    order: Order,
    pointer: u8,
}

impl<'a> Reader<'a> {
    /// Reads BTF that stands alone.
    ///
    /// # Errors
    ///
    /// What is wrong with the header, the sections or the records, and where.
    pub fn new(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::at(bytes, None)
    }

    /// Reads BTF that is split from a base: a module's from the kernel's, or from the distilled base that goes with it.
    ///
    /// Ids and strings go on where the base's end; the base may be split itself, and in the other byte order.
    ///
    /// # Errors
    ///
    /// What is wrong with the header, the sections or the records, and where.
    ///
    /// # Examples
    ///
    /// ```
    /// use meta_core::btf::{Kfunc, Module, Reader, BASE};
    ///
    /// const MODULE: Module<4096> = Module::new().kfunc(&Kfunc::META_FIELD);
    /// static BTF: [u8; MODULE.len()] = MODULE.bytes();
    ///
    /// let base = Reader::new(&BASE)?;
    /// let split = Reader::split(&BTF, &base)?;
    /// assert_eq!(split.types().next().unwrap().id(), 3);
    /// assert_eq!(split.get(2)?.name(), "xdp_md");
    /// # Ok::<(), meta_core::btf::Error>(())
    /// ```
    pub fn split(bytes: &'a [u8], base: &'a Reader<'a>) -> Result<Self, Error> {
        Self::at(bytes, Some(base))
    }

    fn at(bytes: &'a [u8], base: Option<&'a Reader<'a>>) -> Result<Self, Error> {
        let header = Header::parse(bytes)?;
        let strings = Strings::of(&header, base)?;
        let (first_id, mut layouts) = (base.map_or(1, Reader::end), header.layouts);
        if let (true, Some(base)) = (layouts.is_empty(), base) {
            layouts = base.layouts;
        }
        let (types, at, order) = (header.types, header.types_at, header.order);
        let len = types::count(types, at, first_id, layouts, order)?;
        // INVARIANT: The records were counted just now; the index has nothing.
        Ok(Self {
            types,
            types_at: at,
            strings,
            layouts,
            index: Index::NONE,
            first_id,
            len,
            order,
            pointer: 8,
        })
    }

    /// The types in the order of their ids; those of the base are not among them.
    #[inline]
    pub fn types(&self) -> Types<'a> {
        Types {
            rest: self.types,
            id: self.first_id,
            left: self.len,
            strings: self.strings,
            layouts: self.layouts,
            order: self.order,
        }
    }

    /// Number of types, without those of the base.
    #[inline]
    pub const fn len(&self) -> u32 {
        self.len
    }

    /// Whether there are none.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Id of the first type that is not the base's; 1 without a base.
    #[inline]
    pub const fn start(&self) -> u32 {
        self.first_id
    }

    /// The first id behind the last type: every type's id, those of the base included, is below it.
    #[inline]
    pub const fn end(&self) -> u32 {
        // INVARIANT: The sum is below `u32::MAX`.
        self.first_id.saturating_add(self.len)
    }

    /// The base that this is split from.
    #[inline]
    pub const fn base(&self) -> Option<&'a Reader<'a>> {
        self.strings.base
    }

    /// Byte order of the numbers.
    #[inline]
    pub const fn endian(&self) -> Endian {
        self.order.endian()
    }

    /// The string at an offset, counted from the first string of the lowest base.
    #[inline]
    pub fn name(&self, offset: u32) -> Name<'a> {
        self.strings.name(offset)
    }
}

impl<'a> IntoIterator for Reader<'a> {
    type Item = Item<'a>;
    type IntoIter = Types<'a>;

    fn into_iter(self) -> Types<'a> {
        self.types()
    }
}

impl<'a> IntoIterator for &Reader<'a> {
    type Item = Item<'a>;
    type IntoIter = Types<'a>;

    fn into_iter(self) -> Types<'a> {
        self.types()
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("start", &self.start())
            .field("len", &self.len())
            .field("endian", &self.endian())
            .field("base", &self.base())
            .finish()
    }
}
