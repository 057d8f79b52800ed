// SPDX-License-Identifier: GPL-2.0

//! rnic: a network driver whose receive metadata may change its layout while XDP programs run.
//!
//! | part | what it is |
//! |---|---|
//! | [`desc`], [`frame`], [`rss`], [`layouts`] | what the hardware writes, and what is made of it; pure, tested on the host |
//! | `hal`, `regs` | the NICs: registers and the order in which they are written |
//! | `ring`, `rx`, `tx` | descriptor rings and the loops over them |
//! | `adapter`, `driver` | one interface and its configuration; PCI |
//! | `runtime` | layouts that change: the fence, publication, announcement; names no NIC |
//! | `sys` | the only door to C, with `ring` the only place for `unsafe` |
//!
//! Kbuild compiles all of it (`cfg(MODULE)`); cargo compiles the pure modules, for tests and for user space.

#![cfg_attr(not(any(MODULE, test)), no_std)]

#[forbid(unsafe_code)]
pub mod clock;
#[forbid(unsafe_code)]
pub mod desc;
#[forbid(unsafe_code)]
pub mod frame;
#[forbid(unsafe_code)]
pub mod layouts;
#[forbid(unsafe_code)]
pub mod rss;

#[cfg(MODULE)]
#[forbid(unsafe_code)]
mod adapter;
#[cfg(MODULE)]
#[forbid(unsafe_code)]
mod driver;
#[cfg(MODULE)]
#[forbid(unsafe_code)]
mod hal;
#[cfg(MODULE)]
#[cfg(rnic_probes)]
#[forbid(unsafe_code)]
mod probes;
#[cfg(MODULE)]
#[forbid(unsafe_code)]
mod regs;
#[cfg(MODULE)]
mod ring;
#[cfg(MODULE)]
#[forbid(unsafe_code)]
mod runtime;
#[cfg(MODULE)]
#[forbid(unsafe_code)]
mod rx;
#[cfg(MODULE)]
#[forbid(unsafe_code)]
mod stats;
#[cfg(MODULE)]
mod sys;
#[cfg(MODULE)]
#[forbid(unsafe_code)]
mod tx;

#[cfg(MODULE)]
use kernel::prelude::*;

#[cfg(MODULE)]
module! {
    type: driver::Module,
    name: "rnic",
    authors: ["The rnic authors"],
    description: "Emulated Intel 82574L and 82576 (QEMU e1000e and igb) with receive metadata whose layout may change",
    license: "GPL",
    params: {
        interrupts: u8 {
            default: 0,
            description: "Best kind of interrupts to use: 0 MSI-X, 1 MSI, 2 INTx",
        },
    },
}
