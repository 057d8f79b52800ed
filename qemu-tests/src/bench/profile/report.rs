// SPDX-License-Identifier: GPL-2.0

//! What the profiler counted, for people. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use anyhow::{ensure, Context, Result};

use super::listing::Listing;
use crate::bench::symbols::Symbols;

/// As many source lines are shown.
const LINES: usize = 40;
/// Functions that take less for each packet are not shown.
const LEAST: f64 = 0.05;

/// Counts of all instructions.
#[derive(Debug)]
pub struct Report<'a> {
    counts: BTreeMap<u64, u64>,
    entries: BTreeMap<String, u64>,
    packets: u64,
    listing: &'a Listing,
    symbols: &'a Symbols,
}

impl<'a> Report<'a> {
    /// Reads the profiler's file: `address entry count` on each line.
    ///
    /// # Errors
    ///
    /// When a line is not understood or there is none.
    pub fn new(
        text: &str,
        packets: u64,
        listing: &'a Listing,
        symbols: &'a Symbols,
    ) -> Result<Self> {
        let mut this = Self {
            counts: BTreeMap::new(),
            entries: BTreeMap::new(),
            packets: packets.max(1),
            listing,
            symbols,
        };
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let mut hex = || u64::from_str_radix(words.next()?, 16).ok();
            let (address, entry) = (hex(), hex());
            let count = words.next().and_then(|word| word.parse::<u64>().ok());
            let (address, entry, count) = address
                .zip(entry)
                .zip(count)
                .map(|((address, entry), count)| (address, entry, count))
                .with_context(|| format!("not a count: {line}"))?;
            *this.counts.entry(address).or_default() += count;
            *this.entries.entry(this.name(entry)).or_default() += count;
        }
        ensure!(!this.counts.is_empty(), "the module was never called");
        Ok(this)
    }

    fn name(&self, address: u64) -> String {
        match self.listing.at(address) {
            Some(insn) => format!("{} [module]", self.listing.function(insn)),
            None => self.symbols.at(address).to_owned(),
        }
    }

    fn each(&self, count: u64) -> f64 {
        count as f64 / self.packets as f64
    }

    /// Sums by some name, the largest first.
    fn by(&self, name: impl Fn(u64) -> Option<String>) -> Vec<(String, f64)> {
        let mut sums: BTreeMap<String, u64> = BTreeMap::new();
        for (address, count) in &self.counts {
            if let Some(name) = name(*address) {
                *sums.entry(name).or_default() += count;
            }
        }
        self.sorted(sums)
    }

    fn sorted(&self, sums: BTreeMap<String, u64>) -> Vec<(String, f64)> {
        let mut sums: Vec<(String, u64)> = sums.into_iter().collect();
        sums.sort_by(|(_, a), (_, b)| b.cmp(a));
        let each = |(name, sum)| (name, self.each(sum));
        sums.into_iter().map(each).collect()
    }

    /// The module's executed functions, each instruction with how often a packet executes it.
    pub fn annotated(&self) -> String {
        let mut text = String::new();
        let executed: BTreeSet<usize> = self
            .listing
            .insns()
            .filter(|(address, _)| self.counts.contains_key(address))
            .map(|(_, insn)| insn.function)
            .collect();
        let (mut function, mut source) = (None, None);
        for (address, insn) in self.listing.insns() {
            if !executed.contains(&insn.function) {
                continue;
            }
            // Writing to a string does not fail.
            if function.replace(insn.function) != Some(insn.function) {
                let _ = writeln!(text, "\n{}:", self.listing.function(insn));
            }
            if source.replace(insn.source) != Some(insn.source) {
                let _ = writeln!(text, "                  ; {}", self.listing.source(insn));
            }
            let count = self
                .counts
                .get(&address)
                .map_or_else(String::new, |count| format!("{:.2}", self.each(*count)));
            let _ = writeln!(text, "{count:>8} {address:x}  {}", insn.text);
        }
        text
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.each(self.counts.values().sum());
        let packets = self.packets;
        writeln!(f, "{all:.1} instructions for each of {packets} packets")?;
        let table = |f: &mut fmt::Formatter<'_>, title: &str, rows: &[(String, f64)]| {
            writeln!(f, "\neach packet  {title}")?;
            for (name, each) in rows.iter().filter(|(_, each)| *each >= LEAST) {
                writeln!(f, "{each:>11.2}  {name}")?;
            }
            Ok(())
        };
        table(f, "entered by", &self.sorted(self.entries.clone()))?;
        table(
            f,
            "in function",
            &self.by(|address| Some(self.name(address))),
        )?;
        let mut lines = self.by(|address| {
            let insn = self.listing.at(address)?;
            Some(self.listing.source(insn).to_owned())
        });
        lines.truncate(LINES);
        table(f, "at line of the module", &lines)
    }
}

#[cfg(test)]
mod tests {
    use super::{Listing, Report, Symbols};

    #[test]
    fn counts_are_for_each_packet() {
        let text = "Disassembly of section .text:\n\n0000000000000000 <poll>:\n; /a/b/rx.rs:7\n   0:\tnop\n   1:\tretq\n";
        let listing = Listing::parse(text, |_| Some(0xf000));
        let mut symbols = Symbols::default();
        symbols.add(["1000 helper"].into_iter());
        let counts = "f000 f000 20\nf001 f000 20\n1004 f000 5\n";
        let report = Report::new(counts, 10, &listing, &symbols).unwrap();
        let said = report.to_string();
        for line in [
            "4.5 instructions for each of 10 packets",
            "4.50  poll [module]",
            "4.00  poll [module]",
            "0.50  helper [bpf]",
            "4.00  b/rx.rs:7",
        ] {
            assert!(said.contains(line), "{line} in {said}");
        }
        assert!(report.annotated().contains("    2.00 f001  retq"));
        assert!(Report::new("", 10, &listing, &symbols).is_err());
        assert!(Report::new("nonsense", 10, &listing, &symbols).is_err());
    }
}
