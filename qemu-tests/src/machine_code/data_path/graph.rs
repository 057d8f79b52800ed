// SPDX-License-Identifier: GPL-2.0

//! A call graph, read from what `llvm-objdump -dr --demangle` prints. Pure.
//!
//! Functions of one name, as instances of one generic may be, count as one: that only adds edges.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Which function mentions which.
#[derive(Debug, Default)]
pub struct Graph {
    /// By name: names that it calls, jumps to or takes the address of.
    edges: BTreeMap<String, BTreeSet<String>>,
    /// By section: where its functions begin.
    starts: BTreeMap<String, BTreeMap<u64, String>>,
}

impl Graph {
    /// Reads a disassembly with relocations.
    pub fn parse(text: &str) -> Self {
        let mut graph = Self::default();
        let mut section = String::new();
        let mut function = None;
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("Disassembly of section ") {
                section = rest.trim_end_matches(':').to_owned();
            } else if let Some((address, name)) = header(line) {
                graph.edges.entry(name.to_owned()).or_default();
                let starts = graph.starts.entry(section.clone()).or_default();
                starts.insert(address, name.to_owned());
                function = Some(name.to_owned());
            } else if let (Some(function), Some(target)) = (&function, target(line)) {
                graph
                    .edges
                    .entry(function.clone())
                    .or_default()
                    .insert(target);
            }
        }
        graph.resolve();
        graph
    }

    /// Replaces `section+offset` by the function that is there.
    fn resolve(&mut self) {
        let starts = std::mem::take(&mut self.starts);
        for targets in self.edges.values_mut() {
            *targets = targets
                .iter()
                .map(|target| place(&starts, target))
                .collect();
        }
        self.starts = starts;
    }

    /// Functions whose names have all these parts.
    pub fn named(&self, parts: &[&str]) -> Vec<&str> {
        let has_all = |name: &&String| parts.iter().all(|part| name.contains(part));
        self.edges
            .keys()
            .filter(has_all)
            .map(String::as_str)
            .collect()
    }

    /// The shortest way from `entries` to each function that panics.
    pub fn panics(&self, entries: &[&str]) -> Vec<String> {
        let mut from: BTreeMap<&str, Option<&str>> =
            entries.iter().map(|entry| (*entry, None)).collect();
        let mut waiting: VecDeque<&str> = entries.iter().copied().collect();
        let mut found = Vec::new();
        while let Some(name) = waiting.pop_front() {
            if is_panic(name) {
                found.push(way(&from, name));
                continue;
            }
            for target in self.edges.get(name).into_iter().flatten() {
                if !from.contains_key(target.as_str()) {
                    from.insert(target, Some(name));
                    waiting.push_back(target);
                }
            }
        }
        found
    }
}

/// Whether this is where Rust ends: the panics themselves, and the cold functions in front of some of them.
fn is_panic(name: &str) -> bool {
    name.contains("core::panicking::")
        || name.starts_with("core::")
            && ["unwrap_failed", "expect_failed", "_fail", "panic"]
                .iter()
                .any(|word| name.contains(word))
}

/// `0000000000000040 <name>:`
fn header(line: &str) -> Option<(u64, &str)> {
    let (address, name) = line.strip_suffix(">:")?.split_once(" <")?;
    Some((u64::from_str_radix(address, 16).ok()?, name))
}

/// What a line of code or relocation refers to.
fn target(line: &str) -> Option<String> {
    relocation(line).or_else(|| branch(line).map(str::to_owned))
}

/// `0000000000000016:  R_X86_64_PLT32 name-0x4`. A relative one counts from its own end, four bytes further.
fn relocation(line: &str) -> Option<String> {
    let (_, rest) = line.split_once(":  R_X86_64_")?;
    let (kind, target) = rest.split_once(char::is_whitespace)?;
    let target = target.trim();
    let relative = ["PC32", "PLT32"].contains(&kind);
    match target.rsplit_once("+0x") {
        Some((section, offset)) if relative && section.starts_with('.') => {
            let offset = u64::from_str_radix(offset, 16).ok()?;
            Some(format!("{section}+{:#x}", offset + 4))
        }
        _ => Some(target.trim_end_matches("-0x4").to_owned()),
    }
}

/// `15: callq 0x1a <name+0x1a>` and all jumps.
fn branch(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once(":      \t")?;
    let (mnemonic, operand) = rest.split_once(char::is_whitespace)?;
    if !mnemonic.starts_with("call") && !mnemonic.starts_with('j') {
        return None;
    }
    let name = operand.split_once(" <")?.1.strip_suffix('>')?;
    Some(name.rsplit_once("+0x").map_or(name, |(name, _)| name))
}

/// The function at `section+0x…`; anything else is its own name.
fn place(starts: &BTreeMap<String, BTreeMap<u64, String>>, target: &str) -> String {
    let resolved = || {
        let (section, offset) = target.rsplit_once("+0x").unwrap_or((target, "0"));
        let offset = u64::from_str_radix(offset, 16).ok()?;
        starts
            .get(section)?
            .range(..=offset)
            .next_back()
            .map(|(_, name)| name.clone())
    };
    resolved().unwrap_or_else(|| target.to_owned())
}

fn way(from: &BTreeMap<&str, Option<&str>>, to: &str) -> String {
    let mut way = vec![to];
    while let Some(Some(before)) = way.last().and_then(|last| from.get(last)) {
        way.push(before);
    }
    way.reverse();
    way.join("\n  > ")
}

#[cfg(test)]
mod tests {
    use super::Graph;

    const TEXT: &str = "\
rnic.ko:\tfile format elf64-x86-64

Disassembly of section .text:

0000000000000000 <<a::Vtable<b>>::poll>:
       0:      \tpushq\t%rbp
       3:      \tjne\t0x9 <<a::Vtable<b>>::poll+0x9>
       5:      \tcallq\t0x40 <rnic::helper>
       9:      \tmovq\t$0x0, %rdi
\t\t000000000000000c:  R_X86_64_32S\t.text+0x60

0000000000000040 <rnic::helper>:
      40:      \tcallq\t0x45 <rnic::helper+0x5>
\t\t0000000000000041:  R_X86_64_PLT32\tpage_pool_alloc-0x4

0000000000000060 <rnic::pointed_at>:
      60:      \tretq

0000000000000080 <<c::Adapter>::open>:
      80:      \tjmp\t0x85 <<c::Adapter>::open+0x5>
\t\t0000000000000081:  R_X86_64_PLT32\t.text.unlikely+0xc

Disassembly of section .text.unlikely:

0000000000000000 <rnic::other>:
       0:      \tretq

0000000000000010 <rnic::cold>:
      10:      \tcallq\t0x15 <rnic::cold+0x5>
\t\t0000000000000011:  R_X86_64_PLT32\tcore::panicking::panic_bounds_check-0x4
";

    #[test]
    fn a_panic_is_found_with_the_way_to_it() {
        let graph = Graph::parse(TEXT);
        let open = graph.named(&["Adapter", "open"]);
        assert_eq!(open, ["<c::Adapter>::open"]);
        assert_eq!(
            graph.panics(&open),
            ["<c::Adapter>::open\n  > rnic::cold\n  > core::panicking::panic_bounds_check"]
        );
    }

    #[test]
    fn calls_jumps_and_addresses_are_edges() {
        let graph = Graph::parse(TEXT);
        let poll = graph.named(&["Vtable", ">::poll"]);
        assert!(graph.panics(&poll).is_empty());
        let edges: Vec<&str> = graph.edges["<a::Vtable<b>>::poll"]
            .iter()
            .map(String::as_str)
            .collect();
        assert_eq!(
            edges,
            ["<a::Vtable<b>>::poll", "rnic::helper", "rnic::pointed_at"]
        );
        let with_panic = TEXT.replace("page_pool_alloc", "core::option::unwrap_failed");
        assert_eq!(Graph::parse(&with_panic).panics(&poll).len(), 1);
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert!(Graph::parse(TEXT).named(&["start_xmit"]).is_empty());
        assert!(Graph::parse("").named(&["poll"]).is_empty());
    }
}
