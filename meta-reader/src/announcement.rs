// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What one message of the family says about one queue.
//!
//! A message is taken as a whole or refused; attributes that a later kernel may have are passed over.

use std::sync::Arc;

use meta_core::announce::{attr, field, Reason};

use crate::error::Malformed;
use crate::layout::{Field, Layout};
use crate::netlink::{array, attributes, text, Attribute};

/// A queue's layout, as announced or as asked for.
///
/// # Examples
///
/// From the attributes of a message, as they stand in memory:
///
/// ```
/// use meta_reader::netlink::attributes;
/// use meta_reader::{Announcement, Malformed};
///
/// let attr = |kind: u16, value: &[u8]| {
///     let len = u16::try_from(4 + value.len()).unwrap();
///     let mut bytes = [&len.to_ne_bytes(), &kind.to_ne_bytes(), value].concat();
///     bytes.resize(bytes.len().next_multiple_of(4), 0);
///     bytes
/// };
/// let u32s = [(2, 3_u32), (3, 0), (4, 7), (5, 0x1234), (6, 8), (8, 3)];
/// let mut message: Vec<u8> = u32s.iter().flat_map(|(k, v)| attr(*k, &v.to_ne_bytes())).collect();
/// message.extend(attr(7, b"nic_rx_none\0"));
/// message.extend(attr(9, &5_u64.to_ne_bytes()));
/// message.extend(attr(11, &[]));
///
/// let announcement = Announcement::from_attributes(&attributes(&message)?)?;
/// assert_eq!((announcement.ifindex, announcement.generation), (3, 7));
/// assert_eq!(announcement.reason_name(), "features");
/// assert_eq!(announcement.layout.id(), 0x1234);
/// # Ok::<_, Malformed>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// Interface.
    pub ifindex: u32,
    /// Receive queue.
    pub queue: u32,
    /// Generation of the ring.
    pub generation: u32,
    /// Why: the number of a [`Reason`].
    pub reason: u32,
    /// When, in nanoseconds of `CLOCK_MONOTONIC`.
    pub time: u64,
    /// The layout of the ring's records from then on.
    pub layout: Arc<Layout>,
}

impl Announcement {
    /// Reads a message's attributes.
    ///
    /// # Errors
    ///
    /// When an attribute is missing or of the wrong length, or the layout cannot be.
    pub fn from_attributes(attributes: &[Attribute]) -> Result<Self, Malformed> {
        let all = Attributes(attributes);
        let fields = attributes.iter().filter(|a| a.kind == attr::FIELD);
        let fields: Result<Vec<Field>, _> = fields.map(|a| parse(&a.value)).collect();
        let size = narrow("the size of a record", all.number(attr::SIZE)?)?;
        Ok(Self {
            ifindex: all.number(attr::IFINDEX)?,
            queue: all.number(attr::QUEUE)?,
            generation: all.number(attr::GENERATION)?,
            reason: all.number(attr::REASON)?,
            time: u64::from_ne_bytes(array(all.find(attr::TIME)?)?),
            layout: Arc::new(Layout::new(
                all.number(attr::LAYOUT_ID)?,
                &text(all.find(attr::NAME)?),
                size,
                fields?,
                all.find(attr::BTF)?.to_vec(),
            )?),
        })
    }

    /// Name of the reason, as the family's specification has it; a number that this version does not know as it is.
    pub fn reason_name(&self) -> String {
        match Reason::from_number(self.reason) {
            Some(reason) => reason.name().to_owned(),
            None => self.reason.to_string(),
        }
    }

    /// Whether it is about the same ring as `other`, and a later change.
    pub fn supersedes(&self, other: &Self) -> bool {
        (self.ifindex, self.queue) == (other.ifindex, other.queue)
            && is_newer(self.generation, other.generation)
    }
}

/// Whether a generation is a later one; after 2^32 - 1 of them they begin again.
pub(crate) fn is_newer(generation: u32, than: u32) -> bool {
    let distance = generation.wrapping_sub(than);
    distance != 0 && distance < 1 << 31
}

/// The attributes of one message or nest.
struct Attributes<'a>(&'a [Attribute]);

impl<'a> Attributes<'a> {
    fn try_find(&self, kind: u16) -> Option<&'a [u8]> {
        let found = self.0.iter().find(|a| a.kind == kind);
        found.map(|a| &a.value[..])
    }

    fn find(&self, kind: u16) -> Result<&'a [u8], Malformed> {
        self.try_find(kind).ok_or(Malformed::Missing(kind))
    }

    fn number(&self, kind: u16) -> Result<u32, Malformed> {
        Ok(u32::from_ne_bytes(array(self.find(kind)?)?))
    }

    /// 0 if it is not there.
    fn number_or_zero(&self, kind: u16) -> Result<u32, Malformed> {
        match self.try_find(kind) {
            Some(value) => Ok(u32::from_ne_bytes(array(value)?)),
            None => Ok(0),
        }
    }
}

fn parse(nest: &[u8]) -> Result<Field, Malformed> {
    let all = attributes(nest)?;
    let all = Attributes(&all);
    Ok(Field {
        id: narrow("a field's id", all.number(field::ID)?)?,
        name: text(all.find(field::NAME)?),
        offset: narrow("a field's offset", all.number(field::OFFSET)?)?,
        size: narrow("a field's size", all.number(field::SIZE)?)?,
        present: narrow("a present bit", all.number(field::PRESENT)?)?,
        bit: narrow("the first bit of a field", all.number_or_zero(field::BIT)?)?,
        bits: narrow("a field's bits", all.number_or_zero(field::BITS)?)?,
    })
}

fn narrow<T: TryFrom<u32>>(what: &'static str, is: u32) -> Result<T, Malformed> {
    T::try_from(is).map_err(|_| Malformed::Number { what, is })
}

#[cfg(feature = "serde")]
impl serde::Serialize for Announcement {
    /// One flat object: all numbers in decimal, the reason by name, no BTF.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut object = serializer.serialize_struct("Announcement", 9)?;
        object.serialize_field("ifindex", &self.ifindex)?;
        object.serialize_field("queue", &self.queue)?;
        object.serialize_field("generation", &self.generation)?;
        object.serialize_field("layout_id", &self.layout.id())?;
        object.serialize_field("layout", self.layout.name())?;
        object.serialize_field("size", &self.layout.size())?;
        object.serialize_field("reason", &self.reason_name())?;
        object.serialize_field("time_ns", &self.time)?;
        object.serialize_field("fields", self.layout.fields())?;
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(kind: u16, value: &[u8]) -> Attribute {
        let value = value.to_vec();
        Attribute { kind, value }
    }

    fn nest(list: &[(u16, u32)], name: &[u8]) -> Vec<u8> {
        let put = |kind: u16, value: &[u8]| {
            let len = u16::try_from(4 + value.len()).unwrap();
            let mut bytes = [&len.to_ne_bytes(), &kind.to_ne_bytes(), value].concat();
            bytes.resize(bytes.len().next_multiple_of(4), 0);
            bytes
        };
        let numbers = list.iter().flat_map(|(k, v)| put(*k, &v.to_ne_bytes()));
        numbers.chain(put(field::NAME, name)).collect()
    }

    /// A hash at 0 and four bits at 4, in a record of 16.
    fn message() -> Vec<Attribute> {
        let number = |kind, value: u32| attribute(kind, &value.to_ne_bytes());
        let bits = [(1, 0x8001), (3, 4), (4, 1), (5, 1), (6, 2), (7, 4)];
        vec![
            number(attr::IFINDEX, 2),
            number(attr::QUEUE, 1),
            number(attr::GENERATION, 0x1_0003),
            number(attr::LAYOUT_ID, 0x55),
            number(attr::SIZE, 16),
            attribute(attr::NAME, b"nic_rx_hash\0"),
            number(attr::REASON, 77),
            attribute(attr::TIME, &9_u64.to_ne_bytes()),
            attribute(
                attr::FIELD,
                &nest(&[(1, 2), (3, 0), (4, 4), (5, 0)], b"rx_hash\0"),
            ),
            attribute(attr::FIELD, &nest(&bits, b"kind\0")),
            attribute(attr::BTF, &[1, 2, 3]),
        ]
    }

    #[test]
    fn a_message_says_all_of_it() {
        let got = Announcement::from_attributes(&message()).unwrap();
        assert_eq!((got.ifindex, got.queue, got.generation), (2, 1, 0x1_0003));
        assert_eq!((got.time, &*got.reason_name()), (9, "77"));
        assert_eq!((got.layout.id(), got.layout.size()), (0x55, 16));
        assert_eq!(got.layout.btf(), [1, 2, 3]);
        let kind = got.layout.named("kind").unwrap();
        assert_eq!((kind.id, kind.bit, kind.bits), (0x8001, 2, 4));
    }

    #[test]
    fn every_attribute_is_needed_and_others_are_not() {
        for without in 0..message().len() {
            let mut message = message();
            let gone = message.remove(without).kind;
            let got = Announcement::from_attributes(&message);
            match gone {
                attr::FIELD => assert_eq!(got.unwrap().layout.fields().len(), 1),
                _ => assert_eq!(got, Err(Malformed::Missing(gone))),
            }
        }
        let more = [message(), vec![attribute(99, &[1])]].concat();
        assert!(Announcement::from_attributes(&more).is_ok());
    }

    #[test]
    fn wrong_lengths_and_numbers_are_refused() {
        let with = |index: usize, value: &[u8]| {
            let mut message = message();
            message[index].value = value.to_vec();
            Announcement::from_attributes(&message)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(with(0, &[1, 2]), "2 bytes where 4 belong");
        assert_eq!(with(7, &[0; 4]), "4 bytes where 8 belong");
        let too_large = 0x1_0010_u32.to_ne_bytes();
        assert!(with(4, &too_large).contains("size of a record cannot be 65552"));
        assert!(with(5, b"\xff\xff\0").contains("no name"));
        assert!(with(8, &[200, 0, 1, 0]).contains("not well formed"));
        assert!(with(8, &[]).contains("attribute 1 is missing"));
        let outside = nest(&[(1, 2), (3, 6), (4, 4), (5, 0)], b"rx_hash\0");
        assert!(with(8, &outside).contains("`rx_hash` of 4 bytes at 6"));
        let far = nest(&[(1, 2), (3, u32::MAX), (4, 4), (5, 0)], b"rx_hash\0");
        assert!(with(8, &far).contains("offset cannot be 4294967295"));
    }

    #[test]
    fn generations_go_round() {
        assert!(is_newer(3, 2) && !is_newer(2, 3) && !is_newer(2, 2));
        assert!(is_newer(1, u32::MAX) && !is_newer(u32::MAX, 1));
    }
}
