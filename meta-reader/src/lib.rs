// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! XDP metadata whose layout changes while programs run, read in user space.
//!
//! A record travels with its packet: into AF_XDP, into a capture. It says which layout and generation it is of, and the kernel
//! announces every generation before its first packet. So a reader looks a field up when the layout changes, not when it is
//! started, and whatever is reconfigured meanwhile, it never takes one field for another.
//!
//! | type | is |
//! |---|---|
//! | [`Client`], [`Subscription`] | the netlink family `xdp-meta`: what is in force, and every change |
//! | [`Announcement`], [`Layout`], [`Field`] | what one message says, checked |
//! | [`Ring`] | the generations of one receive queue: tells records from what is stale |
//! | [`Tables`] | layouts by id, for records whose ring is not known |
//! | [`Record`], [`Binding`] | the values of one packet, by id; the same field of many packets |
//! | [`netlink`] | the client of generic netlink under it, for any family |
//!
//! Nothing that comes from the kernel or from the memory in front of a packet is believed: lengths and offsets are checked, and
//! what is wrong is said.
//!
//! # Examples
//!
//! A program with an AF_XDP socket on a queue, on which an XDP program claims the record and redirects:
//!
//! ```no_run
//! use meta_core::hint;
//! use meta_reader::{Binding, Client, Rejected, Ring};
//!
//! # let (ifindex, queue) = (2, 0);
//! # fn receive() -> Option<(Vec<u8>, Vec<u8>)> { None }
//! let client = Client::open()?;
//! // In this order, so that no announcement is missed in between.
//! let news = client.subscribe()?;
//! let mut ring = Ring::new(&client.get(ifindex, queue)?);
//! let mut hash = Binding::<u32>::new(hint::RX_HASH);
//!
//! while let Some((before, packet)) = receive() {
//!     if let Err(Rejected::Ahead(_)) = ring.record(&before) {
//!         ring.catch_up(&client, &news)?;
//!     }
//!     match ring.record(&before) {
//!         Ok(record) => println!("{} bytes, hash {:?}", packet.len(), hash.get(&record)),
//!         Err(why) => println!("{} bytes, {why}", packet.len()),
//!     }
//! }
//! # Ok::<_, meta_reader::Error>(())
//! ```

#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod netlink;

mod announcement;
mod binding;
mod client;
mod error;
mod layout;
mod record;
mod ring;
mod tables;

pub use self::announcement::Announcement;
pub use self::binding::Binding;
pub use self::client::{Client, Subscription};
pub use self::error::{Error, Malformed, Refusal};
pub use self::layout::{Field, Layout, MAX_RECORD};
pub use self::record::{Absent, Record, Rejected};
pub use self::ring::Ring;
pub use self::tables::Tables;

// Its examples must compile. Neither the crate nor Kbuild sees this.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
