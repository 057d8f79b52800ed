// SPDX-License-Identifier: GPL-2.0

//! Keys for cached things: a hash over everything that decides their content.

use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// Collects parts into one key. Each part is prefixed by its length, so that two lists of parts never run together.
#[derive(Clone, Default)]
pub struct Key(Sha256);

impl Key {
    /// Adds bytes.
    #[must_use]
    pub fn with(mut self, part: impl AsRef<[u8]>) -> Self {
        let part = part.as_ref();
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    /// Adds the content of a file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn with_file(self, path: &Path) -> Result<Self> {
        let bytes =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(self.with(bytes))
    }

    /// 16 hexadecimal digits: enough for a folder's name.
    pub fn short(self) -> String {
        self.0
            .finalize()
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// The SHA-256 of a file, in hexadecimal digits.
///
/// # Errors
///
/// When the file cannot be read.
pub fn sha256_of(path: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    std::fs::File::open(path)
        .and_then(|mut file| std::io::copy(&mut file, &mut hash))
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(format!("{:x}", hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn parts_do_not_run_together() {
        let first = Key::default().with("ab").with("c").short();
        let second = Key::default().with("a").with("bc").short();
        assert_eq!(first.len(), 16);
        assert_ne!(first, second);
        assert_eq!(first, Key::default().with("ab").with("c").short());
    }
}
