// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! What is written is read again: every kind and form, and types made at random.

use meta_core::btf::Reader;

#[path = "support/blobs.rs"]
mod blobs;

#[test]
fn the_reader_takes_every_blob() {
    for blob in blobs::all() {
        let base = blob.base.as_deref().map(|base| Reader::new(base).unwrap());
        let reader = match &base {
            Some(base) => Reader::split(&blob.bytes, base),
            None => Reader::new(&blob.bytes),
        };
        let reader = reader.unwrap_or_else(|error| panic!("{}: {error}", blob.name));
        assert_eq!(reader.check(), Ok(()), "{}", blob.name);
        assert_eq!(reader.len(), blob.types, "{}", blob.name);
    }
}
