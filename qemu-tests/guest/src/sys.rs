// SPDX-License-Identifier: GPL-2.0

//! System calls; the only modules of this program with `unsafe` code.
//!
//! Each one wraps what no dependency offers safely, and nothing that one does.

pub(crate) mod bpf;
pub(crate) mod clock;
pub(crate) mod hwtstamp;
pub(crate) mod netdev;
pub(crate) mod packet;
pub(crate) mod registers;
pub(crate) mod socket;
pub(crate) mod stamps;
pub(crate) mod xsk;
