// SPDX-License-Identifier: GPL-2.0

//! Proof by reading: no panic can be reached from the code that handles packets.
//!
//! The built `rnic.ko` is disassembled and its call graph walked from the entry points of the data path. A call, a jump
//! and an address that code takes all count as an edge; what is called through a pointer that was stored elsewhere does
//! not, and what the kernel does on our behalf is the kernel's. What must never happen: a pass because nothing was
//! looked at, so every entry point must be there, and one off the data path must be found to panic.

mod graph;

use std::path::Path;

use anyhow::{bail, ensure, Result};

use crate::boot::Workshop;
use crate::build::module::Variant;
use crate::report::{Outcome, Verdict};
use graph::Graph;

/// Name in reports.
pub const NAME: &str = "module::data_path_has_no_panic";

/// Entry points of the data path: parts of their names.
const ENTRIES: &[&[&str]] = &[
    &["Vtable", ">::poll"],
    &["Vtable", ">::start_xmit"],
    &["rnic::sys::", "::trampoline"],
    &["sys::metadata_ops::rx_hash"],
    &["sys::metadata_ops::rx_vlan_tag"],
    &["bpf_xdp_meta_field"],
    &["bpf_xdp_meta_record"],
];

/// Off the data path, and known to reach a panic: if it is not seen there, it is seen nowhere.
const CONTROL: &[&str] = &["Adapter", ">::open"];

/// Builds the module and looks at it.
pub fn run(workshop: &Workshop) -> Outcome {
    Outcome::of(NAME, |_| Ok(Verdict::of(check(workshop))))
}

/// The ways to a panic.
fn check(workshop: &Workshop) -> Result<Vec<String>> {
    let module = workshop.module(Variant::Plain)?;
    let graph = Graph::parse(&disassemble(workshop, &module.file)?);
    let mut entries = Vec::new();
    for parts in ENTRIES {
        let found = graph.named(parts);
        ensure!(
            !found.is_empty(),
            "rnic.ko has no {}: was it renamed?",
            parts.join(" … ")
        );
        entries.extend(found);
    }
    let control = graph.named(CONTROL);
    if graph.panics(&control).is_empty() {
        bail!(
            "{} no longer reaches a panic: choose another control",
            CONTROL.join(" … ")
        );
    }
    Ok(graph.panics(&entries))
}

fn disassemble(workshop: &Workshop, module: &Path) -> Result<String> {
    let file = module.to_string_lossy();
    let words = ["-dr", "--no-show-raw-insn", "--demangle", &file];
    workshop.ground.root.output("llvm-objdump-19", &words)
}
