// SPDX-License-Identifier: GPL-2.0

//! Which shared libraries a program needs, found by reading ELF headers.
//!
//! Nothing is executed: the root's programs may need a newer C library than the host has.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{bail, Context, Result};
use object::elf::{FileHeader64, DT_NEEDED};
use object::read::elf::{Dyn, FileHeader};
use object::Endianness;

const SEARCH: &[&str] = &[
    "usr/lib/x86_64-linux-gnu",
    "usr/lib",
    "usr/lib64",
    "usr/lib/llvm-19/lib",
];
/// The loader, by the path that programs name it with.
const LOADER: &str = "usr/lib64/ld-linux-x86-64.so.2";

/// Paths below `root` of all libraries that `programs` load, the loader included.
///
/// # Errors
///
/// When a file is no ELF file or a library is missing.
pub fn closure(root: &Path, programs: &[&str]) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::from([LOADER.to_owned()]);
    let mut waiting: Vec<String> = programs
        .iter()
        .map(|program| (*program).to_owned())
        .collect();
    while let Some(path) = waiting.pop() {
        for name in needed(&root.join(&path))? {
            if LOADER.ends_with(&format!("/{name}")) {
                continue;
            }
            let Some(library) = SEARCH
                .iter()
                .map(|dir| format!("{dir}/{name}"))
                .find(|path| root.join(path).exists())
            else {
                bail!("{path} needs {name}, which the toolchain root lacks");
            };
            if found.insert(library.clone()) {
                waiting.push(library);
            }
        }
    }
    Ok(found)
}

/// Names in the file's DT_NEEDED entries; none for a static program.
fn needed(path: &PathBuf) -> Result<Vec<String>> {
    let data = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let data = data.as_slice();
    let bad = || format!("{} is not an x86-64 program", path.display());
    let header = FileHeader64::<Endianness>::parse(data).with_context(bad)?;
    let endian = header.endian().with_context(bad)?;
    let sections = header.sections(endian, data).with_context(bad)?;
    let Some((entries, index)) = sections.dynamic(endian, data).with_context(bad)? else {
        return Ok(Vec::new());
    };
    let strings = sections.strings(endian, data, index).with_context(bad)?;
    let mut names = Vec::new();
    for entry in entries
        .iter()
        .filter(|entry| entry.tag32(endian) == Some(DT_NEEDED))
    {
        names.push(
            String::from_utf8_lossy(entry.string(endian, strings).with_context(bad)?).into_owned(),
        );
    }
    Ok(names)
}
