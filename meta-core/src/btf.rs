// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! BTF of layouts, made at compile time.
//!
//! No tool makes BTF for Rust types in a kernel module, and a layout is not a Rust type anyway. So the encoder is `const`
//! Rust: the bytes of the module's `.BTF` section and of each layout's own blob are constants of the crate that declares the
//! metadata. Whatever does not fit or does not exist is an error of that crate's compilation, never one at run time.
//!
//! - [`layout_blob`] describes one layout, on its own: `bpftool btf dump file` reads it.
//! - [`Module`] describes all the layouts and the kfuncs of a module, split from [`BASE`], the distilled base by which the
//!   kernel ties it to its own types.
//! - [`Reader`] goes through either of them.
//!
//! What is written is the classic form (24-byte header, 16-bit counts) in native byte order, which every version of libbpf
//! and of the kernel reads.

pub use self::base::BASE;
pub use self::kfunc::{Kfunc, Param, Type};
pub use self::layout::{layout_blob, longest, Blob};
pub use self::module::Module;
pub use self::read::{json, Body, Error, Item, Kind, Name, Reader};
pub use self::write::{Builder, Id};

mod base;
pub mod format;
mod kfunc;
mod layout;
mod module;
pub mod read;
pub mod write;
