// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! BTF, written at compile time and read without allocation.
//!
//! BPF programs find a struct's members by the kernel's BTF, the compact description of types that the kernel, libbpf and
//! bpftool share. No tool makes it for Rust types in a kernel module, and a layout is not a Rust type anyway. So the writer
//! is `const` Rust: the bytes of the module's `.BTF` section and of each layout's own blob are constants of the crate that
//! declares the metadata. Whatever does not fit or does not exist is an error of that crate's compilation, never one at run
//! time.
//!
//! # What a driver needs
//!
//! | what | is made by | goes to |
//! |---|---|---|
//! | BTF of the module: all layouts, ids, kfuncs | [`Module`] | section `.BTF` |
//! | the kernel's types that it refers to | [`BASE`] | section `.BTF.base` |
//! | BTF of one layout, on its own | [`XdpMeta::BTF`](crate::meta::XdpMeta::BTF), from [`layout_blob`] | a file or message |
//! | ids of kfuncs | [`Module::kfunc_id`] | the set given to `register_btf_kfunc_id_set` |
//!
//! Two sections and a constant are the whole of it:
//!
//! ```
//! use meta_core::btf::{Kfunc, Module, BASE};
//! # use meta_core::XdpMeta;
//! # pub struct Descriptor { hash: u32 }
//! # #[derive(meta_derive::XdpMeta)]
//! # #[xdp_meta(name = "nic_rx", source = Descriptor, knobs(hash))]
//! # pub struct RxMeta {
//! #     #[meta(knob = hash, hint = rx_hash, value = |d| d.hash)]
//! #     rx_hash: u32,
//! # }
//! // `RxMeta` has `#[derive(XdpMeta)]`.
//! const BTF: Module<4096> = Module::new().with::<RxMeta>().kfunc(&Kfunc::META_FIELD);
//!
//! #[used]
//! #[link_section = ".BTF"]
//! static SECTION: [u8; BTF.len()] = BTF.bytes();
//!
//! #[used]
//! #[link_section = ".BTF.base"]
//! static SECTION_BASE: [u8; BASE.len()] = BASE;
//! ```
//!
//! The module's BTF has, for metadata named `nic_rx`: the superset `struct nic_rx`; a struct for each layout, `nic_rx_hash`;
//! `union nic_rx_layouts` of those; `enum nic_rx_field` with the fields' ids and `enum nic_rx_layout` with the layouts'. CO-RE
//! takes names that differ only behind `___` for the same, so no name contains that. Tags say what C can not:
//!
//! | tag | on | says |
//! |---|---|---|
//! | `layout_id:0x0123abcd` | a layout's struct | the id that is in the trailer of its records |
//! | `present:3` | a member | its bit in the trailer's `present` |
//! | `hint:rx_hash`, `unit:ns` | a member | the standard hint that it serves, its unit |
//! | `knob:hash`, `knob:!hash` | a member of the superset | the knob that must be on, or off |
//! | `bits:length:31:16` | a word of a [descriptor](Module::descriptor) | a range of bits |
//!
//! # Three forms
//!
//! - **On its own**: ids start at 1, every type is in it. [`Builder::new`], [`layout_blob`].
//! - **Split** from a base: ids and strings go on where the base's end, and what the base has is not repeated.
//!   [`Builder::split`].
//! - **Split from a distilled base**: a module is built once and loaded into kernels whose types have other ids. The base then
//!   holds only the names and sizes by which the kernel finds its own types, and the kernel renumbers when it loads the
//!   module. [`write::Distilled`]; [`Module`] uses one with `unsigned int` and `struct xdp_md`, which is [`BASE`].
//!
//! # BTF by hand
//!
//! [`Builder`] writes all kinds of types. A [`Type`](crate::ty::Type) of the model, as the derives make it, is one call:
//!
//! ```
//! use meta_core::btf::{Builder, Kind, Reader};
//! use meta_core::ty::{Described, Type};
//!
//! const BTF: Builder<256> = {
//!     let mut btf = Builder::new();
//!     let key = btf.describe(&<[u8; 40] as Described>::TYPE);
//!     btf.typedef("nic_rss_key", key);
//!     btf
//! };
//! static BYTES: [u8; BTF.len()] = BTF.bytes();
//!
//! let reader = Reader::new(&BYTES)?;
//! let key = reader.find(Kind::Typedef, "nic_rss_key").unwrap();
//! assert_eq!(reader.size_of(key.id())?, 40);
//! # Ok::<(), meta_core::btf::Error>(())
//! ```
//!
//! # Reading
//!
//! [`Reader`] goes through BTF of anybody's making, whatever its bytes are; see there.
//!
//! # The format
//!
//! What is written is the classic form (24-byte header, 16-bit counts) in native byte order, which every version of libbpf
//! and of the kernel reads. The reader takes the form of Linux 7.3 too, and both byte orders.
//!
//! # What it costs to compile
//!
//! rustc interprets constants: 16 layouts of 8 fields with their blobs take it about a second, 64 about four.

pub use self::base::BASE;
pub use self::kfunc::{Kfunc, Param, Type};
pub use self::layout::{layout_blob, longest, Blob};
pub use self::linkage::Linkage;
pub use self::module::Module;
#[cfg(not(MODULE))]
pub use self::read::{json, Body, Error, Item, Kind, Name, Reader};
pub use self::write::{Builder, Id};

mod base;
pub mod format;
mod kfunc;
mod layout;
mod linkage;
mod module;
// The kernel has its own; in a module this would be code that nothing calls.
#[cfg(not(MODULE))]
pub mod read;
pub mod write;
