// SPDX-License-Identifier: GPL-2.0

//! The two tasks that are counted: to make a record, and to read all of a kernel's BTF.
//!
//! `cargo qemu bench core` builds this in the toolchain root, runs it under callgrind and prints tables. What must never
//! happen: contenders that do different work, so their answers are compared, here in tests and there in every run.

pub mod reading;
pub mod record;
pub mod writers;
