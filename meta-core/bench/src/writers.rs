// SPDX-License-Identifier: GPL-2.0

//! Ways to make a record, all with the same signature, called through the same kind of pointer.

use meta_core::layout::Layout;
use meta_core::meta::{Visitor, Writer, XdpMeta};
use meta_core::trailer::Trailer;
use meta_core::value::ByteArray as _;

use crate::record::{Descriptor, Meta};

/// Bytes of the record.
pub const SIZE: usize = 24;

/// A way to make a record.
pub type Make = unsafe extern "C" fn(&Descriptor, u16, &mut [u8; SIZE]);

/// All of them, by what is in the names that the profiler sees.
pub fn writers() -> Vec<(&'static str, Make)> {
    vec![
        ("derived_writer", derived()),
        #[cfg(clang)]
        ("clang_twin_selects", clang_twin_selects),
        #[cfg(clang)]
        ("clang_twin_branches", clang_twin_branches),
        ("cc_twin_selects", cc_twin_selects),
        ("cc_twin_branches", cc_twin_branches),
        ("accessors", accessors),
    ]
}

extern "C" {
    fn cc_twin_selects(source: &Descriptor, generation: u16, record: &mut [u8; SIZE]);
    fn cc_twin_branches(source: &Descriptor, generation: u16, record: &mut [u8; SIZE]);
    static cc_twin_layout_id: u32;
}

#[cfg(clang)]
extern "C" {
    fn clang_twin_selects(source: &Descriptor, generation: u16, record: &mut [u8; SIZE]);
    fn clang_twin_branches(source: &Descriptor, generation: u16, record: &mut [u8; SIZE]);
}

/// The layout id that is in the C twin's source.
pub fn twin_id() -> u32 {
    // SAFETY: A constant of twin.c.
    unsafe { cc_twin_layout_id }
}

/// The layout of all four fields.
pub fn layout() -> &'static Layout {
    Meta::layout(3)
}

/// What the derive makes, chosen once, as a driver does.
pub fn derived() -> Make {
    struct Choose;

    impl Visitor<Meta> for Choose {
        type Output = Make;

        fn visit<W: Writer<Descriptor>>(self) -> Make {
            derived_writer::<W>
        }
    }

    Meta::select(3, Choose)
}

extern "C" fn derived_writer<W: Writer<Descriptor>>(
    source: &Descriptor,
    generation: u16,
    record: &mut [u8; SIZE],
) {
    if let Ok(bytes) = W::record(source, generation).as_bytes().try_into() {
        *record = bytes;
    }
}

/// What code does that is the same for all layouts: a call for each field, which looks up where it goes.
#[no_mangle]
pub extern "C" fn accessors(source: &Descriptor, generation: u16, record: &mut [u8; SIZE]) {
    let layout = layout();
    *record = [0; SIZE];
    let mut present = 0;
    if source.hash_type() != 0 {
        present |= put(record, layout, 0, &source.hash().to_ne_bytes());
        present |= put(record, layout, 1, &source.hash_type().to_ne_bytes());
    }
    if source.has_vlan() {
        present |= put(record, layout, 2, &source.vlan_tci().to_ne_bytes());
        present |= put(record, layout, 3, &0x8100_u16.to_be_bytes());
    }
    let trailer = layout.trailer_offset();
    set(
        record,
        trailer + Trailer::LAYOUT_ID,
        &layout.id.to_ne_bytes(),
    );
    set(
        record,
        trailer + Trailer::GENERATION,
        &generation.to_ne_bytes(),
    );
    set(record, trailer + Trailer::PRESENT, &present.to_ne_bytes());
}

#[inline(never)]
fn put(record: &mut [u8], layout: &Layout, field: usize, bytes: &[u8]) -> u16 {
    let Some(field) = layout.fields.get(field) else {
        return 0;
    };
    set(record, field.offset as usize, bytes);
    1 << field.present
}

#[inline(never)]
fn set(record: &mut [u8], offset: usize, bytes: &[u8]) {
    if let Some(place) = record.get_mut(offset..offset + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

/// Makes `count` records of different descriptors; returns something that depends on all of them.
pub fn run(make: Make, input: Input, count: u32) -> u64 {
    let mut record = [0; SIZE];
    let mut sum = 0_u64;
    for source in descriptors(input, count) {
        // SAFETY: All of them take what their type says.
        unsafe { std::hint::black_box(make)(&source, source.lower as u16, &mut record) };
        for byte in std::hint::black_box(record) {
            sum = sum.wrapping_mul(31).wrapping_add(byte.into());
        }
    }
    sum
}

/// What descriptors say. It matters to code with branches only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Any bits: half of the packets have a VLAN tag, five of sixteen a hash.
    Any,
    /// Every packet has a hash and a VLAN tag.
    Full,
}

/// Descriptors that look random and are the same each time.
pub fn descriptors(input: Input, count: u32) -> impl Iterator<Item = Descriptor> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..count).map(move |_| {
        let (lower, upper) = (next(), next());
        match input {
            Input::Any => Descriptor { lower, upper },
            Input::Full => Descriptor {
                lower: lower & !0xf | (1 + (lower >> 4) % 5),
                upper: upper | 8,
            },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{descriptors, layout, twin_id, writers, Input, SIZE};

    #[test]
    fn all_write_the_same_bytes() {
        assert_eq!(layout().size as usize, SIZE);
        assert_eq!(
            layout().id,
            twin_id(),
            "the id is part of the work: put it into twin.c"
        );
        let all = writers();
        let any = descriptors(Input::Any, 10_000);
        for source in any.chain(descriptors(Input::Full, 10_000)) {
            let mut expected = None;
            for (name, make) in &all {
                let mut record = [0xaa; SIZE];
                // SAFETY: All of them take what their type says.
                unsafe { make(&source, source.upper as u16, &mut record) };
                assert_eq!(record, *expected.get_or_insert(record), "{name} {source:?}");
            }
        }
    }
}
