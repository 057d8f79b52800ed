// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Sets of fields from bytes, and what must be true of each once it is packed.
//!
//! The checks are made anew here, on a map of bits: that a layout calls itself packed proves nothing.

use meta_core::field::Field;
use meta_core::layout::{content_id, pack, Layout, MAX_FIELDS};
use meta_core::trailer::Trailer;
use meta_core::ty::{Composite, Enum, Kind, Type};

const KINDS: [Kind; 14] = [
    Kind::U8,
    Kind::U16,
    Kind::U32,
    Kind::U64,
    Kind::S8,
    Kind::S16,
    Kind::S32,
    Kind::S64,
    Kind::Be16,
    Kind::Be32,
    Kind::Be64,
    Kind::Le16,
    Kind::Le32,
    Kind::Le64,
];

/// Structs of every alignment.
static STRUCTS: [Composite; 4] = [
    composite(3, 1),
    composite(6, 2),
    composite(12, 4),
    composite(24, 8),
];

static UNION: Composite = composite(8, 4);

static ENUM: Enum = Enum {
    name: "e",
    kind: Kind::U16,
    values: &[],
};

static ELEMENTS: [Type; 7] = [
    Type::U8,
    Type::U16,
    Type::U32,
    Type::U64,
    Type::BE16,
    Type::Struct(&STRUCTS[2]),
    Type::Enum(&ENUM),
];

static NAMES: [&str; MAX_FIELDS] = [
    "f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12", "f13", "f14",
    "f15",
];

const fn composite(size: usize, align: usize) -> Composite {
    Composite {
        name: "c",
        size,
        align,
        members: &[],
    }
}

/// A field of three bytes: its type, how many elements or bits, its id.
fn field(index: usize, bytes: [u8; 3]) -> Field {
    let [what, many, id] = bytes;
    let (ty, bits) = match usize::from(what) {
        kind @ 0..=13 => (Type::Int(KINDS[kind]), 0),
        element @ 14..=20 => {
            let len = usize::from(many % 9) + 1;
            (Type::Array(&ELEMENTS[element - 14], len), 0)
        }
        composite @ 21..=24 => (Type::Struct(&STRUCTS[composite - 21]), 0),
        25 => (Type::Union(&UNION), 0),
        26 => (Type::Enum(&ENUM), 0),
        // Bit-fields of unsigned integers, of any width that the type has.
        unsigned => {
            let ty = Type::Int(KINDS[unsigned % 4]);
            (ty, many % (ty.size() as u8 * 8) + 1)
        }
    };
    // Ids of which some are the same, now and then.
    let id = if id < 250 { index as u16 } else { 3 } + 1;
    Field::new(id, NAMES[index], ty).bits(bits)
}

/// The set that the bytes stand for.
pub fn fields(data: &[u8]) -> Vec<Field> {
    data.chunks_exact(3)
        .take(MAX_FIELDS)
        .enumerate()
        .map(|(index, bytes)| field(index, [bytes[0], bytes[1], bytes[2]]))
        .collect()
}

/// Packs a set, and looks at what comes out.
pub fn check(fields: &[Field]) {
    macro_rules! with_length {
        ($($length:literal)*) => {
            match fields.len() {
                $($length => whole::<$length>(fields),)*
                _ => unreachable!("there are no more than 16"),
            }
        };
    }
    with_length!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
}

fn whole<const N: usize>(fields: &[Field]) {
    let given: [Field; N] = fields.try_into().expect("the length was matched");
    let packed = pack(given);
    assert_eq!(pack(packed), packed, "packing again changes something");
    same_fields(&given, &packed);
    in_their_places(&packed);
    with_layout(&packed, |layout| {
        sizes(layout);
        says_so(layout);
    });
}

/// Each field is there as it was given but for its place, and fields that are alike keep their order.
fn same_fields(given: &[Field], packed: &[Field]) {
    let rank = |field: &Field| match field.bits {
        0 => 8 - field.ty.align(),
        _ => 8,
    };
    let mut expected = given.to_vec();
    expected.sort_by_key(rank);
    for (index, (packed, given)) in packed.iter().zip(&expected).enumerate() {
        let moved = Field {
            offset: packed.offset,
            bit: packed.bit,
            present: packed.present,
            ..*given
        };
        assert_eq!(*packed, moved);
        assert_eq!(usize::from(packed.present), index);
    }
}

/// No bit is used twice, none is wasted that C would use, and each field is where its type may be.
fn in_their_places(packed: &[Field]) {
    let mut end = 0;
    let mut used = Vec::new();
    for field in packed {
        let (first, behind) = (field.first_bit(), field.end_bit());
        assert!(first >= end, "fields overlap");
        used.resize(behind, false);
        for bit in first..behind {
            assert!(!std::mem::replace(&mut used[bit], true));
        }
        let unit = field.size() * 8;
        if field.bits == 0 {
            assert_eq!(field.bit, 0);
            assert_eq!(first, end, "a hole");
            assert_eq!(usize::from(field.offset) % field.ty.align(), 0);
        } else {
            assert!(field.bit < 8);
            assert_eq!(first / unit, (behind - 1) / unit, "across a unit");
            let width = usize::from(field.bits);
            assert!(first == end || end % unit + width > unit, "a hole");
            assert!(first == end || first % unit == 0, "a hole");
        }
        end = behind;
    }
}

fn sizes(layout: &Layout) {
    let end = layout.fields.last().map_or(0, Field::end);
    let trailer = layout.trailer_offset();
    assert!(layout.size % 8 == 0 && trailer >= end && trailer < end + 8);
    assert_eq!(usize::from(layout.size), trailer + Trailer::SIZE);
    assert!(layout.id != 0 && layout.id >> 31 == 0);
    assert_eq!(layout.id, content_id(layout.name, layout.fields));
}

/// What the layout says of itself is so.
fn says_so(layout: &Layout) {
    assert!(layout.is_aligned());
    let bits: Vec<&Field> = layout
        .fields
        .iter()
        .filter(|field| field.bits != 0)
        .collect();
    assert_eq!(
        layout.is_packed(),
        layout.bits_len() <= 8 || bits.is_empty()
    );
    let mut ids: Vec<u16> = layout.fields.iter().map(|field| field.id).collect();
    ids.sort_unstable();
    ids.dedup();
    let unambiguous = ids.len() == layout.fields.len();
    assert_eq!(layout.is_unambiguous(), unambiguous);
    if !unambiguous {
        return;
    }
    let mut used = 0_u64;
    for field in layout.fields {
        assert_eq!(layout.field(field.id), Some(field));
        assert_eq!(layout.offset(field.id), usize::from(field.offset));
        assert_eq!(layout.present(field.id), 1 << field.present);
        if field.bits != 0 && layout.bits_len() <= 8 {
            let mask = u64::MAX >> (64 - field.bits) << layout.shift(field.id);
            assert_eq!((used & mask, mask.count_ones()), (0, u32::from(field.bits)));
            used |= mask;
        }
    }
}

/// A layout's fields live for ever; these live as long as one check takes, or a long run would fill the memory.
fn with_layout(packed: &[Field], check: impl FnOnce(&Layout)) {
    let fields: &'static mut [Field] = Box::leak(packed.into());
    let pointer: *mut [Field] = fields;
    // SAFETY: The pointer is that of a leaked box, to initialised fields. The reference ends before the box is taken back.
    let layout = Layout::new("fuzz", 0, unsafe { &*pointer });
    check(&layout);
    // SAFETY: It came from a box above, and `layout`, the only one to refer to it, is not used again: `check` cannot have
    // kept what it had borrowed.
    drop(unsafe { Box::from_raw(pointer) });
}
