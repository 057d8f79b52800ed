// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The reader on BTF that is wrong: what it says, and that it comes to an end.

use meta_core::btf::read::Section;
use meta_core::btf::{Error, Reader, BASE};

#[path = "support/raw.rs"]
mod raw;
#[path = "support/walk.rs"]
mod walk;

use raw::{info, Raw, INT};

static SEEDS: &[&[u8]] = &[
    include_bytes!("../fuzz/seeds/reader/all-kinds-little"),
    include_bytes!("../fuzz/seeds/reader/all-kinds-big"),
    include_bytes!("../fuzz/seeds/reader/layout-section-little"),
    include_bytes!("../fuzz/seeds/reader/kernel-module"),
    include_bytes!("../fuzz/seeds/reader/one-layout"),
];

/// BTF of one `int`, with a word of the header changed; the header is 32 bytes, and so are the sections together.
fn with(word: usize, value: u32) -> Result<(), Error> {
    let mut raw = Raw::types(&INT).strings(b"\0int\0\0\0\0");
    raw.layouts = Some(vec![[0; 4]; 2]);
    let mut bytes = raw.bytes();
    bytes[word * 4..][..4].copy_from_slice(&value.to_ne_bytes());
    Reader::new(&bytes).map(|_| ())
}

#[test]
fn each_word_of_the_header_is_looked_at() {
    let magic = u32::from_ne_bytes([0xeb, 0x9f, 1, 0]);
    assert_eq!(
        with(0, magic.swap_bytes()),
        Err(Error::Magic { found: [0, 1] })
    );
    let version = 0xeb9f_u16.to_ne_bytes();
    let version = u32::from_ne_bytes([version[0], version[1], 2, 0]);
    assert_eq!(with(0, version), Err(Error::Version { found: 2 }));
    for found in [0, 23, 65, u32::MAX] {
        assert_eq!(with(1, found), Err(Error::HeaderLength { found }));
    }
    // Types, strings, layouts: where they are and how long.
    let (types, strings, layouts) = (Section::Types, Section::Strings, Section::Layout);
    let end = |section, at, len| Error::SectionEnd {
        section,
        at,
        len,
        total: 64,
    };
    assert_eq!(with(2, 20), Err(end(types, 52, 16)));
    assert_eq!(with(3, 33), Err(end(types, 32, 33)));
    assert_eq!(with(3, u32::MAX), Err(end(types, 32, u32::MAX)));
    assert_eq!(
        with(4, u32::MAX),
        Err(end(strings, 32 + u64::from(u32::MAX), 8))
    );
    assert_eq!(with(6, 32), Err(end(layouts, 64, 8)));
    assert_eq!(with(7, 20), Err(end(layouts, 48, 20)));
    let start = |section, at| Error::SectionStart { section, at };
    assert_eq!(with(2, 2), Err(start(types, 34)));
    assert_eq!(with(6, 17), Err(start(layouts, 49)));
    let overlap = |first, second, at| Error::Overlap { first, second, at };
    assert_eq!(with(2, 4), Err(overlap(types, layouts, 48)));
    assert_eq!(with(4, 8), Err(overlap(types, strings, 40)));
    assert_eq!(with(6, 12), Err(overlap(types, layouts, 44)));
    assert_eq!(with(7, 12), Err(overlap(strings, layouts, 56)));
    assert_eq!(with(7, 6), Err(Error::LayoutLength { len: 6 }));
    assert_eq!(with(5, 0), Err(Error::FirstString { at: 56 }));
    assert_eq!(with(5, 3), Err(Error::LastString { at: 58 }));
    assert_eq!(with(7, 8), Ok(()), "which is what it was");
}

#[test]
fn too_few_bytes_are_no_header() {
    for len in 0..24 {
        assert_eq!(
            Reader::new(&BASE[..len]).unwrap_err(),
            Error::NoHeader { len }
        );
    }
}

#[test]
fn strings_of_a_split_part_do_not_begin_with_the_empty_one() {
    let bytes = Raw::types(&[1, info(7, false, 0), 0])
        .strings(b"name\0")
        .bytes();
    assert_eq!(
        Reader::new(&bytes).unwrap_err(),
        Error::FirstString { at: 36 }
    );
    let base = Raw::types(&INT).bytes();
    let base = Reader::new(&base).unwrap();
    assert!(Reader::split(&bytes, &base).is_ok());
    let open = Raw::types(&[]).strings(b"name").bytes();
    assert_eq!(
        Reader::split(&open, &base).unwrap_err(),
        Error::LastString { at: 27 }
    );
}

#[test]
fn a_record_must_be_whole_and_known() {
    let first = |types: &[u32]| {
        let mut raw = Raw::types(&INT);
        raw.types.extend(types);
        Reader::new(&raw.bytes()).map(|_| ()).unwrap_err()
    };
    let (at, id) = (40, 2);
    assert_eq!(first(&[0, 0, 0]), Error::Kind { at, id, kind: 0 });
    assert_eq!(
        first(&[0, info(20, true, 9), 0]),
        Error::Kind { at, id, kind: 20 }
    );
    assert_eq!(
        first(&[0, info(127, false, 0), 0]),
        Error::Kind { at, id, kind: 127 }
    );
    assert_eq!(first(&[0, info(2, false, 0)]), Error::Record { at, id });
    assert_eq!(first(&[0, info(1, false, 0), 4]), Error::Record { at, id });
    assert_eq!(
        first(&[0, info(4, false, 1), 4, 0, 1]),
        Error::Record { at, id }
    );
    assert_eq!(
        first(&[0, info(5, false, 0xff_ffff), 4]),
        Error::Record { at, id }
    );
}

#[test]
fn layouts_that_are_not_words_are_not_used() {
    for entry in [[2, 0, 0, 0], [4, 6, 0, 0]] {
        let mut raw = Raw::types(&[0, info(20, false, 1), 0, 0, 0]);
        raw.layouts = Some(vec![entry; 21]);
        let error = Reader::new(&raw.bytes()).unwrap_err();
        assert_eq!(
            error,
            Error::Kind {
                at: 32,
                id: 1,
                kind: 20
            }
        );
    }
}

#[test]
fn circles_and_depths_have_an_end() {
    // A typedef of itself; two that go round; an array of itself; a pointer to itself, which is honest.
    let mut raw = Raw::types(&[0, info(8, false, 0), 1]);
    raw.types
        .extend([0, info(10, false, 0), 3, 0, info(9, false, 0), 2]);
    raw.types.extend([0, info(3, false, 0), 0, 4, 1, 1]);
    raw.types.extend([0, info(2, false, 0), 5]);
    let bytes = raw.bytes();
    let btf = Reader::new(&bytes).unwrap();
    for id in 1..=3 {
        assert_eq!(btf.resolve(id).unwrap_err(), Error::TooDeep { id });
    }
    for id in 1..=4 {
        assert_eq!(btf.size_of(id), Err(Error::TooDeep { id }));
    }
    assert_eq!(btf.size_of(5), Ok(8));
}

#[test]
fn sizes_beyond_32_bits_are_too_large() {
    let mut raw = Raw::types(&INT);
    raw.types.extend([0, info(3, false, 0), 0, 1, 1, 1 << 30]);
    raw.types.extend([0, info(3, false, 0), 0, 2, 1, 1 << 30]);
    let bytes = raw.bytes();
    let btf = Reader::new(&bytes).unwrap();
    assert_eq!(btf.size_of(2), Err(Error::TooLarge { id: 2 }));
    assert_eq!(btf.size_of(3), Err(Error::TooLarge { id: 3 }));
}

#[test]
fn what_is_referred_to_must_exist() {
    let check = |types: &[u32]| {
        let bytes = Raw::types(types).bytes();
        Reader::new(&bytes).unwrap().check()
    };
    let (at, id) = (24, 1);
    assert_eq!(
        check(&[1, info(2, false, 0), 0]),
        Err(Error::NoString { at, id, offset: 1 })
    );
    let dangling = |target| Err(Error::Dangling { at, id, target });
    assert_eq!(check(&[0, info(2, false, 0), 2]), dangling(2));
    assert_eq!(check(&[0, info(3, false, 0), 0, 9, 0, 0]), dangling(9));
    assert_eq!(check(&[0, info(3, false, 0), 0, 0, 8, 0]), dangling(8));
    assert_eq!(check(&[0, info(4, false, 1), 0, 0, 7, 0]), dangling(7));
    assert_eq!(check(&[0, info(13, false, 1), 0, 0, 6]), dangling(6));
    assert_eq!(check(&[0, info(15, false, 1), 0, 5, 0, 0]), dangling(5));
    for (kind, words) in [(4, 3), (6, 2), (13, 2), (19, 3)] {
        let mut types = vec![0, info(kind, false, 1), 0];
        types.extend([4, 0, 0].iter().take(words));
        assert_eq!(check(&types), Err(Error::NoString { at, id, offset: 4 }));
    }
}

#[test]
fn errors_say_what_and_where() {
    let text = with(2, 4).unwrap_err().to_string();
    assert_eq!(
        text,
        "the type section and the layout section overlap at offset 48"
    );
    let text = Error::Kind {
        at: 40,
        id: 2,
        kind: 20,
    }
    .to_string();
    assert_eq!(
        text,
        "type 2, at offset 40, is of kind 20, which is unknown and whose length nothing says"
    );
    let text = Error::Magic {
        found: [0x7f, 0x45],
    }
    .to_string();
    assert_eq!(
        text,
        "not BTF: it begins with 7f 45 instead of 9f eb or eb 9f"
    );
}

/// Found by fuzzing: what is split from BTF may be right where that is not.
#[test]
fn a_base_is_checked_by_itself() {
    let typedef = |target| {
        Raw::types(&[0, info(8, false, 0), target])
            .strings(b"\0")
            .bytes()
    };
    let (base, split) = (typedef(9), typedef(1));
    let base = Reader::new(&base).unwrap();
    let dangling = Error::Dangling {
        at: 24,
        id: 1,
        target: 9,
    };
    assert_eq!(base.check(), Err(dangling));
    let reader = Reader::split(&split, &base).unwrap();
    assert_eq!(reader.check(), Ok(()));
    assert_eq!(reader.size_of(2), Err(Error::NoType { id: 9 }));
    walk::all(&reader);
}

#[test]
fn whatever_is_cut_off_it_comes_to_an_end() {
    for seed in SEEDS {
        // A module's is not whole without its kernel's.
        assert!(walk::bytes(seed, None) || *seed == SEEDS[3]);
        for length in (0..seed.len()).step_by(13) {
            walk::bytes(&seed[..length], None);
        }
    }
}

/// A sample; the fuzzer does more of this.
#[test]
fn whatever_byte_is_changed_it_comes_to_an_end() {
    let base = Reader::new(&BASE).unwrap();
    for seed in SEEDS {
        for (at, value) in (0..seed.len())
            .step_by(17)
            .zip([0, 1, 0x7f, 0x80, 0xff].iter().cycle())
        {
            let mut bytes = seed.to_vec();
            bytes[at] = *value;
            walk::bytes(&bytes, None);
            walk::bytes(&bytes, Some(&base));
        }
    }
}
