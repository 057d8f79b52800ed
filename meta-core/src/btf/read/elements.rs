// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What types have several of: members, values, parameters, variables.
//!
//! The iterators go through the bytes behind a record's head, which end where the record does.

use core::fmt;
use core::iter::FusedIterator;

use super::item::Item;
use super::name::Name;
use super::number::Number;
use super::order::Order;
use super::strings::Strings;
use super::types::number;
use crate::btf::format::kind;

/// A member of a struct or union.
#[derive(Clone, Copy)]
pub struct Member<'a> {
    strings: Strings<'a>,
    name: u32,
    /// Id of its type.
    pub type_id: u32,
    /// Bits from the start of the struct to its first one.
    pub offset: u32,
    /// Width in bits if it is a bit-field, else 0: all of its type. Old compilers hide bit-fields in the type; see
    /// [`Reader::bit_range`](super::Reader::bit_range).
    pub bits: u8,
}

/// A value of an enum.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    strings: Strings<'a>,
    name: u32,
    /// The number itself.
    pub number: Number,
}

/// A parameter of a prototype.
#[derive(Clone, Copy)]
pub struct Param<'a> {
    strings: Strings<'a>,
    name: u32,
    /// Id of its type; 0 for the `...` at the end of a list.
    pub type_id: u32,
}

/// A variable's place in a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Id of the variable, or of a function declaration.
    pub type_id: u32,
    /// Bytes from the start of the section.
    pub offset: u32,
    /// Size in bytes.
    pub size: u32,
}

/// Members in the order of declaration. See [`Item::members`].
#[derive(Clone)]
pub struct Members<'a> {
    rest: &'a [u8],
    strings: Strings<'a>,
    order: Order,
    flag: bool,
}

/// Values in the order of declaration. See [`Item::values`].
#[derive(Clone)]
pub struct Values<'a> {
    rest: &'a [u8],
    strings: Strings<'a>,
    order: Order,
    signed: bool,
    wide: bool,
}

/// Parameters in the order of declaration. See [`Item::params`].
#[derive(Clone)]
pub struct Params<'a> {
    rest: &'a [u8],
    strings: Strings<'a>,
    order: Order,
}

/// Variables in the order of the section. See [`Item::variables`].
#[derive(Clone)]
pub struct Variables<'a> {
    rest: &'a [u8],
    order: Order,
}

impl<'a> Members<'a> {
    #[inline]
    pub(super) fn of(item: &Item<'a>) -> Self {
        Self {
            rest: only(
                item,
                matches!(number(item.info), kind::STRUCT | kind::UNION),
            ),
            strings: item.strings,
            order: item.order,
            flag: item.flag(),
        }
    }
}

impl<'a> Values<'a> {
    #[inline]
    pub(super) fn of(item: &Item<'a>) -> Self {
        Self {
            rest: only(item, matches!(number(item.info), kind::ENUM | kind::ENUM64)),
            strings: item.strings,
            order: item.order,
            signed: item.flag(),
            wide: number(item.info) == kind::ENUM64,
        }
    }
}

impl<'a> Params<'a> {
    #[inline]
    pub(super) fn of(item: &Item<'a>) -> Self {
        Self {
            rest: only(item, number(item.info) == kind::FUNC_PROTO),
            strings: item.strings,
            order: item.order,
        }
    }
}

impl<'a> Variables<'a> {
    #[inline]
    pub(super) fn of(item: &Item<'a>) -> Self {
        Self {
            rest: only(item, number(item.info) == kind::DATASEC),
            order: item.order,
        }
    }
}

#[inline]
fn only<'a>(item: &Item<'a>, of_this_kind: bool) -> &'a [u8] {
    if of_this_kind {
        item.payload
    } else {
        &[]
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    #[inline]
    fn next(&mut self) -> Option<Member<'a>> {
        let (record, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        let [name, type_id, word] = self.order.three(record);
        let (offset, bits) = if self.flag {
            (word & 0x00ff_ffff, (word >> 24) as u8)
        } else {
            (word, 0)
        };
        Some(Member {
            strings: self.strings,
            name,
            type_id,
            offset,
            bits,
        })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        exactly(self.rest.len() / 12)
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = Value<'a>;

    #[inline]
    fn next(&mut self) -> Option<Value<'a>> {
        let (name, number) = if self.wide {
            let (record, rest) = self.rest.split_first_chunk()?;
            self.rest = rest;
            let [name, low, high] = self.order.three(record);
            let bits = u64::from(high) << 32 | u64::from(low);
            (name, Number::wide(bits, self.signed))
        } else {
            let (record, rest) = self.rest.split_first_chunk()?;
            self.rest = rest;
            let [name, bits] = self.order.two(record);
            (name, Number::narrow(bits, self.signed))
        };
        Some(Value {
            strings: self.strings,
            name,
            number,
        })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        exactly(self.rest.len() / if self.wide { 12 } else { 8 })
    }
}

impl<'a> Iterator for Params<'a> {
    type Item = Param<'a>;

    #[inline]
    fn next(&mut self) -> Option<Param<'a>> {
        let (record, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        let [name, type_id] = self.order.two(record);
        Some(Param {
            strings: self.strings,
            name,
            type_id,
        })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        exactly(self.rest.len() / 8)
    }
}

impl Iterator for Variables<'_> {
    type Item = Variable;

    #[inline]
    fn next(&mut self) -> Option<Variable> {
        let (record, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        let [type_id, offset, size] = self.order.three(record);
        Some(Variable {
            type_id,
            offset,
            size,
        })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        exactly(self.rest.len() / 12)
    }
}

fn exactly(count: usize) -> (usize, Option<usize>) {
    (count, Some(count))
}

/// What has a name has the same three things to say about it.
macro_rules! named {
    ($element:ident, $($field:ident),+) => {
        impl<'a> $element<'a> {
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

            /// Whether there is a string at that offset.
            #[inline]
            pub(super) fn has_valid_name(&self) -> bool {
                self.strings.has(self.name)
            }
        }

        impl fmt::Debug for $element<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($element))
                    .field("name", &self.name())
                    $(.field(stringify!($field), &self.$field))+
                    .finish()
            }
        }
    };
}

named!(Member, type_id, offset, bits);
named!(Value, number);
named!(Param, type_id);

/// The iterators know how much is left, and print as the list of it.
macro_rules! list {
    ($($list:ident $(<$life:lifetime>)?),+) => {$(
        impl ExactSizeIterator for $list<'_> {}

        impl FusedIterator for $list<'_> {}

        impl fmt::Debug for $list<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.clone()).finish()
            }
        }
    )+};
}

list!(Members, Values, Params, Variables);

impl Param<'_> {
    /// Whether it is the `...` at the end of a list.
    #[inline]
    pub const fn is_variadic(&self) -> bool {
        self.name == 0 && self.type_id == 0
    }
}
