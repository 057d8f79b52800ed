// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! Receive metadata of XDP whose layout may change while programs run.
//!
//! A network card says more about a packet than its bytes: a hash, a VLAN tag, a time. What it says, and in which shape,
//! depends on configuration. Here every configuration has its own packed [`layout`], every record names the layout that it
//! was written in, and a program looks fields up when the layout changes instead of when it is loaded.
//!
//! | module | holds |
//! |---|---|
//! | [`ty`], [`field`], [`hint`], [`layout`] | the model: what there is to say, and where it stands in a record |
//! | [`trailer`], [`generation`] | how a record says what it is |
//! | [`meta`], [`value`], [`bits`], [`be`], [`le`] | what the derives implement: writers, one for each layout |
//! | [`descriptor`] | hardware descriptors: words, ranges of bits, views of the same bytes |
//! | [`read`] | the way back, for programs in user space and for tests |
//! | [`binding`] | where a field is, as the kfunc answers |
//! | [`btf`] | the layouts as BTF |
//! | [`header`] | the C header for BPF programs |
//! | [`announce`] | the numbers of the netlink family |
//!
//! The crate is compiled by cargo and, from the same sources, into the kernel module: no allocation, no `unsafe`, no panic
//! when packets arrive, and nothing that rustc 1.85 does not have.
//!
//! # Examples
//!
//! ```
//! use meta_core::be::Be16;
//! use meta_core::generation::Generation;
//! use meta_core::hint;
//! use meta_core::meta::{Visitor, Writer, XdpMeta};
//! use meta_core::value::ByteArray;
//!
//! /// A receive descriptor.
//! pub struct Descriptor {
//!     hash: u32,
//!     vlan: Option<u16>,
//! }
//!
//! /// All that the card can say.
//! #[derive(meta_derive::XdpMeta)]
//! #[xdp_meta(name = "nic_rx", source = Descriptor, knobs(hash, vlan))]
//! pub struct RxMeta {
//!     /// RSS hash.
//!     #[meta(knob = hash, hint = rx_hash, value = |d| d.hash)]
//!     rx_hash: u32,
//!     /// VLAN tag.
//!     #[meta(knob = vlan, hint = rx_vlan_tci, value = |d| d.vlan.unwrap_or(0), present = |d| d.vlan.is_some())]
//!     rx_vlan_tci: u16,
//!     /// VLAN protocol.
//!     #[meta(knob = vlan, hint = rx_vlan_proto, value = |_| Be16::new(0x8100), present = |d| d.vlan.is_some())]
//!     rx_vlan_proto: Be16,
//! }
//!
//! // The driver: choose a writer for the configuration, then make a record of each packet.
//! struct Write<'a>(&'a Descriptor, Generation);
//!
//! impl Visitor<RxMeta> for Write<'_> {
//!     type Output = Vec<u8>;
//!     fn visit<W: Writer<Descriptor>>(self) -> Vec<u8> {
//!         W::record(self.0, self.1.low16()).as_bytes().to_vec()
//!     }
//! }
//!
//! let packet = Descriptor { hash: 0x1234_5678, vlan: None };
//! let record = RxMeta::select(0b01, Write(&packet, Generation::FIRST));
//!
//! // The reader: whatever the layout is, the trailer leads to it.
//! let (meta, trailer) = RxMeta::decode(&record).unwrap();
//! assert_eq!(meta.value(hint::RX_HASH), Some(0x1234_5678));
//! assert_eq!(trailer.generation, 1);
//! ```

#![cfg_attr(not(any(MODULE, test)), no_std)]
#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod announce;
pub mod be;
pub mod binding;
pub mod bits;
pub mod btf;
pub mod descriptor;
pub mod field;
pub mod generation;
// For build scripts and tools; a module has no use for it.
#[cfg(not(MODULE))]
pub mod header;
pub mod hint;
pub mod layout;
pub mod le;
pub mod meta;
pub mod read;
pub mod trailer;
pub mod ty;
pub mod value;

mod text;

pub use self::meta::{Visitor, Writer, XdpMeta};

// Its examples must compile. Neither the crate nor Kbuild sees this.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
