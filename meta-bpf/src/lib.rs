// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! XDP metadata whose layout changes while programs run, read by BPF programs that are written in Rust.
//!
//! Rust cannot emit CO-RE relocations, and its BPF libraries cannot call a kernel module's functions; so neither of the ways
//! that C programs have leads to a field. This one does: user space hears of each layout from the kernel and writes into a
//! map where the fields are, and the program looks there, under the id that the record itself names. A record whose layout
//! is not in the map yet is not read; one field is never taken for another, whatever is changed meanwhile.
//!
//! An id stands for one layout, in content: the same fields at the same places, on every machine, for ever. So what is in the
//! map stays true, and only the first packets of a layout that was never met can come before their entry. Whoever wants those
//! too fills the map with all the layouts that a module has in its BTF (`xdp-meta layouts … --json` tells them).
//!
//! # Examples
//!
//! What program and user space share, in a crate or a file of its own:
//!
//! ```
//! use meta_core::hint;
//!
//! meta_bpf::fields! {
//!     /// What the program reads.
//!     pub struct Fields {
//!         /// RSS hash.
//!         pub hash: u32 = hint::RX_HASH,
//!         /// Tag that was taken out of the packet.
//!         pub tag: u16 = hint::RX_VLAN_TCI,
//!     }
//! }
//! ```
//!
//! The program, here with aya:
//!
//! ```ignore
//! #[map]
//! static LAYOUTS: HashMap<u32, Fields> = HashMap::with_max_entries(64, 0);
//!
//! #[xdp]
//! fn reader(ctx: XdpContext) -> u32 {
//!     // Sound: the context is the one that the program was called with, and nothing has moved the packet.
//!     let Some(record) = (unsafe { Record::claim(ctx.as_ptr()) }) else {
//!         return XDP_PASS; // no record
//!     };
//!     // Sound: user space replaces whole entries, and deletes none.
//!     if let Some(fields) = unsafe { LAYOUTS.get(&record.trailer().layout_id) } {
//!         match record.get(fields.hash) {
//!             Ok(hash) => count(hash),
//!             Err(Absent::NotInPacket) => {} // the hardware hashes, but not this packet
//!             Err(_) => {}                   // hashing is off now
//!         }
//!     }
//!     record.release(); // so that GRO merges as ever
//!     XDP_PASS
//! }
//! ```
//!
//! User space, with `meta-reader`:
//!
//! ```ignore
//! let mut layouts: HashMap<_, u32, [u32; Fields::LEN]> = HashMap::try_from(bpf.map_mut("LAYOUTS")?)?;
//! let news = client.subscribe()?;
//! let mut learn = |layout: &Layout| layouts.insert(layout.id(), Fields::of(|id| layout.binding(id)).words(), 0);
//!
//! for in_force in client.dump()? {
//!     learn(&in_force.layout)?;
//! }
//! while let Some(announcement) = news.next(patience)? {
//!     learn(&announcement.layout)?;
//! }
//! ```
//!
//! A whole program is in `meta-bpf/example`.

#![no_std]
#![deny(missing_docs)]

mod fields;
mod place;
mod record;
mod sys;

pub use self::place::{Bits, Place, Shape, CLAIM};
pub use self::record::{Absent, Record};

#[doc(hidden)]
pub use meta_core::binding::Binding;

// Its examples must compile. Neither the crate nor Kbuild sees this.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
