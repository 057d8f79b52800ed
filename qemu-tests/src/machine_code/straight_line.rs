// SPDX-License-Identifier: GPL-2.0

//! Proof by reading: the writer of a record is straight-line code, as compiled for the kernel.
//!
//! A build of the module has each writer as a function of its own (`rnic-driver/src/probes.rs`), for the driver's layouts
//! and for a declaration with every kind of field. Each is disassembled: no jump, no loop, no call, and so no panic. What
//! must never happen: a pass because a writer was not looked at, so they are counted, and functions that have a
//! branch, a loop and a panic must be found to have them.

use std::path::Path;

use anyhow::{bail, ensure, Context, Result};
use meta_core::meta::XdpMeta;
use object::read::elf::ElfFile64;
use object::{Object, ObjectSymbol};
use rnic_driver::layouts::RxMeta;

use super::listing::{self, Function};
use crate::boot::Workshop;
use crate::build::module::{Module, Variant};
use crate::report::{Outcome, Verdict};

/// Name in reports.
pub const NAME: &str = "module::writers_are_straight_line";

/// The start of every writer's name.
const PROBE: &str = "rnic::probes::probe::<";

/// The part of a mangled name that says how many probes there are: the symbol has a byte for each.
const EXPECTED: &str = "6probes8EXPECTED";

/// Functions that are not straight, and what has to be found in them.
const CONTROLS: &[(&str, &str)] = &[
    ("rnic::probes::control_branch", "j"),
    ("rnic::probes::control_loop", "j"),
    ("rnic::probes::control_panic", "call"),
];

/// Builds the module with probes and looks at them.
pub fn run(workshop: &Workshop) -> Outcome {
    Outcome::of(NAME, |_| Ok(Verdict::of(check(workshop))))
}

/// The functions of the module with probes.
///
/// # Errors
///
/// When it cannot be built or disassembled.
pub fn functions(workshop: &Workshop) -> Result<Vec<Function>> {
    let module = build(workshop)?;
    Ok(listing::parse(&disassemble(workshop, &module.file)?))
}

/// Builds the module with probes.
///
/// # Errors
///
/// When that fails.
pub fn build(workshop: &Workshop) -> Result<Module> {
    workshop.module(Variant::Probes)
}

/// What is not straight.
fn check(workshop: &Workshop) -> Result<Vec<String>> {
    let module = build(workshop)?;
    let functions = listing::parse(&disassemble(workshop, &module.file)?);
    for (name, word) in CONTROLS {
        let control = functions.iter().find(|function| function.name == *name);
        let control = control.with_context(|| format!("rnic.ko has no {name}: was it renamed?"))?;
        let found = control.bends();
        if !found.iter().any(|bend| bend.starts_with(word)) {
            bail!("{name} has become straight: choose another control");
        }
    }
    let probes: Vec<&Function> = functions
        .iter()
        .filter(|function| function.name.starts_with(PROBE))
        .collect();
    let expected = expected(&module.file)?;
    ensure!(
        probes.len() == expected && expected > RxMeta::LAYOUTS.len(),
        "{} writers were found, of {expected}",
        probes.len()
    );
    let bends = probes.iter().flat_map(|probe| {
        let bends = probe.bends();
        bends
            .into_iter()
            .map(|bend| format!("{}: {bend}", probe.name))
    });
    Ok(bends.collect())
}

/// What the disassembler says of an object.
///
/// # Errors
///
/// When it is none.
pub fn disassemble(workshop: &Workshop, module: &Path) -> Result<String> {
    let file = module.to_string_lossy();
    let words = ["-dr", "--no-show-raw-insn", "--demangle", &file];
    workshop.ground.root.output("llvm-objdump-19", &words)
}

/// How many layouts the module's source has probes for.
fn expected(module: &Path) -> Result<usize> {
    let data = std::fs::read(module)?;
    let file = ElfFile64::<object::Endianness>::parse(data.as_slice())?;
    let symbol = file
        .symbols()
        .find(|symbol| symbol.name().is_ok_and(|name| name.contains(EXPECTED)))
        .context("rnic.ko does not say how many probes it has")?;
    Ok(usize::try_from(symbol.size())?)
}
