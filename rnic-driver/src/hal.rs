// SPDX-License-Identifier: GPL-2.0

//! The NICs: what their registers are for, and in which order they are written.

mod i82574;

pub(crate) use self::i82574::I82574;
