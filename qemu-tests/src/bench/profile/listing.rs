// SPDX-License-Identifier: GPL-2.0

//! A module's disassembly, by address in the guest. Pure.

use std::collections::BTreeMap;

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insn {
    /// The function that it is in.
    pub function: usize,
    /// `file:line` that it comes from, of the innermost inlined function.
    pub source: usize,
    /// The instruction as the disassembler writes it.
    pub text: String,
}

/// All of them, with the names that they refer to.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    insns: BTreeMap<u64, Insn>,
    functions: Vec<String>,
    sources: Vec<String>,
}

impl Listing {
    /// Reads what `llvm-objdump -d -l` prints; `place` says where a section is, if it is anywhere.
    pub fn parse(text: &str, place: impl Fn(&str) -> Option<u64>) -> Self {
        let mut this = Self::default();
        let mut base = None;
        this.sources.push(String::new());
        for line in text.lines() {
            if let Some(section) = line.strip_prefix("Disassembly of section ") {
                base = place(section.trim_end_matches(':'));
            } else if let Some(source) = line.strip_prefix("; ") {
                // The function's name is on a line of its own, without a number at its end.
                if source
                    .rsplit_once(':')
                    .is_some_and(|(_, number)| number.parse::<u32>().is_ok())
                {
                    this.sources.push(short(source));
                }
            } else if let Some((_, name)) = label(line) {
                this.functions.push(name.to_owned());
                this.sources.push(String::new());
            } else if let (Some(base), Some((offset, text))) = (base, instruction(line)) {
                let insn = Insn {
                    function: this.functions.len().saturating_sub(1),
                    source: this.sources.len() - 1,
                    text: text.to_owned(),
                };
                this.insns.insert(base + offset, insn);
            }
        }
        this
    }

    /// The instruction at an address.
    pub fn at(&self, address: u64) -> Option<&Insn> {
        self.insns.get(&address)
    }

    /// All instructions in order.
    pub fn insns(&self) -> impl Iterator<Item = (u64, &Insn)> {
        self.insns.iter().map(|(address, insn)| (*address, insn))
    }

    /// A function's name.
    pub fn function(&self, insn: &Insn) -> &str {
        self.functions
            .get(insn.function)
            .map_or("?", String::as_str)
    }

    /// `file:line`, empty if it is not known.
    pub fn source(&self, insn: &Insn) -> &str {
        self.sources.get(insn.source).map_or("", String::as_str)
    }
}

/// `0000000000000010 <name>:`
fn label(line: &str) -> Option<(u64, &str)> {
    let (address, rest) = line.split_once(" <")?;
    let address = u64::from_str_radix(address, 16).ok()?;
    Some((address, rest.strip_suffix(">:")?))
}

/// `      10:  pushq  %rbp`, with tabs between.
fn instruction(line: &str) -> Option<(u64, &str)> {
    let (offset, text) = line.trim_start().split_once(':')?;
    let offset = u64::from_str_radix(offset, 16).ok()?;
    Some((offset, text.trim()))
}

/// The last two parts of a path, which are enough to find it again.
fn short(source: &str) -> String {
    let parts: Vec<&str> = source.rsplitn(3, '/').collect();
    match parts[..] {
        [file, folder, _] => format!("{folder}/{file}"),
        _ => source.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Listing;

    const TEXT: &str = "
Disassembly of section .text:

0000000000000010 <a::poll>:
; a::poll():
; /src/rnic/rx.rs:7
      10:      \tpushq\t%rbp
; /src/rnic/rx/ring.rs:40
      11:      \tretq

Disassembly of section .init.text:

0000000000000000 <init>:
       0:      \tretq
";

    #[test]
    fn instructions_know_their_function_and_line() {
        let listing = Listing::parse(TEXT, |section| (section == ".text").then_some(0xf000));
        let insn = listing.at(0xf011).unwrap();
        assert_eq!(listing.function(insn), "a::poll");
        assert_eq!(listing.source(insn), "rx/ring.rs:40");
        assert_eq!(insn.text, "retq");
        assert_eq!(listing.insns().count(), 2);
    }
}
