// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A layout as a BTF struct, and the blob that holds nothing else.
//!
//! The struct has a member for each field and three for the trailer. Tags say what C types can not: which present bit,
//! hint, unit and knobs belong to a member.

use super::format::kind;
use super::write::{Builder, Id};
use crate::field::Field;
use crate::layout::Layout;
use crate::trailer::Trailer;
use crate::ty::Kind;

/// Room for the types of one layout of [`MAX_FIELDS`](crate::layout::MAX_FIELDS) fields, and for its strings.
const CAP: usize = 4096;

/// Members of the trailer: name, kind, offset in the trailer.
const TRAILER: [(&str, Kind, usize); 3] = [
    ("layout_id", Kind::U32, Trailer::LAYOUT_ID),
    ("generation", Kind::U16, Trailer::GENERATION),
    ("present", Kind::U16, Trailer::PRESENT),
];

/// Stand-alone BTF of one layout.
#[derive(Clone, Copy)]
pub struct Blob(Builder<CAP>);

impl Blob {
    /// Number of bytes.
    #[expect(clippy::len_without_is_empty, reason = "there is always a header")]
    pub const fn len(&self) -> usize {
        self.0.len()
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

/// Stand-alone BTF of a layout: its struct, and the types that the members have.
///
/// It is meant for constants: the builder's tables are larger than what one wants on a kernel stack.
///
/// # Panics
///
/// If types or names are so many that the layout does not fit into 4096 bytes of either.
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
    let mut btf = Builder::new();
    structure(&mut btf, layout, &[]);
    Blob(btf)
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
    btf: &mut Builder<CAP>,
    layout: &Layout,
    knobs: &[&str],
) -> Id {
    let fields = layout.fields;
    let count = fields.len() + TRAILER.len();
    let mut has_bits = false;
    let mut i = 0;
    while i < fields.len() {
        let id = btf.describe(&fields[i].ty);
        btf.wait(id);
        has_bits |= fields[i].bits != 0;
        i += 1;
    }
    let mut i = 0;
    while i < TRAILER.len() {
        let id = btf.scalar(TRAILER[i].1);
        btf.wait(id);
        i += 1;
    }

    let name = btf.text(layout.name);
    btf.begin_composite(kind::STRUCT, name, layout.size as usize, count, has_bits);
    let mut i = 0;
    while i < fields.len() {
        let (ty, field) = (btf.waiting(count, i), &fields[i]);
        let offset = bits(field.first_bit());
        btf.member(field.name, ty, offset, field.bits, has_bits);
        i += 1;
    }
    let mut i = 0;
    while i < TRAILER.len() {
        let ty = btf.waiting(count, fields.len() + i);
        let (name, _, offset) = TRAILER[i];
        let offset = bits((layout.trailer_offset() + offset) * 8);
        btf.member(name, ty, offset, 0, has_bits);
        i += 1;
    }
    btf.release(count);
    let id = btf.finish();

    btf.strings.push("layout_id:");
    btf.strings.push_hex(layout.id);
    btf.finish_tag(id, None);
    let mut i = 0;
    while i < fields.len() {
        tags(btf, id, &fields[i], i, knobs);
        i += 1;
    }
    id
}

/// Adds the tags of one field.
const fn tags<const CAP: usize>(
    btf: &mut Builder<CAP>,
    target: Id,
    field: &Field,
    index: usize,
    knobs: &[&str],
) {
    btf.strings.push("present:");
    btf.strings.push_decimal(field.present);
    btf.finish_tag(target, Some(index));
    if !field.hint.is_empty() {
        tag(btf, "hint:", field.hint, target, index);
    }
    if !field.unit.is_empty() {
        tag(btf, "unit:", field.unit, target, index);
    }
    let mut i = 0;
    while i < knobs.len() {
        if field.knobs >> i & 1 != 0 {
            tag(btf, "knob:", knobs[i], target, index);
        }
        if field.unless >> i & 1 != 0 {
            tag(btf, "knob:!", knobs[i], target, index);
        }
        i += 1;
    }
}

const fn tag<const CAP: usize>(
    btf: &mut Builder<CAP>,
    key: &str,
    value: &str,
    target: Id,
    member: usize,
) {
    btf.strings.push(key);
    btf.strings.push(value);
    btf.finish_tag(target, Some(member));
}

/// Bits from the start of a record, which has at most 65535 bytes.
const fn bits(offset: usize) -> u32 {
    let [a, b, c, d, ..] = offset.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}
