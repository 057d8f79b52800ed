// SPDX-License-Identifier: GPL-2.0

//! Names of the functions outside of the profiled module: the kernel's, and compiled BPF programs.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

/// Functions by address; a machine without KASLR has them where its kernel was linked.
#[derive(Clone, Debug, Default)]
pub struct Symbols(BTreeMap<u64, String>);

impl Symbols {
    /// Those of a kernel build.
    ///
    /// # Errors
    ///
    /// When it has no `System.map`.
    pub fn of_kernel(dir: &Path) -> Result<Self> {
        let path = dir.join("System.map");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let functions = text.lines().filter_map(|line| {
            let (address, rest) = line.split_once(' ')?;
            let (kind, name) = rest.split_once(' ')?;
            matches!(kind, "t" | "T" | "w" | "W").then(|| (address, name))
        });
        let mut this = Self::default();
        for (address, name) in functions {
            this.insert(address, name);
        }
        Ok(this)
    }

    /// Adds lines of `address name`.
    pub fn add<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        for (address, name) in lines.filter_map(|line| line.split_once(' ')) {
            self.insert(address, &format!("{name} [bpf]"));
        }
    }

    fn insert(&mut self, address: &str, name: &str) {
        // Others than functions have names that say nothing (`__pfx_…`, padding).
        if let Ok(address) = u64::from_str_radix(address, 16) {
            if !name.starts_with("__pfx_") {
                self.0.insert(address, name.to_owned());
            }
        }
    }

    /// Where a function begins.
    pub fn address(&self, name: &str) -> Option<u64> {
        let mut found = self.0.iter().filter(|(_, one)| *one == name);
        found.next().map(|(address, _)| *address)
    }

    /// The function that an instruction is in.
    pub fn at(&self, address: u64) -> &str {
        let before = self.0.range(..=address).next_back();
        before.map_or("?", |(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::Symbols;

    #[test]
    fn an_instruction_is_in_the_function_before_it() {
        let mut symbols = Symbols::default();
        symbols.add(["ff00 drop", "ff40 pass"].into_iter());
        assert_eq!(symbols.at(0xff3f), "drop [bpf]");
        assert_eq!(symbols.at(0xff40), "pass [bpf]");
        assert_eq!(symbols.at(0x10), "?");
        assert_eq!(symbols.address("pass [bpf]"), Some(0xff40));
    }
}
