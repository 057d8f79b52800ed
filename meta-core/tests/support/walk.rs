// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! A walk over everything that BTF has, in every way that the reader offers: for tests and for fuzzing.
//!
//! The bytes may be anything. What must hold whatever they are is asserted; what is only asked for is asked, to see that it
//! comes to an end.

use std::fmt::{self, Write};

use meta_core::btf::{json, Body, Error, Item, Kind, Name, Reader};

/// Types of which everything is looked up by id and by name, which walks; more would make a square of it.
const FULLY: usize = 40;

/// Takes what is printed, and only counts it.
#[derive(Default)]
struct Sink(usize);

impl Write for Sink {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

/// Reads as BTF that stands alone or is split from `base`, and walks over it; whether it is BTF at all.
pub(crate) fn bytes(bytes: &[u8], base: Option<&Reader<'_>>) -> bool {
    let reader = match base {
        Some(base) => Reader::split(bytes, base),
        None => Reader::new(bytes),
    };
    match reader {
        Ok(reader) => {
            all(&reader);
            true
        }
        Err(error) => {
            print(&error);
            false
        }
    }
}

/// Walks over everything.
pub(crate) fn all(reader: &Reader<'_>) {
    let checked = reader.check();
    let whole = checked.is_ok() && bases(reader).all(|base| base.check().is_ok());
    if let Err(error) = &checked {
        print(error);
        assert!(matches!(
            error,
            Error::NoString { .. } | Error::Dangling { .. }
        ));
    }
    assert_eq!(reader.types().len(), reader.len() as usize);
    assert_eq!(reader.end() - reader.start(), reader.len());
    assert_eq!(reader.is_empty(), reader.types().next().is_none());
    let mut seen = 0;
    for (item, id) in reader.types().zip(reader.start()..) {
        assert_eq!(item.id(), id);
        one(reader, &item, checked.is_ok(), whole);
        seen += 1;
    }
    assert_eq!(seen, reader.len());
    by_id(reader);
    by_name(reader);
    print(reader);
    print(&format_args!("{}", json::Dump(*reader)));
}

/// What it is split from, and what that is split from.
fn bases<'a>(reader: &Reader<'a>) -> impl Iterator<Item = &'a Reader<'a>> {
    std::iter::successors(reader.base(), |base| base.base())
}

/// One type, and all that it refers to: there if this BTF is `checked`, there to the end if its bases are too, the `whole`.
fn one(reader: &Reader<'_>, item: &Item<'_>, checked: bool, whole: bool) {
    let name = |name: Name<'_>, offset: u32| {
        assert_eq!(name, reader.name(offset));
        assert!(name.is_valid() || !checked);
        assert!(!name.as_bytes().contains(&0));
        print(&name);
    };
    // What exists has no excuse; what does not is an error like any other.
    let exists = |id: u32| {
        assert!(!checked || id < reader.end());
        for result in [reader.size_of(id), reader.resolve(id).map(|item| item.id())] {
            assert!(!whole || !matches!(result, Err(Error::NoType { .. })));
        }
    };
    name(item.name(), item.name_offset());
    print(item);
    let count = item.count() as usize;
    match item.body() {
        Body::Struct(composite) | Body::Union(composite) => {
            assert_eq!(composite.members.len(), count);
            assert_eq!(composite.members.clone().count(), count);
            assert_eq!(item.size(), Some(composite.size));
            for member in composite.members {
                name(member.name(), member.name_offset());
                exists(member.type_id);
                let _ = reader.bit_range(&member);
            }
        }
        Body::Enum(list) | Body::Enum64(list) => {
            assert_eq!(list.values.len(), count);
            assert_eq!(list.values.clone().count(), count);
            for value in list.values {
                name(value.name(), value.name_offset());
                let number = value.number;
                assert!(number.to_i64().is_some() || number.to_u64().is_some());
            }
        }
        Body::FuncProto(proto) => {
            assert_eq!(proto.params.len(), count);
            assert_eq!(proto.params.clone().count(), count);
            exists(proto.result);
            for param in proto.params {
                name(param.name(), param.name_offset());
                exists(param.type_id);
            }
        }
        Body::DataSec(section) => {
            assert_eq!(section.variables.len(), count);
            assert_eq!(section.variables.clone().count(), count);
            for variable in section.variables {
                exists(variable.type_id);
            }
        }
        Body::Array(array) => {
            exists(array.element);
            exists(array.index);
        }
        Body::Unknown(number) => assert_eq!(item.kind(), Kind::Unknown(number)),
        _ => {}
    }
    if let Some(target) = item.target() {
        exists(target);
    }
    assert_eq!(Kind::from_number(item.kind().number()), item.kind());
    // Iterators of other kinds are empty, not wrong.
    let lists = [
        item.members().len(),
        item.values().len(),
        item.params().len(),
        item.variables().len(),
    ];
    assert!(lists.iter().filter(|len| **len > 0).count() <= 1);
}

/// The same type by its id, with an index of any size.
fn by_id(reader: &Reader<'_>) {
    for room in [0, 1, 3, reader.len() as usize] {
        let mut buffer = vec![0; room];
        let indexed = reader.indexed(&mut buffer);
        for item in reader.types().take(FULLY) {
            let same = indexed.get(item.id()).unwrap();
            assert_eq!(same.id(), item.id());
            assert_eq!(same.name_offset(), item.name_offset());
            assert_eq!(same.kind(), item.kind());
            assert_eq!(same.payload(), item.payload());
        }
        assert_eq!(indexed.types().len(), reader.types().len());
        for id in [reader.end(), u32::MAX] {
            assert_eq!(indexed.get(id).unwrap_err(), Error::NoType { id });
        }
    }
    assert_eq!(reader.get(0).unwrap().kind(), Kind::Void);
    for id in 1..reader.start().min(FULLY as u32) {
        assert_eq!(reader.get(id).unwrap().id(), id);
    }
}

/// A type of the same kind and name: itself, or one before it.
fn by_name(reader: &Reader<'_>) {
    for item in reader.types().take(FULLY) {
        let Some(name) = item.name().to_str().filter(|_| item.name().is_valid()) else {
            continue;
        };
        let own = reader.find_own(item.kind(), name).unwrap();
        assert!(own.id() <= item.id() && own.name() == name);
        let found = reader.find(item.kind(), name).unwrap();
        assert!(found.id() <= own.id() && found.name() == name);
    }
}

fn print(what: &(impl fmt::Debug + ?Sized)) {
    write!(Sink::default(), "{what:?}").unwrap();
}
