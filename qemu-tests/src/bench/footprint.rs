// SPDX-License-Identifier: GPL-2.0

//! How large the modules are: the code that stays in memory, and all that does.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use object::elf::{FileHeader64, SHF_ALLOC, SHF_EXECINSTR};
use object::read::elf::{FileHeader, SectionHeader};
use object::Endianness;
use serde_json::{json, Value};

use crate::boot::Workshop;
use crate::build::module::{Module, Variant};
use crate::build::modules;

/// The kernel's own.
const DRIVERS: [&str; 2] = ["e1000e", "igb"];

/// Bytes of our module, if it is among the drivers, and of the kernel's own.
///
/// # Errors
///
/// When a module cannot be read.
pub fn modules(workshop: &Workshop, drivers: &[&str]) -> Result<Vec<Value>> {
    let mut files = Vec::new();
    if drivers.contains(&"rnic") {
        files.push(Module::build(&workshop.paths, &workshop.ground, Variant::Plain)?.file);
    }
    for driver in DRIVERS {
        files.push(of_kernel(workshop, driver)?);
    }
    files.iter().map(|file| module(file)).collect()
}

/// The file of one of the kernel's own.
///
/// # Errors
///
/// When it is not measured.
pub fn of_kernel(workshop: &Workshop, name: &str) -> Result<PathBuf> {
    modules::build(&workshop.paths, &workshop.ground)?.named(name)
}

fn module(file: &Path) -> Result<Value> {
    let data = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let sizes = Sizes::of(&data).with_context(|| format!("{} is no module", file.display()))?;
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    Ok(json!({ "module": name, "text": sizes.text, "all": sizes.all }))
}

/// Bytes in memory, without what is gone after loading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sizes {
    text: u64,
    all: u64,
}

impl Sizes {
    fn of(data: &[u8]) -> Result<Self> {
        let mut sizes = Self::default();
        for section in sections(data)? {
            sizes.all += section.size;
            if section.is_code {
                sizes.text += section.size;
            }
        }
        Ok(sizes)
    }
}

/// A section that stays in memory.
struct Section {
    name: String,
    size: u64,
    is_code: bool,
}

fn sections(data: &[u8]) -> Result<Vec<Section>> {
    let header = FileHeader64::<Endianness>::parse(data)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, data)?;
    let mut kept = Vec::new();
    for section in sections.iter() {
        let name = sections.section_name(endian, section)?;
        let flags = section.sh_flags(endian);
        if flags & u64::from(SHF_ALLOC) == 0 || name.starts_with(b".init") {
            continue;
        }
        kept.push(Section {
            name: String::from_utf8_lossy(name).into_owned(),
            size: section.sh_size(endian),
            is_code: flags & u64::from(SHF_EXECINSTR) != 0,
        });
    }
    Ok(kept)
}

/// Names and sizes of a module's sections of code.
///
/// # Errors
///
/// When the file is no module.
pub fn code(file: &Path) -> Result<Vec<(String, u64)>> {
    let data = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let sections = sections(&data).with_context(|| format!("{} is no module", file.display()))?;
    let code = sections.into_iter().filter(|section| section.is_code);
    Ok(code.map(|section| (section.name, section.size)).collect())
}

#[cfg(test)]
mod tests {
    use super::Sizes;

    #[test]
    fn a_program_has_code_and_more() {
        let own = std::fs::read("/proc/self/exe").unwrap();
        let sizes = Sizes::of(&own).unwrap();
        assert!(sizes.text > 0 && sizes.text < sizes.all, "{sizes:?}");
        assert!(Sizes::of(b"no module").is_err());
    }
}
