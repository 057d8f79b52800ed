// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A layout as the kernel tells it: where each field is in a record.
//!
//! All of it is checked once, when it is made; a reader that was given one never looks outside of a record.

use meta_core::binding::Binding;
use meta_core::layout::MAX_FIELDS;
use meta_core::trailer::Trailer;

use crate::error::Malformed;

/// Largest record that is believed in: the room that XDP has in front of a packet.
pub const MAX_RECORD: u16 = 256;

/// One field of a layout.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Field {
    /// Identity: one of [`meta_core::hint`], or a driver's own from 0x8000 on.
    pub id: u16,
    /// Name.
    pub name: String,
    /// Bytes from the start of the record; of a bit-field, to the byte that its first bit is in.
    pub offset: u16,
    /// Bytes; of a bit-field, those of its declared type.
    pub size: u16,
    /// Number of its bit in the trailer's `present`.
    pub present: u8,
    /// First bit of a bit-field in its byte, as C allocates bits.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "is_zero"))]
    pub bit: u8,
    /// Width of a bit-field; 0 if it is none.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "is_zero"))]
    pub bits: u8,
}

#[cfg(feature = "serde")]
#[allow(clippy::trivially_copy_pass_by_ref, reason = "what serde calls")]
fn is_zero(number: &u8) -> bool {
    *number == 0
}

/// A layout.
///
/// # Invariants
///
/// If the id is 0, records are off: there are no fields, and the size is 0. Otherwise the size is a multiple of 8 from 8 to
/// [`MAX_RECORD`]; every field ends before the trailer, has a bit of `present` and an id of its own, and a bit-field is in
/// at most eight bytes.
///
/// # Examples
///
/// ```
/// use meta_reader::{Field, Layout, Malformed};
///
/// let hash = Field { id: 2, name: "rx_hash".into(), offset: 0, size: 4, present: 0, bit: 0, bits: 0 };
/// let layout = Layout::new(0x1234, "nic_rx_hash", 16, vec![hash.clone()], vec![])?;
/// assert_eq!(layout.field(2), Some(&hash));
/// assert_eq!(layout.field(4), None);
///
/// let outside = Layout::new(0x1234, "nic_rx_hash", 8, vec![hash], vec![]);
/// assert!(matches!(outside, Err(Malformed::Outside { .. })));
/// # Ok::<_, Malformed>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    id: u32,
    name: String,
    size: u16,
    fields: Vec<Field>,
    btf: Vec<u8>,
}

impl Layout {
    /// A layout of these fields; `btf` is not looked into.
    ///
    /// # Errors
    ///
    /// Says what cannot be.
    pub fn new(
        id: u32,
        name: &str,
        size: u16,
        fields: Vec<Field>,
        btf: Vec<u8>,
    ) -> Result<Self, Malformed> {
        check_name(name)?;
        if id == 0 {
            if size != 0 {
                return Err(Malformed::NotEmpty("a size"));
            }
            if !fields.is_empty() {
                return Err(Malformed::NotEmpty("fields"));
            }
        } else if size % 8 != 0 || !(TRAILER..=MAX_RECORD).contains(&size) {
            return Err(Malformed::Size(size));
        }
        if fields.len() > MAX_FIELDS {
            return Err(Malformed::Fields(fields.len()));
        }
        for (index, field) in fields.iter().enumerate() {
            check(field, size)?;
            for other in fields.iter().take(index) {
                let what = match field {
                    _ if field.id == other.id => "id",
                    _ if field.present == other.present => "present bit",
                    _ => continue,
                };
                let name = field.name.clone();
                return Err(Malformed::Twice { name, what });
            }
        }
        // INVARIANT: All of it was checked.
        Ok(Self {
            id,
            name: name.to_owned(),
            size,
            fields,
            btf,
        })
    }

    /// Content hash; 0 while records are off.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Name of the BTF struct.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes of a record, trailer included.
    pub fn size(&self) -> u16 {
        self.size
    }

    /// The fields, in the order in which they were told.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The layout's own BTF, as it was told.
    pub fn btf(&self) -> &[u8] {
        &self.btf
    }

    /// The field with an id.
    pub fn field(&self, id: u16) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// Where the field with an id is, in the form that readers in the kernel take (`meta-bpf`, the module's kfunc). `None` if the
    /// layout does not have it, or it is further from the packet than the form has room for.
    ///
    /// ```
    /// use meta_core::binding::Binding;
    /// use meta_reader::{Field, Layout};
    ///
    /// let hash = Field { id: 2, name: "rx_hash".into(), offset: 0, size: 4, present: 0, bit: 0, bits: 0 };
    /// let layout = Layout::new(0x1234, "nic_rx_hash", 16, vec![hash], vec![])?;
    /// let place = Binding { distance: 16, size: 4, present: 0, bit: 0, bits: 0 };
    /// assert_eq!((layout.binding(2), layout.binding(4)), (Some(place), None));
    /// # Ok::<_, meta_reader::Malformed>(())
    /// ```
    pub fn binding(&self, id: u16) -> Option<Binding> {
        let field = self.field(id)?;
        Some(Binding {
            distance: self.size.checked_sub(field.offset)?.try_into().ok()?,
            size: field.size.try_into().ok()?,
            present: field.present,
            bit: field.bit,
            bits: field.bits,
        })
    }

    /// The field with a name.
    pub fn named(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// Bytes of the trailer.
const TRAILER: u16 = Trailer::SIZE as u16;

/// What a C compiler, a terminal and a file name can take.
fn check_name(name: &str) -> Result<(), Malformed> {
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_name
        .then_some(())
        .ok_or_else(|| Malformed::Name(name.to_owned()))
}

fn check(field: &Field, record: u16) -> Result<(), Malformed> {
    check_name(&field.name)?;
    if usize::from(field.present) >= MAX_FIELDS {
        return Err(Malformed::Number {
            what: "a present bit",
            is: field.present.into(),
        });
    }
    let (offset, size) = (u32::from(field.offset), u32::from(field.size));
    let taken = match field.bits {
        0 => size,
        bits => {
            let end = u32::from(field.bit) + u32::from(bits);
            if field.bit > 7 || u32::from(bits) > size * 8 || end > 64 {
                return Err(Malformed::Bits {
                    name: field.name.clone(),
                    bit: field.bit,
                    bits,
                    size: field.size,
                });
            }
            end.div_ceil(8)
        }
    };
    if size == 0 || offset + taken > u32::from(record.saturating_sub(TRAILER)) {
        return Err(Malformed::Outside {
            name: field.name.clone(),
            offset: field.offset,
            size: field.size,
            record,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(id: u16, offset: u16, size: u16) -> Field {
        Field {
            id,
            name: format!("f{id}"),
            offset,
            size,
            present: id.to_le_bytes()[0],
            bit: 0,
            bits: 0,
        }
    }

    fn of(size: u16, fields: &[Field]) -> Result<Layout, Malformed> {
        Layout::new(7, "x", size, fields.to_vec(), Vec::new())
    }

    #[test]
    fn fields_may_fill_all_up_to_the_trailer() {
        assert!(of(24, &[field(0, 0, 8), field(1, 8, 8)]).is_ok());
        assert!(of(8, &[]).is_ok());
    }

    #[test]
    fn a_field_that_is_not_before_the_trailer_is_refused() {
        for (offset, size) in [(0, 17), (9, 8), (16, 1), (u16::MAX, u16::MAX), (0, 0)] {
            let error = of(24, &[field(1, offset, size)]).unwrap_err();
            assert!(matches!(error, Malformed::Outside { .. }), "{error}");
            assert!(error.to_string().contains("`f1`"), "{error}");
        }
    }

    #[test]
    fn sizes_that_no_record_has_are_refused() {
        for size in [0, 4, 12, 264, 65528] {
            assert_eq!(of(size, &[]), Err(Malformed::Size(size)));
        }
    }

    #[test]
    fn a_bit_field_reaches_over_no_more_than_eight_bytes_of_its_type() {
        let bits = |bit, bits, size| {
            let plain = field(1, 0, size);
            of(24, &[Field { bit, bits, ..plain }])
        };
        assert!(bits(7, 8, 2).is_ok() && bits(0, 64, 8).is_ok());
        for (bit, width, size) in [(8, 1, 1), (0, 9, 1), (1, 64, 8), (0, 255, 64)] {
            let error = bits(bit, width, size).unwrap_err();
            assert!(matches!(error, Malformed::Bits { .. }), "{error}");
        }
    }

    #[test]
    fn no_two_fields_are_one() {
        let twice = |second: Field| of(24, &[field(1, 0, 4), second]).unwrap_err().to_string();
        assert!(twice(field(1, 4, 4)).ends_with("the id of another"));
        let shared = Field {
            present: 1,
            ..field(2, 4, 4)
        };
        assert!(twice(shared).ends_with("the present bit of another"));
        let many: Vec<Field> = (0..17).map(|id| field(id, 0, 1)).collect();
        assert_eq!(of(24, &many), Err(Malformed::Fields(17)));
        let beyond = of(24, &[field(16, 0, 1)]).unwrap_err();
        assert_eq!(beyond.to_string(), "a present bit cannot be 16");
    }

    #[test]
    fn records_that_are_off_have_nothing() {
        assert!(Layout::new(0, "off", 0, Vec::new(), Vec::new()).is_ok());
        assert!(Layout::new(0, "off", 8, Vec::new(), Vec::new()).is_err());
        assert!(Layout::new(0, "off", 0, vec![field(1, 0, 4)], Vec::new()).is_err());
    }

    #[test]
    fn names_are_names() {
        for name in ["", "a b", "\u{1b}[2J", "x\n"] {
            let refused = Layout::new(7, name, 8, Vec::new(), Vec::new());
            assert_eq!(refused, Err(Malformed::Name(name.to_owned())));
        }
    }
}
