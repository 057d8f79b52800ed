// SPDX-License-Identifier: GPL-2.0

//! The sections of kernel images and modules that hold BTF.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use object::read::elf::ElfFile64;
use object::{Object, ObjectSection, ReadCache};

/// A section's bytes. Of the rest of the file, which may be large, only what leads there is read.
///
/// # Errors
///
/// When the file is no ELF file, or has no such section.
pub fn named(path: &Path, name: &str) -> Result<Vec<u8>> {
    let what = || format!("{} of {}", name, path.display());
    let file = ReadCache::new(File::open(path).with_context(what)?);
    let elf: ElfFile64<'_, object::Endianness, _> = ElfFile64::parse(&file).with_context(what)?;
    let section = elf
        .section_by_name(name)
        .with_context(|| format!("no section {}", what()))?;
    Ok(section.data().with_context(what)?.to_vec())
}

/// All modules below a folder, in order of their paths.
///
/// # Errors
///
/// When a folder cannot be read.
pub fn modules(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![dir.to_path_buf()];
    while let Some(dir) = waiting.pop() {
        for entry in
            std::fs::read_dir(&dir).with_context(|| format!("cannot read {}", dir.display()))?
        {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|ext| ext == "ko") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
