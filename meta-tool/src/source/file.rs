// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0

//! The BTF within a file: a section of an ELF file, or all of it.
//!
//! Of an ELF file only the headers and these sections are read: a kernel with all its debugging information has some
//! hundreds of megabytes.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use anyhow::{bail, Context, Result};
use object::read::ReadCache;
use object::{Object, ObjectSection};

/// Compressed files that look like nothing else.
const COMPRESSED: [(&[u8], &str); 3] = [
    (b"\xfd7zXZ\0", "unxz"),
    (b"\x28\xb5\x2f\xfd", "unzstd"),
    (b"\x1f\x8b", "gunzip"),
];

/// Bytes of BTF.
#[derive(Clone, Copy, Debug)]
pub(super) struct Content {
    /// `.BTF`.
    pub(super) btf: &'static [u8],
    /// `.BTF.base`, if the file has one.
    pub(super) base: Option<&'static [u8]>,
}

impl Content {
    /// Reads what a file has.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let mut file = File::open(path).map_err(|error| match error.kind() {
            ErrorKind::PermissionDenied => {
                anyhow::Error::new(error).context("cannot be opened: try as root")
            }
            _ => anyhow::Error::new(error).context("cannot be opened"),
        })?;
        let mut magic = [0; 6];
        let length = read_up_to(&mut file, &mut magic).context("cannot be read")?;
        let magic = magic.get(..length).unwrap_or(&[]);
        if let Some((_, tool)) = COMPRESSED.iter().find(|(head, _)| magic.starts_with(head)) {
            bail!("is compressed: put it through {tool} first");
        }
        if magic.starts_with(b"\x7fELF") {
            return Self::elf(file);
        }
        let bytes = fs::read(path).context("cannot be read")?;
        Ok(Self {
            btf: bytes.leak(),
            base: None,
        })
    }

    fn elf(file: File) -> Result<Self> {
        let cache = ReadCache::new(file);
        let elf = object::File::parse(&cache).context("is no ELF file that can be read")?;
        let section = |name: &str| -> Result<Option<&'static [u8]>> {
            let Some(section) = elf.section_by_name(name) else {
                return Ok(None);
            };
            let bytes = section
                .data()
                .with_context(|| format!("its section {name} cannot be read"))?;
            Ok(Some(bytes.to_vec().leak()))
        };
        let Some(btf) = section(".BTF")? else {
            bail!(
                "has no section .BTF: was it built with CONFIG_DEBUG_INFO_BTF, and not stripped?"
            );
        };
        Ok(Self {
            btf,
            base: section(".BTF.base")?,
        })
    }
}

fn read_up_to(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut length = 0;
    while let Some(rest) = buffer.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            n => length += n,
        }
    }
    Ok(length)
}
