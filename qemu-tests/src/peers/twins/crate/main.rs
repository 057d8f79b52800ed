// Written by a test: the Rust half of many twins. The program writes the BTF of each to a folder.

#![allow(dead_code, non_camel_case_types, non_snake_case, unused_imports)]
#![forbid(unsafe_code)]

use std::path::PathBuf;

/// Writes the BTF of a type, made at compile time as a driver's is.
macro_rules! describe {
    ($out:ident, $name:literal, $ty:ty, $ranges:expr) => {{
        const BTF: Builder<4096> = {
            let mut btf = Builder::new();
            let id = btf.describe(&<$ty as Described>::TYPE);
            let ranges: &[Range] = $ranges;
            let mut i = 0;
            while i < ranges.len() {
                if !ranges[i].tag.is_empty() {
                    btf.tag_member(id, ranges[i].word, ranges[i].tag);
                }
                i += 1;
            }
            btf
        };
        static BYTES: [u8; BTF.len()] = BTF.bytes();
        $out.write($name, &BYTES);
    }};
}

/// Writes the BTF of a layout.
macro_rules! layout {
    ($out:ident, $name:literal, $layout:expr) => {{
        const BTF: Blob = layout_blob($layout);
        static BYTES: [u8; BTF.len()] = BTF.bytes();
        $out.write($name, &BYTES);
    }};
}

/// What every twin uses.
mod prelude {
    pub use meta_core::be::{Be16, Be32, Be64};
    pub use meta_core::btf::{layout_blob, Blob, Builder};
    pub use meta_core::descriptor::{Range, Ranges};
    pub use meta_core::le::{Le16, Le32, Le64};
    pub use meta_core::meta::XdpMeta;
    pub use meta_core::ty::{Described, Type};
    pub use meta_core::value;
    pub use meta_derive::{Descriptor, Value, XdpMeta};

    pub use crate::{Nothing, Out};
}

/// What metadata is made from here.
#[derive(Debug)]
pub struct Nothing;

/// Where blobs go.
#[derive(Debug)]
pub struct Out(PathBuf);

impl Out {
    fn write(&self, name: &str, blob: &[u8]) {
        std::fs::write(self.0.join(name), blob).expect("a blob is written");
    }
}

fn main() {
    everything(&Out(std::env::args_os().nth(1).expect("a folder").into()));
}

