// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A layout as a BTF struct, and the blob that holds nothing else.
//!
//! The struct has a member for each field and three for the trailer. Tags say what C types can not: which present bit and
//! which hint belong to a member.

use super::encode::{kind, Encoder};
use super::scalars::Scalars;
use crate::layout::Layout;
use crate::trailer::Trailer;
use crate::ty::{Kind, Type};

/// Room for the types of one layout of [`MAX_FIELDS`](crate::layout::MAX_FIELDS) fields, and for its strings.
const CAP: usize = 2048;

/// Members of the trailer: name, kind, offset in the trailer.
pub(super) const TRAILER: [(&str, Kind, usize); 3] = [
    ("layout_id", Kind::U32, Trailer::LAYOUT_ID),
    ("generation", Kind::U16, Trailer::GENERATION),
    ("present", Kind::U16, Trailer::PRESENT),
];

/// Stand-alone BTF of one layout.
#[derive(Clone, Copy)]
pub struct Blob(Encoder<CAP>);

impl Blob {
    /// Number of bytes.
    #[expect(clippy::len_without_is_empty, reason = "there is always a header")]
    pub const fn len(&self) -> usize {
        self.0.total()
    }

    /// The bytes. More of them than [`len`](Self::len) make a longer string section, which is still valid: so blobs of
    /// several layouts can have one size, as files in sysfs must.
    ///
    /// # Panics
    ///
    /// If `N` is less than [`len`](Self::len).
    pub const fn bytes<const N: usize>(&self) -> [u8; N] {
        self.0.bytes()
    }
}

impl core::fmt::Debug for Blob {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Blob({} bytes)", self.len())
    }
}

/// Stand-alone BTF of a layout: its struct, and the integer types that the members have.
///
/// It is meant for constants: the encoder's buffers are larger than what one wants on a kernel stack.
///
/// # Panics
///
/// If names are so long that the layout does not fit into 2048 bytes of strings.
///
/// # Examples
///
/// ```
/// use meta_core::btf::{layout_blob, Blob};
/// use meta_core::layout::Layout;
///
/// const NONE: Layout = Layout::new("nic_rx_none", 0, &[]);
/// const BLOB: Blob = layout_blob(&NONE);
/// static BYTES: [u8; BLOB.len()] = BLOB.bytes();
///
/// assert_eq!(BYTES[..2], 0xeb9f_u16.to_ne_bytes());
/// ```
pub const fn layout_blob(layout: &Layout) -> Blob {
    let mut encoder = Encoder::stand_alone();
    structure(&mut encoder, &mut Scalars::new(), layout, &[]);
    Blob(encoder)
}

/// The greatest of some lengths: the size that fits the blobs of all layouts.
///
/// # Examples
///
/// ```
/// assert_eq!(meta_core::btf::longest(&[3, 9, 4]), 9);
/// ```
pub const fn longest(lengths: &[usize]) -> usize {
    let mut longest = 0;
    let mut i = 0;
    while i < lengths.len() {
        if lengths[i] > longest {
            longest = lengths[i];
        }
        i += 1;
    }
    longest
}

/// Adds a layout's struct with its tags; gives the struct's id. With `knobs`, members are also tagged with those behind
/// which they are.
pub(super) const fn structure<const CAP: usize>(
    encoder: &mut Encoder<CAP>,
    scalars: &mut Scalars,
    layout: &Layout,
    knobs: &[&str],
) -> u32 {
    let fields = layout.fields;
    let mut i = 0;
    while i < fields.len() {
        scalars.of(encoder, scalar(&fields[i].ty));
        i += 1;
    }
    let mut i = 0;
    while i < TRAILER.len() {
        scalars.of(encoder, TRAILER[i].1);
        i += 1;
    }

    let name = encoder.name(layout.name);
    let members = fields.len() + TRAILER.len();
    let id = encoder.composite(kind::STRUCT, name, members, layout.size as usize);
    let mut i = 0;
    while i < fields.len() {
        let target = scalars.of(encoder, scalar(&fields[i].ty));
        encoder.member(fields[i].name, target, fields[i].offset as usize);
        i += 1;
    }
    let mut i = 0;
    while i < TRAILER.len() {
        let (name, kind, offset) = TRAILER[i];
        let target = scalars.of(encoder, kind);
        encoder.member(name, target, layout.trailer_offset() + offset);
        i += 1;
    }

    encoder.strings.push("layout_id:");
    encoder.strings.push_hex(layout.id);
    let text = encoder.finish_name();
    encoder.tag(text, id, None);
    let mut i = 0;
    while i < fields.len() {
        tags(encoder, id, layout, i, knobs);
        i += 1;
    }
    id
}

/// Adds the tags of one field.
const fn tags<const CAP: usize>(
    encoder: &mut Encoder<CAP>,
    target: u32,
    layout: &Layout,
    index: usize,
    knobs: &[&str],
) {
    let field = &layout.fields[index];
    encoder.strings.push("present:");
    encoder.strings.push_decimal(field.present);
    let text = encoder.finish_name();
    encoder.tag(text, target, Some(index));
    if !field.hint.is_empty() {
        tag(encoder, "hint:", field.hint, target, index);
    }
    if !field.unit.is_empty() {
        tag(encoder, "unit:", field.unit, target, index);
    }
    let mut i = 0;
    while i < knobs.len() {
        if field.knobs & (1 << i) != 0 {
            tag(encoder, "knob:", knobs[i], target, index);
        }
        i += 1;
    }
}

const fn tag<const CAP: usize>(
    encoder: &mut Encoder<CAP>,
    key: &str,
    value: &str,
    target: u32,
    member: usize,
) {
    encoder.strings.push(key);
    encoder.strings.push(value);
    let text = encoder.finish_name();
    encoder.tag(text, target, Some(member));
}

const fn scalar(ty: &Type) -> Kind {
    match ty {
        Type::Int(kind) => *kind,
        _ => panic!("BTF: not an integer"),
    }
}
