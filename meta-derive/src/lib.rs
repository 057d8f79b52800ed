// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Three derives for drivers: what hardware writes, what is made of it, and what receive metadata there is.
//!
//! | derive | on | gives |
//! |---|---|---|
//! | [`Descriptor`](macro@Descriptor) | a struct of words; a union of such structs | getters and builders for ranges of bits, one copy in, views of the same bytes |
//! | [`Value`](macro@Value) | a struct, union or C-like enum | a type as C has it: for ranges of bits, members and fields |
//! | [`XdpMeta`](macro@XdpMeta) | a struct of fields | a packed layout and a straight-line writer for each configuration, readers, BTF, callbacks, a C header |
//!
//! Each has a guide with an example for every attribute. All of them only arrange: offsets, ids and BTF are computed by
//! `meta-core` at compile time, and checked there again. Generated code has no `unsafe`, no panic where packets pass, and
//! compiles with rustc 1.85 in the kernel as it does in cargo.
//!
//! # From a descriptor to a record
//!
//! ```
//! use meta_core::descriptor::Descriptor as _;
//! use meta_core::le::{Le16, Le32};
//! use meta_core::meta::{Visitor, Writer, XdpMeta as _};
//! use meta_core::value::ByteArray;
//! use meta_derive::{Descriptor, Value, XdpMeta};
//!
//! /// What the hash covers.
//! #[derive(Clone, Copy, PartialEq, Eq, Debug, Value)]
//! #[repr(u8)]
//! pub enum RssType {
//!     #[value(fallback)]
//!     None = 0,
//!     Tcp4 = 1,
//!     Ip4 = 2,
//! }
//!
//! /// What the card writes back.
//! #[derive(Clone, Copy, Descriptor)]
//! #[repr(C)]
//! pub struct WriteBack {
//!     #[desc(rss_type: RssType, bits = 3..=0)]
//!     #[desc(reserved, bits = 31..=4)]
//!     mrq: Le32,
//!     /// RSS hash.
//!     hash: Le32,
//!     #[desc(done: bool, bits = 0)]
//!     #[desc(has_vlan: bool, bits = 3)]
//!     #[desc(reserved, bits = 2..=1)]
//!     #[desc(reserved, bits = 31..=4)]
//!     status: Le32,
//!     /// Bytes in the buffer.
//!     length: Le16,
//!     /// The tag that was taken out.
//!     vlan: Le16,
//! }
//!
//! impl WriteBack {
//!     /// The card computed a hash.
//!     const fn has_hash(&self) -> bool {
//!         !matches!(self.rss_type(), RssType::None)
//!     }
//! }
//!
//! /// What programs are told.
//! #[derive(XdpMeta)]
//! #[xdp_meta(name = "nic_rx", source = WriteBack, knobs(hash))]
//! pub struct RxMeta {
//!     #[meta(knob = hash, hint = rx_hash, field = hash, valid = has_hash)]
//!     rx_hash: u32,
//!     #[meta(knob = hash, id = 0x8000, field = rss_type, valid = has_hash)]
//!     rss_type: RssType,
//! }
//!
//! struct Write<'a>(&'a WriteBack);
//!
//! impl Visitor<RxMeta> for Write<'_> {
//!     type Output = Vec<u8>;
//!     fn visit<W: Writer<WriteBack>>(self) -> Vec<u8> {
//!         W::record(self.0, 1).as_bytes().to_vec()
//!     }
//! }
//!
//! // In a driver these are volatile loads, after the done bit was seen.
//! let memory = [0x1234_5678_0000_0002_u64.to_le(), 0x0000_0040_0000_0003_u64.to_le()];
//! let packet = WriteBack::read_once(|word| memory[word]);
//! assert_eq!((packet.done(), packet.length()), (true, 64));
//!
//! let record = RxMeta::select(0b1, Write(&packet));
//! let (meta, _) = RxMeta::decode(&record).unwrap();
//! assert_eq!((meta.rx_hash, meta.rss_type), (0x1234_5678, RssType::Ip4));
//! ```
//!
//! # How it is built
//!
//! Each derive is a folder with the same stages: `attr` (tokens to attributes), `model` (what is declared), `check` (rules
//! between fields), `expand` (code), `fallback` (what stands in for an implementation when there were errors). Errors of all
//! stages are collected and reported together, each at its token.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

use proc_macro::TokenStream;

mod attr;
mod descriptor;
mod diag;
mod kind;
mod name;
mod reject;
mod rule;
mod suggest;
mod value;
mod xdp_meta;

#[cfg(test)]
mod tests;

#[doc = include_str!("xdp_meta/guide.md")]
#[proc_macro_derive(XdpMeta, attributes(xdp_meta, meta))]
pub fn derive_xdp_meta(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    xdp_meta::derive(&input).into()
}

#[doc = include_str!("descriptor/guide.md")]
#[proc_macro_derive(Descriptor, attributes(descriptor, desc))]
pub fn derive_descriptor(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    descriptor::derive(&input).into()
}

#[doc = include_str!("value/guide.md")]
#[proc_macro_derive(Value, attributes(value))]
pub fn derive_value(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    value::derive(&input).into()
}

// Their examples must compile. Neither the crate nor Kbuild sees this.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[doc = include_str!("../../README.md")]
struct Readme;
