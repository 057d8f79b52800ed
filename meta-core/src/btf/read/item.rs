// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! One type: its record, decoded no further than it is asked for.

use core::fmt;

use super::body::Body;
use super::elements::{Members, Params, Values, Variables};
use super::kind::Kind;
use super::name::Name;
use super::order::Order;
use super::strings::Strings;
use super::types::number;
use crate::btf::format::{FLAG, VLEN_MASK};

/// One type.
///
/// # Examples
///
/// ```
/// use meta_core::btf::{Kind, Reader, BASE};
///
/// let base = Reader::new(&BASE).unwrap();
/// let md = base.find(Kind::Struct, "xdp_md").unwrap();
/// assert_eq!((md.id(), md.kind(), md.size()), (2, Kind::Struct, Some(24)));
/// assert_eq!(md.members().len(), 0);
/// ```
#[derive(Clone, Copy)]
pub struct Item<'a> {
    pub(super) strings: Strings<'a>,
    pub(super) payload: &'a [u8],
    pub(super) id: u32,
    pub(super) name: u32,
    pub(super) info: u32,
    pub(super) word: u32,
    pub(super) order: Order,
}

impl<'a> Item<'a> {
    /// What type id 0 stands for.
    pub(super) const VOID: Self = Self {
        strings: Strings::NONE,
        payload: &[],
        id: 0,
        name: 0,
        info: 0,
        word: 0,
        order: Order::NATIVE,
    };

    /// Its id: 1 for the first type of BTF that stands alone; 0 for `void`.
    #[inline]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// Its kind.
    #[inline]
    pub const fn kind(&self) -> Kind {
        Kind::from_number(number(self.info))
    }

    /// Its name; empty if it has none.
    #[inline]
    pub fn name(&self) -> Name<'a> {
        self.strings.name(self.name)
    }

    /// The offset of its name, counted from the first string of the lowest base.
    #[inline]
    pub const fn name_offset(&self) -> u32 {
        self.name
    }

    /// How many members, values, parameters or variables it has; the linkage of a function is in the same place.
    #[inline]
    pub const fn count(&self) -> u32 {
        self.info & VLEN_MASK
    }

    /// The flag that each kind understands in its own way: bit-fields in a struct, signed values in an enum, a union in a
    /// forward declaration, an attribute in a tag.
    #[inline]
    pub const fn flag(&self) -> bool {
        self.info & FLAG != 0
    }

    /// Its size in bytes, if the record says it: integers, floats, structs, unions, enums and sections. For the others see
    /// [`Reader::size_of`](super::Reader::size_of).
    #[inline]
    pub const fn size(&self) -> Option<u32> {
        match self.kind() {
            Kind::Int
            | Kind::Struct
            | Kind::Union
            | Kind::Enum
            | Kind::DataSec
            | Kind::Float
            | Kind::Enum64 => Some(self.word),
            _ => None,
        }
    }

    /// The id of the one type that it is made from: what a pointer points to, what a typedef names, what a function
    /// returns, what a tag is on, the elements of an array.
    #[inline]
    pub fn target(&self) -> Option<u32> {
        match self.kind() {
            Kind::Ptr
            | Kind::Typedef
            | Kind::Volatile
            | Kind::Const
            | Kind::Restrict
            | Kind::Func
            | Kind::FuncProto
            | Kind::Var
            | Kind::DeclTag
            | Kind::TypeTag => Some(self.word),
            Kind::Array => self.payload.first_chunk().map(|word| self.order.one(word)),
            _ => None,
        }
    }

    /// All that the record says, by kind.
    #[inline]
    pub fn body(&self) -> Body<'a> {
        Body::of(self)
    }

    /// The members of a struct or union; of other kinds, none.
    #[inline]
    pub fn members(&self) -> Members<'a> {
        Members::of(self)
    }

    /// The values of an enum of either width; of other kinds, none.
    #[inline]
    pub fn values(&self) -> Values<'a> {
        Values::of(self)
    }

    /// The parameters of a prototype; of other kinds, none.
    #[inline]
    pub fn params(&self) -> Params<'a> {
        Params::of(self)
    }

    /// The variables of a section; of other kinds, none.
    #[inline]
    pub fn variables(&self) -> Variables<'a> {
        Variables::of(self)
    }

    /// The bytes behind the record's head, as they are: for kinds that this crate does not know.
    #[inline]
    pub const fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// The last word of the record's head: a size or the id of a type, as the kind has it.
    #[inline]
    pub const fn word(&self) -> u32 {
        self.word
    }
}

impl fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item")
            .field("id", &self.id())
            .field("name", &self.name())
            .field("body", &self.body())
            .finish()
    }
}
