// SPDX-License-Identifier: GPL-2.0

//! Line information for each instruction of a BPF object, so that the kernel says where in memory it has compiled each to.
//!
//! The kernel gives the address of what it compiled from a line (`jited_line_info`), and a compiler names a line only where a
//! new one begins. Whoever counts what a processor executes there counts BPF instructions. Pure.

use std::collections::BTreeMap;

use anyhow::{ensure, Context, Result};
use object::elf::FileHeader64;
use object::read::elf::{FileHeader, SectionHeader};
use object::Endianness;

/// Bytes of an instruction.
const INSN: usize = 8;
/// The first half of a load of 64 bits; no line may begin in its second.
const LOAD_64: u8 = 0x18;
/// Where `struct btf_ext_header` has place and length of the lines, and the length of itself.
const HEADER_LEN: usize = 4;
const LINES: usize = 16;

/// A line of `struct bpf_line_info`: what comes behind the instruction's place.
type Line = [u32; 3];

/// The object's section `.BTF.ext`, with a line for each instruction.
///
/// # Errors
///
/// When it is not understood.
pub fn each_instruction(object: &[u8]) -> Result<Vec<u8>> {
    let bad = "not a BPF object of this compiler";
    let header = FileHeader64::<Endianness>::parse(object).context(bad)?;
    let endian = header.endian().context(bad)?;
    let sections = header.sections(endian, object).context(bad)?;
    let mut bytes = BTreeMap::new();
    for section in sections.iter() {
        let name = sections.section_name(endian, section).context(bad)?;
        let data = section.data(endian, object).context(bad)?;
        bytes.insert(String::from_utf8_lossy(name).into_owned(), data);
    }
    let names = strings(bytes.get(".BTF").context("no BTF")?)?;
    let mut ext = bytes.get(".BTF.ext").context("no lines")?.to_vec();
    let base = word(&ext, HEADER_LEN)? as usize;
    let (from, length) = (word(&ext, LINES)? as usize, word(&ext, LINES + 4)? as usize);
    let old = ext.get(base + from..base + from + length).context(bad)?;
    let record = word(old, 0)?;
    ensure!(record == 16, "lines of {record} bytes");
    let mut new = record.to_le_bytes().to_vec();
    let mut rest = &old[4..];
    while !rest.is_empty() {
        let (name, count) = (word(rest, 0)?, word(rest, 4)? as usize);
        let lines = rest.get(8..8 + 16 * count).context(bad)?;
        rest = &rest[8 + 16 * count..];
        let section = string(names, name as usize)?;
        let code = bytes.get(section).with_context(|| section.to_owned())?;
        let all = spread(lines, code)?;
        new.extend(name.to_le_bytes());
        new.extend(u32::try_from(all.len())?.to_le_bytes());
        for (at, line) in all {
            new.extend(u32::try_from(at)?.to_le_bytes());
            new.extend(line.iter().flat_map(|word| word.to_le_bytes()));
        }
    }
    // Behind everything else; what was there stays, and nobody looks at it.
    let (from, length) = (u32::try_from(ext.len() - base)?, u32::try_from(new.len())?);
    ext[LINES..LINES + 4].copy_from_slice(&from.to_le_bytes());
    ext[LINES + 4..LINES + 8].copy_from_slice(&length.to_le_bytes());
    ext.extend(new);
    Ok(ext)
}

/// Each instruction's place with the line that it belongs to.
fn spread(lines: &[u8], code: &[u8]) -> Result<Vec<(usize, Line)>> {
    let mut known = BTreeMap::new();
    for line in lines.chunks_exact(16) {
        let words = [word(line, 4)?, word(line, 8)?, word(line, 12)?];
        known.insert(word(line, 0)? as usize, words);
    }
    let mut all = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let line = known.range(..=at).next_back();
        let (_, line) = line.context("code in front of the first line")?;
        all.push((at, *line));
        at += if code[at] == LOAD_64 { 2 * INSN } else { INSN };
    }
    Ok(all)
}

/// The strings of BTF.
fn strings(btf: &[u8]) -> Result<&[u8]> {
    let (header, from, length) = (word(btf, 4)?, word(btf, 16)?, word(btf, 20)?);
    let from = (header + from) as usize;
    btf.get(from..from + length as usize).context("no strings")
}

fn string(strings: &[u8], at: usize) -> Result<&str> {
    let rest = strings.get(at..).context("a name without letters")?;
    let end = rest.iter().position(|byte| *byte == 0);
    Ok(std::str::from_utf8(
        &rest[..end.context("a name without end")?],
    )?)
}

fn word(bytes: &[u8], at: usize) -> Result<u32> {
    let word = bytes.get(at..at + 4).context("shorter than it says")?;
    Ok(u32::from_le_bytes(word.try_into()?))
}

#[cfg(test)]
mod tests {
    use super::spread;

    fn line(at: u32, number: u32) -> Vec<u8> {
        [at, 1, 2, number]
            .iter()
            .flat_map(|word| word.to_le_bytes())
            .collect()
    }

    #[test]
    fn each_instruction_has_the_line_before_it() {
        let mut code = [0xb7; 40];
        // A load of 64 bits is one instruction.
        code[8] = 0x18;
        let all = spread(&[line(0, 7), line(24, 9)].concat(), &code).unwrap();
        let places: Vec<(usize, u32)> = all.iter().map(|(at, line)| (*at, line[2])).collect();
        assert_eq!(places, [(0, 7), (8, 7), (24, 9), (32, 9)]);
    }

    #[test]
    fn code_without_a_line_is_refused() {
        assert!(spread(&line(8, 7), &[0; 16]).is_err());
    }
}
