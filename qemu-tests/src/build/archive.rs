// SPDX-License-Identifier: GPL-2.0

//! A `newc` archive, as the kernel unpacks it at its start: the same bytes for the same content.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use cpio::newc::{trailer, Builder};

const DIRECTORY: u32 = 0o040_755;
/// Mode of a program.
pub const EXECUTABLE: u32 = 0o100_755;
/// Mode of a file.
pub const REGULAR: u32 = 0o100_644;
const LINK: u32 = 0o120_777;

/// Entries by path, parents first.
#[derive(Debug, Default)]
pub struct Tree(BTreeMap<String, (u32, Vec<u8>)>);

impl Tree {
    /// Adds a folder and its parents.
    pub fn dir(&mut self, path: &str) {
        let mut end = 0;
        while let Some(next) = path[end..].find('/') {
            self.0
                .entry(path[..end + next].to_owned())
                .or_insert((DIRECTORY, Vec::new()));
            end += next + 1;
        }
        self.0
            .entry(path.to_owned())
            .or_insert((DIRECTORY, Vec::new()));
    }

    /// Adds a file and its folder.
    pub fn put(&mut self, path: &str, mode: u32, content: Vec<u8>) {
        if let Some((dir, _)) = path.rsplit_once('/') {
            self.dir(dir);
        }
        self.0.insert(path.to_owned(), (mode, content));
    }

    /// Adds a symbolic link.
    pub fn link(&mut self, path: &str, target: &str) {
        self.put(path, LINK, target.as_bytes().to_vec());
    }

    /// The archive.
    ///
    /// # Errors
    ///
    /// When a file has more than 4 GiB.
    pub fn write(&self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        for (inode, (path, (mode, content))) in (1..).zip(&self.0) {
            let size =
                u32::try_from(content.len()).with_context(|| format!("{path} is too large"))?;
            let mut entry = Builder::new(path)
                .ino(inode)
                .mode(*mode)
                .nlink(1)
                .write(&mut out, size);
            std::io::Write::write_all(&mut entry, content)?;
            entry.finish()?;
        }
        trailer(&mut out)?;
        Ok(out)
    }
}

/// A file's content.
///
/// # Errors
///
/// When it cannot be read; the path is in the error.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The last part of a path.
pub fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Tree, REGULAR};

    #[test]
    fn parents_come_first_and_bytes_are_reproducible() {
        let mut tree = Tree::default();
        tree.put("usr/lib/a", REGULAR, b"content".to_vec());
        tree.link("lib", "usr/lib");
        let order: Vec<&String> = tree.0.keys().collect();
        assert_eq!(order, ["lib", "usr", "usr/lib", "usr/lib/a"]);
        let bytes = tree.write().unwrap();
        assert_eq!(bytes, tree.write().unwrap());
        assert!(bytes.starts_with(b"070701"));
        assert_eq!(bytes.len() % 4, 0);
    }
}
