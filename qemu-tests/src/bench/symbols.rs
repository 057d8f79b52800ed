// SPDX-License-Identifier: GPL-2.0

//! Names of the functions outside of the profiled module: the kernel's, and compiled BPF programs.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};

use crate::boot::Workshop;
use crate::build;
use crate::lane::Lane;
use crate::lock::{write_whole, Lock};
use crate::vm::argv::Mode;
use crate::vm::ctl::Line;
use crate::vm::Event;

/// Functions by address; a machine without KASLR has them where its kernel was linked.
#[derive(Clone, Debug, Default)]
pub struct Symbols(BTreeMap<u64, String>);

impl Symbols {
    /// Those of the kernel, as its build says, or a machine of it.
    ///
    /// # Errors
    ///
    /// When neither does.
    pub fn of_kernel(workshop: &Workshop) -> Result<Self> {
        let kernel = &workshop.ground.kernel;
        let built = kernel.dir.join("System.map");
        let asked = workshop
            .paths
            .runs()
            .join(format!("functions-{}", kernel.key));
        let text = match std::fs::read_to_string(&built) {
            Ok(text) => text,
            Err(_) if asked.exists() => std::fs::read_to_string(&asked)?,
            Err(_) => {
                let text = ask(workshop)?;
                write_whole(&asked, &text)?;
                text
            }
        };
        let functions = text.lines().filter_map(|line| {
            let (address, rest) = line.split_once(' ')?;
            let (kind, name) = rest.split_once(' ')?;
            matches!(kind, "t" | "T" | "w" | "W").then_some((address, name))
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

/// Boots a machine to ask it; in the form of `System.map`.
fn ask(workshop: &Workshop) -> Result<String> {
    let lane = Lane::first();
    let (paths, ground) = (&workshop.paths, &workshop.ground);
    let image = {
        let _lock = Lock::take(&paths.runs().join("build.lock"), "this tree's build")?;
        build::image_without_module(paths, ground, "functions")?
    };
    let mut vm = workshop.boot_as(lane, &image, Mode::Bench)?;
    vm.say("functions")?;
    let end = Instant::now() + Duration::from_secs(120);
    let mut text = String::new();
    loop {
        match vm.next_until(end) {
            Event::Ctl(line) => match Line::parse(&line) {
                Line::Function(line) => {
                    let (address, name) = line.split_once(' ').context("half a line")?;
                    text.push_str(&format!("{address} t {name}\n"));
                }
                Line::Listed => return Ok(text),
                _ => {}
            },
            Event::Console(_) => {}
            Event::Gone(_) | Event::Silence => {
                bail!("the machine did not say where its kernel's functions are")
            }
        }
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
